/** CSS pixels and device pixels. */

/** @import { Box } from "../types" */

const FINEST = 2; // device pixels painted for a CSS pixel, each way: more cannot be told apart

/** How many device pixels are painted for a CSS pixel. */
export const pixelRatio = () => Math.min(FINEST, devicePixelRatio || 1);

/**
 * Lay elements over the whole of a box, aligned with the device's pixels. A canvas that lies between two pixels is
 * blurred; and only where canvases meet without a gap does the browser leave out what lies below them.
 * @param {HTMLElement} box
 * @param {...HTMLElement} elements
 * @returns {[number, number]} their size in CSS pixels
 */
export function cover(box, ...elements) {
  const sides = box.getBoundingClientRect();
  const snap = (/** @type {number} */ at) => Math.round(at * devicePixelRatio) / devicePixelRatio;
  const [left, top, right, bottom] = [sides.left, sides.top, sides.right, sides.bottom].map(snap);
  const width = right - left;
  const height = bottom - top;
  for (const { style } of elements) {
    style.left = `${left - sides.left}px`;
    style.top = `${top - sides.top}px`;
    style.width = `${width}px`;
    style.height = `${height}px`;
  }
  return [width, height];
}

/**
 * A box of CSS pixels in whole device pixels: its left, top, right and bottom.
 * @param {Box} box
 * @param {number} ratio device pixels for a CSS pixel
 */
export const snapBox = ([left, top, width, height], ratio) =>
  [left, top, left + width, top + height].map((at) => Math.round(at * ratio));
