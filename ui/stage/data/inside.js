/** The inside of a step: the numbers of an optimizer's equations. The server says the equations (ui/inside.py). No DOM. */

/** @import { Answer } from "../types" */

import { formatValue } from "../state/format.js";
import { printed } from "../state/numerals.js";
import { largestOf } from "./quantities.js";

const DIGITS = 4; // of a number in an equation

/**
 * @typedef {object} Name what a name of the equations stands for
 * @property {"given" | "hyper" | "before" | "after" | "derived"} kind
 * @property {string} mathml its symbol
 * @property {number} [value]
 * @property {string} [array] in which its values are found
 * @property {number} [row] of the first step
 * @property {string} [drawn] as what it is drawn on the surface: see engine/pictured.py
 * @property {number} [sign] of the arrow
 */
/** @typedef {{name: string, measured: string, mathml: string}} Equation */
/**
 * @typedef {object} Drawing what a name is drawn as at a step
 * @property {string} name
 * @property {string} as
 * @property {boolean} before it is the state's before the step
 * @property {number[]} value a point, the vector of an arrow, two sizes, a matrix, or the lengths of trials
 * @property {number} largest of sizes, in the whole run
 * @property {number[]} along of trials
 */
/**
 * @typedef {object} Inside
 * @property {string} optimizer its id
 * @property {Equation[]} equations in the order of computation
 * @property {Record<string, string>} measured what is not derived, in words
 * @property {Record<string, Name>} names
 * @property {string} source of the update that ran
 * @property {(name: string, step: number) => number[]} valueOf a number, or the two or four of a vector or a matrix
 * @property {(step: number) => Drawing[]} drawings
 * @property {(step: number) => number} deviation by how much the equations miss the run, relative
 * @property {number} steps
 */

const IDENTITY = [1, 0, 0, 1];

/** @param {Answer} answer @returns {Inside} */
export function insideOf({ head, arrays }) {
  const { optimizer, equations, measured, names, source } = head;
  const steps = arrays.deviation?.length ?? 0;
  /** @type {Map<string, number>} how many numbers an array has at each step */
  const widths = new Map();
  for (const { name, shape } of head.arrays) widths.set(name, (shape[1] ?? 1) * (shape[2] ?? 1));
  /** @param {string} array @param {number} row */
  function rowOf(array, row) {
    const width = widths.get(array) ?? 1;
    return Array.from(arrays[array].slice(row * width, (row + 1) * width));
  }
  /** @param {string} name @param {number} step */
  function valueAt(name, step) {
    const { value, array, row = 0 } = names[name];
    if (value !== undefined) return [value];
    return array === undefined ? IDENTITY : rowOf(array, step + row);
  }
  /** @type {Map<string, number>} */
  const largest = new Map();
  for (const { drawn, array = "" } of Object.values(names))
    if (drawn === "sizes" && !largest.has(array)) largest.set(array, largestOf(arrays[array]));
  const drawable = Object.entries(names).filter(([, { drawn }]) => drawn);
  return {
    ...{ optimizer, equations, measured, names, source, steps, valueOf: valueAt },
    deviation: (step) => arrays.deviation[step],
    drawings: (step) =>
      drawable.map(([name, { drawn: as = "", kind, sign = 1, array = "" }]) => {
        const more = { name, as, before: kind === "before", largest: largest.get(array) ?? 0 };
        if (as === "trials") {
          const lengths = rowOf("trials", step).filter((_, k) => k % 2 === 0); // each is followed by its loss
          return { ...more, value: lengths, along: rowOf("direction", step) };
        }
        return { ...more, value: valueAt(name, step).map((part) => sign * part), along: [] };
      }),
  };
}

/** A number as it stands in an equation. @param {number} value @param {boolean} chosen by the reader, and not computed */
export function printedIn(value, chosen) {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (chosen || value === 0) return formatValue(value).replace("-", "−");
  const size = Math.abs(value);
  const short = size < 1e-3 || size >= 1e4 ? value.toExponential(DIGITS - 1) : value.toPrecision(DIGITS);
  return printed(short).replace("-", "−");
}
