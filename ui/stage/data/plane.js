/** The part of the plane that the reader sees, and its scales in pixels. Pure functions, no DOM. */

/** @import { Point, Range } from "../types" */

const DEEPEST = 200; // times that the reader can zoom in
const WIDEST = 4; // domains that can be seen

/**
 * @param {[Range, Range]} range of x and y
 * @param {number} width in pixels
 * @param {number} height
 */
export function planeScales([[x0, x1], [y0, y1]], width, height) {
  return {
    width,
    height,
    /** @param {number} x */
    px: (x) => ((x - x0) / (x1 - x0)) * width,
    /** @param {number} y */
    py: (y) => ((y1 - y) / (y1 - y0)) * height,
    /** @param {number} px */
    x: (px) => x0 + (px / width) * (x1 - x0),
    /** @param {number} py */
    y: (py) => y1 - (py / height) * (y1 - y0),
  };
}
/** @typedef {ReturnType<typeof planeScales>} PlaneScales */

/**
 * The range nearest to a wanted one whose middle lies in the domain; null where it is deeper than the grid has anything
 * to show, or wider than is of use.
 * @param {[Range, Range]} wanted
 * @param {[Range, Range]} domain
 * @returns {[Range, Range] | null}
 */
export function rangeInside(wanted, domain) {
  const sides = wanted.map(([low, high], side) => {
    const [from, to] = domain[side];
    const spread = (high - low) / (to - from);
    if (!(spread >= 1 / DEEPEST && spread <= WIDEST)) return null;
    const middle = (low + high) / 2;
    const shift = Math.min(to, Math.max(from, middle)) - middle;
    return /** @type {Range} */ ([low + shift, high + shift]);
  });
  return sides[0] && sides[1] ? [sides[0], sides[1]] : null;
}

/**
 * The range after a zoom by a factor round a pixel, and a shift by pixels.
 * @param {PlaneScales} scales
 * @param {number} factor > 1 for further away
 * @param {Point} at
 * @param {Point} shift
 * @returns {[Range, Range]}
 */
export function zoomed({ x, y, width, height }, factor, [mx, my], [dx, dy]) {
  return [
    [x(mx - (mx + dx) * factor), x(mx + (width - mx - dx) * factor)],
    [y(my + (height - my - dy) * factor), y(my - (my + dy) * factor)],
  ];
}

/**
 * The point under a pixel as short decimals; null outside the frame or the domain.
 * @param {PlaneScales} scales
 * @param {Point} at
 * @param {[Range, Range]} domain
 * @returns {Point | null}
 */
export function pointAt({ x, y, width, height }, [mx, my], domain) {
  if (!(mx >= 0 && mx <= width && my >= 0 && my <= height)) return null;
  const [a, b] = [x(mx), y(my)].map((value, side) => {
    const span = domain[side][1] - domain[side][0];
    return Number(value.toFixed(Math.max(0, 4 - Math.floor(Math.log10(span)))));
  });
  const inside = [a, b].every((value, side) => value >= domain[side][0] && value <= domain[side][1]);
  return inside ? [a, b] : null;
}
