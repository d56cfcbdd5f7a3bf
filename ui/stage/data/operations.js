/**
 * The operations of computational graphs: for each how it is written, its value, and its derivative by every operand. This
 * is all that is known of it: the gradient of whatever is made of them follows.
 */

import { raised } from "../state/numerals.js";

/**
 * @typedef {object} Operation
 * @property {(...of: string[]) => string} text how it is written
 * @property {(...of: number[]) => number} value
 * @property {([slope: (v: number, ...of: number[]) => number, text: (v: string, ...of: string[]) => string] | null)[]} slopes its
 *   derivative by each of its operands, given its own value and theirs; none where it is constant in steps
 */

/** @param {number} v @param {number} a @param {number} b the share of a in the maximum or minimum v of a and b */
const share = (v, a, b) => (a === v ? (b === v ? 0.5 : 1) : 0);
/** @param {string} name of a function @returns {(...of: string[]) => string} */
const called =
  (name) =>
  (...of) =>
    `${name}(${of.join(", ")})`;
/** @param {string} sign @returns {(a: string, b: string) => string} */
const between = (sign) => (a, b) => `${a} ${sign} ${b}`;

/** @type {(text: Operation["text"], value: Operation["value"], slope: (v: number, a: number) => number, words: (v: string, a: string) => string) => Operation} */
const unary = (text, value, slope, words) => ({ text, value, slopes: [[slope, words]] });
/** @type {(text: Operation["text"], value: Operation["value"]) => Operation} */
const stepped = (text, value) => ({ text, value, slopes: [] });
/** @type {(sign: string, holds: (a: number, b: number) => boolean) => Operation} 1 where it holds, otherwise 0 */
const compared = (sign, holds) => stepped(between(sign), (a, b) => Number(holds(a, b)));

