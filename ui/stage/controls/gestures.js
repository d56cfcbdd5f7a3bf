/** Pointers on a panel: one that drags, two that pinch, a wheel, and a finger that may yet scroll the page. */

/** @import { Point } from "../types" */

export const STRAY = 5; // pixels that a pointer may move and still click; and a finger, before its direction is judged
const NEAREST = 20; // pixels: fingers that are closer together zoom no further

/**
 * How much further away a turn of the wheel moves: 1 for none.
 * @param {WheelEvent} event
 */
export function wheelFactor({ deltaMode, deltaY }) {
  const pixels = deltaMode ? deltaY * 30 : deltaY; // it counts pixels, or lines of about 30
  return Math.exp(Math.max(-0.5, Math.min(0.5, pixels / 400)));
}

/**
 * @typedef {object} Handlers places are in pixels of the element, unless `place` says otherwise
 * @property {(event: PointerEvent | WheelEvent) => Point} [place] where an event is
 * @property {(event: PointerEvent, at: Point) => boolean} [accepts] whether a pointer that comes down is followed
 * @property {(event: PointerEvent, at: Point) => boolean} [captures] whether it is followed beyond the element at once
 * @property {(event: PointerEvent) => boolean} [mayScroll] whether it scrolls the page if it starts upright
 * @property {(at: Point, event: PointerEvent) => unknown} [hover] no button is down
 * @property {(at: Point, event: PointerEvent) => void} [down]
 * @property {(at: Point, before: Point, event: PointerEvent, moved: boolean) => void} [drag] one pointer; `moved`: it is
 *   no click any more
 * @property {(factor: number, middle: Point, shift: Point) => void} [pinch] two fingers, the factor > 1 for further away
 * @property {() => void} [interrupt] a second finger came: the drag is over
 * @property {(at: Point, event: PointerEvent, moved: boolean) => void} [up]
 * @property {(factor: number, at: Point) => void} [wheel] > 1 for further away
 * @property {() => boolean} [holds] whether a single finger belongs to the element, not to the page
 */

/**
 * Follow the pointers on an element.
 * @param {HTMLElement} el
 * @param {Handlers} handlers
 * @returns {() => void} stops listening
 */
export function followPointers(el, handlers) {
  const {
    place = (event) => {
      const { left, top } = el.getBoundingClientRect();
      return [event.clientX - left, event.clientY - top];
    },
  } = handlers;
  /** @type {Map<number, Point>} */
  const pointers = new Map();
  /** @type {{from: Point, moved: boolean, undecided: boolean} | null} the one pointer that is down */
  let single = null;
  const stop = new AbortController();
  /**
   * @template {keyof HTMLElementEventMap} K
   * @param {K} type
   * @param {(event: HTMLElementEventMap[K]) => void} listener
   * @param {EventTarget} target
   */
  const on = (type, listener, target = el) =>
    target.addEventListener(type, /** @type {EventListener} */ (listener), { passive: false, signal: stop.signal });

  on("pointerdown", (event) => {
    const at = place(event);
    if (event.button > 0 || handlers.accepts?.(event, at) === false) return;
    pointers.set(event.pointerId, at);
    if (pointers.size > 1) {
      if (single) handlers.interrupt?.();
      single = null;
      return;
    }
    single = { from: at, moved: false, undecided: handlers.mayScroll?.(event) ?? false };
    if (handlers.captures?.(event, at) ?? true) el.setPointerCapture(event.pointerId);
    if (!single.undecided) handlers.down?.(at, event);
  });

  on("pointermove", (event) => {
    const at = place(event);
    const before = pointers.get(event.pointerId);
    if (!before) return handlers.hover?.(at, event);
    if (single) {
      const [dx, dy] = [Math.abs(at[0] - single.from[0]), Math.abs(at[1] - single.from[1])];
      if (single.undecided && !(dx >= Math.max(STRAY, dy))) return; // upright it scrolls the page
      single.undecided = false;
      single.moved ||= Math.hypot(dx, dy) >= STRAY;
    }
    pointers.set(event.pointerId, at);
    if (pointers.size === 2) {
      const [, other] = [...pointers].find(([id]) => id !== event.pointerId) ?? [0, at];
      const apart = (/** @type {Point} */ p) => Math.max(NEAREST, Math.hypot(p[0] - other[0], p[1] - other[1]));
      const middle = (/** @type {Point} */ p) => /** @type {Point} */ ([(p[0] + other[0]) / 2, (p[1] + other[1]) / 2]);
      const [was, is] = [middle(before), middle(at)];
      handlers.pinch?.(apart(before) / apart(at), was, [is[0] - was[0], is[1] - was[1]]);
    } else if (pointers.size === 1) handlers.drag?.(at, before, event, single?.moved ?? true);
  });

  const release = (/** @type {PointerEvent} */ event) => {
    if (!pointers.delete(event.pointerId) || !single) return;
    const { moved, undecided } = single;
    single = null;
    if (undecided && event.type === "pointercancel") return; // the page scrolls
    handlers.up?.(place(event), event, moved);
  };
  // A pointer that is not captured may be released anywhere.
  on("pointerup", release, window);
  on("pointercancel", release, window);

  const keep = (/** @type {TouchEvent} */ event) => {
    if (handlers.holds?.() || event.touches.length > 1) event.preventDefault();
  };
  on("touchstart", keep);
  on("touchmove", keep);
  if (handlers.wheel) {
    on("wheel", (event) => {
      event.preventDefault();
      handlers.wheel?.(wheelFactor(event), place(event));
    });
  }
  return () => stop.abort();
}
