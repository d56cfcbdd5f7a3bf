/** The surface under the paths, in every cell of the contour panel; kept as pixels until something changes. */

/** @import { Box, Range, Terrain, Theme } from "../types" */

import { paintGround } from "./ground.js";
import { snapBox } from "./pixels.js";

const BRIEF = 1.5; // ms for the ground at each move of a surface's slider; where it takes longer, it is coarser meanwhile
const COARSEST = 4; // pixels, each way

/**
 * @typedef {object} Ground
 * @property {Uint32Array} backdrop what surrounds the cells, of the whole panel
 * @property {Terrain} terrain
 * @property {Theme} theme
 * @property {[Range, Range]} range of the plane that each cell shows
 * @property {Box[]} boxes of the cells' axes in CSS pixels, all of one size
 * @property {boolean} bending the surface follows a hand
 */

export function createGroundPainter() {
  // The least time that the whole ground took, in ms: the first measurements are too high, because the browser has not
  // yet compiled the code. With the least, a ground that was sharp once stays sharp.
  let cost = Number.POSITIVE_INFINITY;
  /** @type {unknown[]} */
  let key = [];
  let pixels = new Uint32Array();

  /**
   * @param {Ground} ground
   * @param {number} width of the panel in pixels of the screen
   * @param {number} ratio of them to CSS pixels
   * @returns {Uint32Array} the same array while its contents are the same
   */
  return function paint({ backdrop, terrain, theme, range, boxes, bending }, width, ratio) {
    const places = boxes.map((box) => snapBox(box, ratio));
    const now = [backdrop, terrain, theme, bending, ...range.flat(), ...places.flat()];
    if (now.length === key.length && now.every((part, i) => part === key[i])) return pixels;
    if (backdrop !== key[0]) {
      pixels = backdrop.slice();
      cost = Number.POSITIVE_INFINITY;
    }
    key = now;
    const [[left, top, right, bottom]] = places;
    const [w, h, first] = [right - left, bottom - top, top * width + left];
    const coarse = bending ? Math.min(COARSEST, Math.max(1, Math.round(Math.sqrt(cost / BRIEF)))) : 1;
    const began = performance.now();
    if (coarse > 1) {
      const [columns, rows] = [Math.ceil(w / coarse), Math.ceil(h / coarse)];
      const small = new Uint32Array(columns * rows);
      paintGround(terrain, range, columns, rows, ratio / coarse, theme, small);
      magnify(small, columns, coarse, pixels, first, width, w, h);
    } else paintGround(terrain, range, w, h, ratio, theme, pixels, first, width);
    cost = Math.min(cost, (performance.now() - began) * coarse ** 2);
    for (const [x, y] of places.slice(1)) {
      for (let q = 0; q < h; q++) {
        const from = first + q * width;
        pixels.copyWithin((y + q) * width + x, from, from + w);
      }
    }
    return pixels;
  };
}

/**
 * Each pixel of a small picture as a square of `times` by `times`.
 * @param {Uint32Array} small
 * @param {number} columns of the small picture
 * @param {number} times
 * @param {Uint32Array} pixels of the large picture
 * @param {number} first the index of its upper left corner in them
 * @param {number} stride from one row of them to the next
 * @param {number} w
 * @param {number} h
 */
function magnify(small, columns, times, pixels, first, stride, w, h) {
  for (let q = 0; q < h; q++) {
    const start = first + q * stride;
    if (q % times) {
      pixels.copyWithin(start, start - stride, start - stride + w);
      continue;
    }
    const end = start + w;
    for (let s = (q / times) * columns, p = start; p < end; s++) {
      for (let k = 0; k < times && p < end; k++) pixels[p++] = small[s];
    }
  }
}
