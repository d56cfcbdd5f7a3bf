/** Broken lines: the dashes that tell the entries of one optimizer apart. */

/** @import { Look } from "../types" */
/** @import { Line } from "./line.js" */

/**
 * The lengths of dashes and gaps, and how long the line is before its first vertex, in CSS pixels.
 * @typedef {{pattern: number[], from: number}} Dash
 */

/** @type {WeakMap<Line, Float64Array>} the length of a line up to each vertex */
const lengths = new WeakMap();

/**
 * How long a line is up to a vertex, in pixels. A break has no length.
 * @param {Line} line
 * @param {number} vertex
 */
function lengthAt(line, vertex) {
  let known = lengths.get(line);
  if (!known) {
    const { x, y } = line;
    known = new Float64Array(x.length);
    for (let i = 1; i < x.length; i++) known[i] = known[i - 1] + (Math.hypot(x[i] - x[i - 1], y[i] - y[i - 1]) || 0);
    lengths.set(line, known);
  }
  return known[vertex];
}

/**
 * How a line is broken from a vertex on, or from some pixels before it; undefined where it is unbroken.
 * @param {Look} look
 * @param {Line} line
 * @param {number} vertex
 * @param {number} width of the line: the pattern is that of a line of 2 pixels
 * @param {number} before
 * @returns {Dash | undefined}
 */
export const dashOf = (look, line, vertex, width, before = 0) =>
  look.dash.length
    ? { pattern: look.dash.map((length) => (length * width) / 2), from: lengthAt(line, vertex) - before }
    : undefined;

/**
 * The dashes of a straight piece of a line.
 * @param {Dash} dash
 * @param {number} before the length of the line up to the piece
 * @param {number} length of the piece
 * @param {(from: number, to: number) => void} draw between two lengths along the piece
 */
export function eachDash({ pattern }, before, length, draw) {
  let at = -(before % pattern.reduce((sum, part) => sum + part, 0)); // where a period of the pattern begins
  for (let k = 0; at < length; k = (k + 1) % pattern.length) {
    const end = at + pattern[k];
    if (k % 2 === 0 && end > 0) draw(Math.max(0, at), Math.min(length, end));
    at = end;
  }
}
