/** A surface as heights on a square grid. */

/** @import { Answer, Range, Terrain } from "../types" */

import { formatPower } from "../state/format.js";

/** @typedef {Pick<Terrain, "surface" | "domain" | "log_height" | "floor" | "minima" | "saddles" | "searched" | "data">} TerrainHead */

export const LEVELS = 20; // contour lines between the lowest and the highest point
const LABELLED = [0, 1, 10, 100, 1e3, 1e4, 1e5, 1e6]; // values of f above its floor on a logarithmic height

/**
 * The terrain of an answer of /grid. A logarithmic height is log10(1 + f - floor).
 * @param {Answer} answer
 */
export function terrainOf({ head, arrays }) {
  const { floor } = head;
  const height = head.log_height
    ? (/** @type {number} */ f) => Math.log10(1 + f - floor)
    : (/** @type {number} */ f) => f;
  return terrainOfHeights(head, Float32Array.from(arrays.f, height));
}

/**
 * @param {TerrainHead} head
 * @param {Float32Array} heights (n, n): row j at y_j, column i at x_i; not finite where f has no value
 * @returns {Terrain}
 */
export function terrainOfHeights(head, heights) {
  const n = Math.round(Math.sqrt(heights.length));
  const [[left, right], [bottom, top]] = head.domain;
  let [low, high] = [Infinity, -Infinity];
  for (const h of heights) {
    if (h < low && h > -Infinity) low = h;
    if (h > high && h < Infinity) high = h;
  }
  if (low > high) low = high = 0; // f has no value at all
  if (!(low < high)) {
    // A constant surface lies in the middle of an interval, so that it has a colour, and no contour lines.
    const half = Math.max(1, Math.abs(low)) / 2;
    [low, high] = [low - half, high + half];
  }

  /**
   * The height at a point by bilinear interpolation; NaN outside the domain.
   * @param {number} x
   * @param {number} y
   */
  function height(x, y) {
    const u = ((x - left) / (right - left)) * (n - 1);
    const v = ((y - bottom) / (top - bottom)) * (n - 1);
    if (!(u >= 0 && v >= 0 && u <= n - 1 && v <= n - 1)) return Number.NaN;
    const i = Math.min(Math.floor(u), n - 2);
    const j = Math.min(Math.floor(v), n - 2);
    const [a, b, q] = [u - i, v - j, j * n + i];
    return (
      (heights[q] * (1 - a) + heights[q + 1] * a) * (1 - b) + (heights[q + n] * (1 - a) + heights[q + n + 1] * a) * b
    );
  }

  const size = (high - low) / LEVELS;
  return {
    ...head,
    n,
    heights,
    low,
    high,
    height,
    levels: { start: low + size / 2, end: high, size },
    ticks: head.log_height ? logTicks(high) : null,
  };
}

/** @param {number} high the highest logarithmic height */
function logTicks(high) {
  const labelled = LABELLED.filter((f) => Math.log10(1 + f) <= high);
  return { values: labelled.map((f) => Math.log10(1 + f)), labels: labelled.map(formatPower) };
}

const FEWEST = 6; // contour lines in the part of the plane that is seen
const HALVINGS = 24; // at most: beyond, the grid's own rounding would be drawn

/**
 * The contour lines of a part of the plane: the terrain's own, and where it has too few of them there, more between
 * them, each distance halved as often as it takes.
 * @param {Pick<Terrain, "heights" | "n" | "domain" | "levels">} terrain
 * @param {[Range, Range]} range
 * @returns {Terrain["levels"]}
 */
export function levelsIn({ heights, n, domain, levels }, range) {
  if (range.every(([from, to], side) => from <= domain[side][0] && to >= domain[side][1])) return levels;
  const [[left, right], [below, above]] = range.map(([from, to], side) => {
    const [low, high] = domain[side];
    const at = (/** @type {number} */ v) => ((v - low) / (high - low)) * (n - 1);
    return [Math.max(0, Math.floor(at(from))), Math.min(n - 1, Math.ceil(at(to)))];
  });
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let j = below; j <= above; j++) {
    for (let q = j * n + left; q <= j * n + right; q++) {
      if (heights[q] < low) low = heights[q];
      if (heights[q] > high) high = heights[q];
    }
  }
  if (!(high > low)) return levels;
  const halvings = Math.min(HALVINGS, Math.max(0, Math.ceil(Math.log2((FEWEST * levels.size) / (high - low)))));
  const size = levels.size / 2 ** halvings;
  return { start: levels.start + Math.floor((low - levels.start) / size) * size, end: high, size };
}
