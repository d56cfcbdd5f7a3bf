/** The inside of a step: the numbers of an optimizer's equations. The server says the equations (ui/inside.py). No DOM. */

/** @import { Answer } from "../types" */

import { formatValue } from "../state/format.js";
import { printed } from "../state/numerals.js";

const DIGITS = 4; // of a number in an equation

/**
 * @typedef {object} Name what a name of the equations stands for
 * @property {"given" | "hyper" | "before" | "after" | "derived"} kind
 * @property {string} mathml its symbol
 * @property {number} [value]
 * @property {string} [array] in which its values are found
 * @property {number} [row] of the first step
 */
/** @typedef {{name: string, measured: string, mathml: string}} Equation */
/**
 * @typedef {object} Inside
 * @property {Equation[]} equations in the order of computation
 * @property {Record<string, string>} measured what is not derived, in words
 * @property {Record<string, Name>} names
 * @property {string} source of the update that ran
 * @property {(name: string, step: number) => number[]} valueOf a number, or the two or four of a vector or a matrix
 * @property {(step: number) => number} deviation by how much the equations miss the run, relative
 * @property {number} steps
 */

const IDENTITY = [1, 0, 0, 1];

/** @param {Answer} answer @returns {Inside} */
export function insideOf({ head, arrays }) {
  const { equations, measured, names, source } = head;
  const steps = arrays.deviation?.length ?? 0;
  /** @type {Map<string, number>} how many numbers an array has at each step */
  const widths = new Map();
  for (const { name, shape } of head.arrays) widths.set(name, (shape[1] ?? 1) * (shape[2] ?? 1));
  return {
    equations,
    measured,
    names,
    source,
    steps,
    deviation: (step) => arrays.deviation[step],
    valueOf(name, step) {
      const { value, array, row = 0 } = names[name];
      if (value !== undefined) return [value];
      if (array === undefined) return IDENTITY;
      const width = widths.get(array) ?? 1;
      const from = (step + row) * width;
      return Array.from(arrays[array].slice(from, from + width));
    },
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
