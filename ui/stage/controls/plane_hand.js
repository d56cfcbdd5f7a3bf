/** The hand on the contour: a click sets the start, its ring can be dragged, the plane be panned and zoomed. */

/** @import { Box, Point, Range } from "../types" */
/** @import { PlaneScales } from "../data/plane.js" */

import { pointAt, zoomed } from "../data/plane.js";
import { followPointers } from "./gestures.js";

const GRAB = 16; // pixels round the start's ring in which it can be taken hold of

/**
 * @typedef {object} Plane
 * @property {(event: Event) => Box | undefined} boxAt the axes that an event belongs to, in pixels from `corner`
 * @property {() => {left: number, top: number}} corner of the panel in the window
 * @property {() => PlaneScales | null} scales null before the first picture
 * @property {() => boolean} magnified whether a part of the domain is seen: one finger pans it then
 * @property {() => Point} start
 * @property {() => [Range, Range]} domain
 * @property {(xy: Point, done: boolean) => void} setStart
 * @property {() => boolean} lit whether a run is pointed at: a tap beside it ends that and does nothing else
 * @property {(event: PointerEvent) => boolean} hasRun whether a run is near an event: a tap there points at the run
 * @property {(range: [Range, Range]) => void} showRange see another part of the plane
 */

/**
 * Follow the pointers on a panel that shows the plane.
 * @param {HTMLElement} el
 * @param {Plane} plane
 * @returns {() => void} stops listening
 */
export function handlePlane(el, plane) {
  const { boxAt, corner, scales, magnified, start, domain, setStart, lit, hasRun, showRange } = plane;
  /** @type {{box: Box, ring: boolean, moved: boolean, lit: boolean} | null} */
  let hold = null;
  /** @type {Box | undefined} the axes on which two fingers are: captured, they name no place of their own */
  let pinched;
  const overStart = (/** @type {Point} */ [mx, my]) => {
    const known = scales();
    return !!known && Math.hypot(mx - known.px(start()[0]), my - known.py(start()[1])) < GRAB;
  };
  const pointOf = (/** @type {Point} */ at) => {
    const known = scales();
    return known && pointAt(known, at, domain());
  };
  const zoom = (/** @type {number} */ factor, /** @type {Point} */ at, /** @type {Point} */ shift = [0, 0]) => {
    const known = scales();
    if (known) showRange(zoomed(known, factor, at, shift));
  };

  return followPointers(el, {
    place(event) {
      if (!("pointerType" in event) || event.pointerType === "mouse") pinched = undefined;
      const box = hold?.box ?? pinched ?? boxAt(event);
      if (!box) return [Number.NaN, Number.NaN];
      const { left, top } = corner();
      return [event.clientX - left - box[0], event.clientY - top - box[1]];
    },
    accepts: (event) => !!scales() && !!boxAt(event),
    captures: (event, at) => event.pointerType === "mouse" || magnified() || overStart(at),
    down(at, event) {
      const box = boxAt(event);
      pinched = undefined;
      if (box) hold = { box, ring: overStart(at), moved: false, lit: lit() };
    },
    hover: (at) => el.classList.toggle("grab", overStart(at)),
    drag(at, before, event, moved) {
      if (!hold || !moved) return;
      hold.moved = true;
      const xy = hold.ring && pointOf(at);
      if (xy) setStart(xy, false);
      else if (!hold.ring && (event.pointerType === "mouse" || magnified()))
        zoom(1, at, [at[0] - before[0], at[1] - before[1]]);
    },
    interrupt() {
      if (hold?.ring && hold.moved) setStart(start(), true);
      pinched = hold?.box;
      hold = null;
    },
    up(at, event, moved) {
      if (!hold) return;
      const { ring, lit } = hold;
      const xy = pointOf(at);
      hold = null;
      if (ring && moved) setStart(xy ?? start(), true);
      else if (!ring && !moved && xy && event.type === "pointerup") {
        if (event.pointerType !== "touch" || (!lit && !hasRun(event))) setStart(xy, true);
      }
    },
    pinch: zoom,
    wheel: zoom,
    holds: () => !!hold && (hold.ring || magnified()), // elsewhere one finger scrolls the page
  });
}
