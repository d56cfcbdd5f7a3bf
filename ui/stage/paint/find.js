/** Which run is near a place on a sheet. */

/** @import { Box, Found } from "../types" */
/** @import { Line } from "./line.js" */

const REACH = 8; // pixels from a line at which it counts as pointed at
const MARKER = 9; // pixels from the middle of a marker

/**
 * A run as it was drawn: its line and its marker, in pixels from the corner of a box on the sheet.
 * A line is thinned: `stepAt` says which step of the run itself is nearest to a place.
 * @typedef {{entry: string, line: Line, box: Box, head: number[], stepAt: (px: number, py: number) => number}} Drawn
 */

/**
 * The run near a place: the one whose marker lies on top there, or else the one whose line is nearest.
 * @param {Drawn[]} drawn in the order in which they were drawn
 * @param {number} x in pixels on the sheet
 * @param {number} y
 * @returns {Found | null}
 */
export function nearestRun(drawn, x, y) {
  /** @type {Found | null} */
  let found = null;
  let least = REACH;
  for (const { entry, line, box, head, stepAt } of drawn) {
    const [px, py] = [x - box[0], y - box[1]];
    if (px < 0 || py < 0 || px > box[2] || py > box[3]) continue;
    const marked = Math.hypot(px - head[0], py - head[1]) <= MARKER;
    const distance = marked ? 0 : distanceTo(line, px, py);
    if (distance <= least) [least, found] = [distance, { entry, step: stepAt(px, py) }];
  }
  return found;
}

/**
 * How far a point is from a line, in pixels. Infinitely far where the line has no segment.
 * @param {{x: ArrayLike<number>, y: ArrayLike<number>}} line
 * @param {number} px
 * @param {number} py
 */
export function distanceTo({ x, y }, px, py) {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 1; i < x.length; i++) {
    const [dx, dy] = [x[i] - x[i - 1], y[i] - y[i - 1]];
    const length = dx * dx + dy * dy;
    const along = length > 0 ? ((px - x[i - 1]) * dx + (py - y[i - 1]) * dy) / length : 0;
    const u = Math.min(1, Math.max(0, along));
    const away = Math.hypot(px - x[i - 1] - u * dx, py - y[i - 1] - u * dy); // NaN at a break
    if (away < least) least = away;
  }
  return least;
}

/**
 * Of a line through n points, the index of that end of the nearest segment which is nearer; the first of several.
 * @param {number} n
 * @param {(i: number) => number} x in pixels
 * @param {(i: number) => number} y
 * @param {number} px
 * @param {number} py
 */
export function nearestOf(n, x, y, px, py) {
  let [least, nearest] = [Number.POSITIVE_INFINITY, 0];
  let [ax, ay] = [Number.NaN, Number.NaN];
  for (let i = 0; i < n; i++) {
    const [bx, by] = [x(i), y(i)];
    let [cx, cy] = [bx - px, by - py];
    let end = i;
    const [dx, dy] = [bx - ax, by - ay];
    const back = (cx * dx + cy * dy) / (dx * dx + dy * dy); // from b towards a, as a share of the segment
    if (back > 0 && back < 1) {
      [cx, cy] = [cx - back * dx, cy - back * dy];
      if (back > 0.5) end = i - 1;
    }
    const away = Math.hypot(cx, cy);
    if (away < least) [least, nearest] = [away, end];
    [ax, ay] = [bx, by];
  }
  return nearest;
}
