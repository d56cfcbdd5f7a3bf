/** The hand on maps: a ring marks the scene's own numbers on each, to be dragged; a click takes those of another place. */

/** @import { Box, Point } from "../types" */

import { SIDE } from "../state/refinement.js";
import { h } from "./dom.js";
import { followPointers } from "./gestures.js";

const NEAR = 14; // pixels round a ring in which a finger takes hold of it
const WAYS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const FAR = 8; // cells that a key moves a ring with Shift

/** @typedef {{k: number, at: Point}} Spot a map, and a place in its axes, each 0 to 1 */

/** @param {number} share */
const inside = (share) => Math.min(1, Math.max(0, share));

/**
 * @param {HTMLElement} box the panel
 * @param {object} maps
 * @param {() => Box[]} maps.boxes of the axes of each map
 * @param {(k: number) => Point} maps.own where the scene's own numbers stand on a map
 * @param {(k: number) => string} maps.name of a map and the scene's own numbers
 * @param {(spot: Spot, done: boolean) => void} maps.take put the scene's numbers there
 * @param {(spot: Spot | null) => void} maps.point the pointer is there
 */
export function createMapHand(box, { boxes, own, name, take, point }) {
  const rings = h("div", { className: "rings over-sheet" });
  box.append(rings);
  let moving = -1; // the map whose ring a hand moves

  /** @param {Point} place in the panel @param {number} k a map @returns {Point} also of a place beside it: the nearest */
  function within([x, y], k) {
    const [left, top, width, height] = boxes()[k];
    return [inside((x - left) / width), inside(1 - (y - top) / height)];
  }
  /** @param {Point} place @returns {Spot | null} */
  function spotAt([x, y]) {
    const k = boxes().findIndex(([a, b, w, h]) => x >= a && x <= a + w && y >= b && y <= b + h);
    return k < 0 ? null : { k, at: within([x, y], k) };
  }
  /** @param {Point} place */
  function nearRing(place) {
    const spot = spotAt(place);
    if (!spot) return false;
    const [, , width, height] = boxes()[spot.k];
    const [u, v] = own(spot.k);
    return Math.hypot((u - spot.at[0]) * width, (v - spot.at[1]) * height) < NEAR;
  }
  /** @param {number} k @param {KeyboardEvent} event */
  function nudge(k, event) {
    const way = WAYS[/** @type {keyof typeof WAYS} */ (event.key)];
    if (!way) return;
    event.preventDefault();
    event.stopPropagation();
    const far = (event.shiftKey ? FAR : 1) / (SIDE - 1);
    const [u, v] = own(k);
    take({ k, at: [inside(u + far * way[0]), inside(v + far * way[1])] }, true);
  }

  const stop = followPointers(box, {
    accepts: ({ target }) => !(target instanceof Element && target.closest(".head")),
    captures: (event, place) => event.pointerType === "mouse" || nearRing(place),
    hover: (place) => point(spotAt(place)),
    down(place, event) {
      const spot = spotAt(place);
      moving = spot && (event.pointerType === "mouse" || nearRing(place)) ? spot.k : -1;
    },
    drag(place, _before, _event, moved) {
      if (moving < 0 || !moved) return;
      point(null);
      take({ k: moving, at: within(place, moving) }, false);
    },
    up(place, { type, pointerType }, moved) {
      const tapped = pointerType === "touch" && !moved && type === "pointerup" ? spotAt(place) : null;
      const spot = moving >= 0 ? { k: moving, at: within(place, moving) } : tapped;
      moving = -1;
      if (spot && (moved || type === "pointerup")) take(spot, true);
    },
    holds: () => moving >= 0,
  });
  const leave = () => point(null);
  box.addEventListener("pointerleave", leave);

  return {
    /** Whether a hand moves a ring. */
    moves: () => moving >= 0,
    /** Put the rings where the scene's own numbers stand. */
    place() {
      const places = boxes();
      while (rings.children.length > places.length) rings.lastElementChild?.remove();
      while (rings.children.length < places.length) {
        const k = rings.children.length;
        const onkeydown = (/** @type {KeyboardEvent} */ event) => nudge(k, event);
        rings.append(h("button", { type: "button", className: "ring", onkeydown }));
      }
      for (const [k, [left, top, width, height]] of places.entries()) {
        const [u, v] = own(k);
        const ring = /** @type {HTMLElement} */ (rings.children[k]);
        ring.style.transform = `translate(${left + u * width}px, ${top + (1 - v) * height}px)`;
        ring.setAttribute("aria-label", name(k));
      }
    },
    destroy() {
      stop();
      box.removeEventListener("pointerleave", leave);
    },
  };
}