/** @type {Record<string, Operation>} by the names that JAX gives them */
export const OPERATIONS = {
  add: { text: between("+"), value: (a, b) => a + b, slopes: [one(1), one(1)] },
  sub: { text: between("−"), value: (a, b) => a - b, slopes: [one(1), one(-1)] },
  mul: {
    text: between("×"),
    value: (a, b) => a * b,
    slopes: [
      [(_, _a, b) => b, (_, _a, b) => b],
      [(_, a) => a, (_, a) => a],
    ],
  },
  div: {
    text: between("/"),
    value: (a, b) => a / b,
    slopes: [
      [(_, _a, b) => 1 / b, (_, _a, b) => `1 / ${b}`],
      [(_, a, b) => -a / (b * b), (_, a, b) => `−${a} / ${b}²`],
    ],
  },
  pow: {
    text: (a, b) => `${a} ^ ${b}`,
    value: (a, b) => a ** b,
    slopes: [
      [(_, a, b) => b * a ** (b - 1), (_, a, b) => `${b} ${a} ^ (${b} − 1)`],
      [(v, a) => v * Math.log(a === 0 ? 1 : a), (v, a) => `${v} ln ${a}`],
    ],
  },
  integer_pow: {
    text: (a, n) => `${a}${raised(Number(n))}`,
    value: (a, n) => a ** n,
    slopes: [[(_, a, n) => n * a ** (n - 1), (_, a, n) => `${n} ${a}${n === "2" ? "" : raised(Number(n) - 1)}`]],
  },
  neg: unary(
    (a) => `−${a}`,
    (a) => -a,
    ...one(-1),
  ),
  square: unary(
    (a) => `${a}²`,
    (a) => a * a,
    (_, a) => 2 * a,
    (_, a) => `2 ${a}`,
  ),
  abs: unary(
    (a) => `|${a}|`,
    Math.abs,
    (_, a) => (a >= 0 ? 1 : -1),
    (_, a) => `sign(${a})`,
  ),
  sqrt: unary(
    (a) => `√${a}`,
    Math.sqrt,
    (v) => 0.5 / v,
    (v) => `1 / (2 ${v})`,
  ),
  exp: unary(
    called("exp"),
    Math.exp,
    (v) => v,
    (v) => v,
  ),
  log: unary(
    called("ln"),
    Math.log,
    (_, a) => 1 / a,
    (_, a) => `1 / ${a}`,
  ),
  log1p: unary(
    (a) => `ln(1 + ${a})`,
    Math.log1p,
    (_, a) => 1 / (1 + a),
    (_, a) => `1 / (1 + ${a})`,
  ),
  expm1: unary(
    (a) => `exp(${a}) − 1`,
    Math.expm1,
    (v) => v + 1,
    (v) => `${v} + 1`,
  ),
  logistic: unary(
    (a) => `1 / (1 + exp(−${a}))`,
    (a) => 1 / (1 + Math.exp(-a)),
    (v) => v * (1 - v),
    (v) => `${v} (1 − ${v})`,
  ),
  sin: unary(
    called("sin"),
    Math.sin,
    (_, a) => Math.cos(a),
    (_, a) => `cos(${a})`,
  ),
  cos: unary(
    called("cos"),
    Math.cos,
    (_, a) => -Math.sin(a),
    (_, a) => `−sin(${a})`,
  ),
  tan: unary(
    called("tan"),
    Math.tan,
    (v) => 1 + v * v,
    (v) => `1 + ${v}²`,
  ),
  asin: unary(
    called("asin"),
    Math.asin,
    (_, a) => 1 / Math.sqrt(1 - a * a),
    (_, a) => `1 / √(1 − ${a}²)`,
  ),
  acos: unary(
    called("acos"),
    Math.acos,
    (_, a) => -1 / Math.sqrt(1 - a * a),
    (_, a) => `−1 / √(1 − ${a}²)`,
  ),
  atan: unary(
    called("atan"),
    Math.atan,
    (_, a) => 1 / (1 + a * a),
    (_, a) => `1 / (1 + ${a}²)`,
  ),
  sinh: unary(
    called("sinh"),
    Math.sinh,
    (_, a) => Math.cosh(a),
    (_, a) => `cosh(${a})`,
  ),
  cosh: unary(
    called("cosh"),
    Math.cosh,
    (_, a) => Math.sinh(a),
    (_, a) => `sinh(${a})`,
  ),
  tanh: unary(
    called("tanh"),
    Math.tanh,
    (v) => (1 + v) * (1 - v),
    (v) => `1 − ${v}²`,
  ),
  atan2: {
    text: called("atan2"),
    value: Math.atan2,
    slopes: [
      [(_, a, b) => b / (a * a + b * b), (_, a, b) => `${b} / (${a}² + ${b}²)`],
      [(_, a, b) => -a / (a * a + b * b), (_, a, b) => `−${a} / (${a}² + ${b}²)`],
    ],
  },
  logaddexp: {
    text: (a, b) => `ln(exp(${a}) + exp(${b}))`,
    value: (a, b) => Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b))),
    slopes: [
      [(v, a) => Math.exp(a - v), (v, a) => `exp(${a} − ${v})`],
      [(v, _, b) => Math.exp(b - v), (v, _, b) => `exp(${b} − ${v})`],
    ],
  },
  max: extreme("max", Math.max),
  min: extreme("min", Math.min),
  // JAX names what holds for 0 first.
  select_n: {
    text: (which, no, yes) => `where(${which}, ${yes}, ${no})`,
    value: (which, no, yes) => (which ? yes : no),
    slopes: [
      null,
      [(_, which) => (which ? 0 : 1), (_, which) => `where(${which}, 0, 1)`],
      [(_, which) => (which ? 1 : 0), (_, which) => `where(${which}, 1, 0)`],
    ],
  },
  sign: stepped(called("sign"), Math.sign),
  floor: stepped(called("floor"), Math.floor),
  lt: compared("<", (a, b) => a < b),
  gt: compared(">", (a, b) => a > b),
  le: compared("≤", (a, b) => a <= b),
  ge: compared("≥", (a, b) => a >= b),
  eq: compared("=", (a, b) => a === b),
  ne: compared("≠", (a, b) => a !== b),
};

/** A slope that is the same everywhere. @param {number} slope @returns {[() => number, () => string]} */
function one(slope) {
  return [() => slope, () => String(slope).replace("-", "−")];
}

/** @param {string} name @param {(a: number, b: number) => number} value @returns {Operation} */
function extreme(name, value) {
  const text = called(name);
  return {
    text,
    value,
    slopes: [
      [share, (v, a) => `1 if ${v} = ${a}, else 0`],
      [(v, a, b) => share(v, b, a), (v, _, b) => `1 if ${v} = ${b}, else 0`],
    ],
  };
}
