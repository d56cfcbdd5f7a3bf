/** Numbers of a run that a lesson's text names, as ui/claims.py computes them for the claims. */

/** @import { Run, Terrain } from "../types" */

import { formatMeasured } from "../state/format.js";
import { t } from "../state/words.js";
import { firstWithin } from "./outcome.js";
import { distanceToNearest } from "./quantities.js";

const withMinus = (/** @type {string} */ text) => text.replaceAll("-", "−"); // as the texts around it have it
const CALL = /\{(\w+)\(([\w.]+)(?:, *([-+.\w]+))?\)\}/g;

/** @param {ArrayLike<number>} list @param {(a: number, b: number) => number} choose */
const extreme = (list, choose) => Array.from(list).reduce((a, b) => choose(a, b));
/** @param {Run} run @param {0 | 1} side */
const along = ({ position }, side) => Array.from(position).filter((_, i) => i % 2 === side);
/** The steps of a run as vectors. @param {Run} run */
const moves = ({ position: p }) =>
  Array.from({ length: p.length / 2 - 1 }, (_, i) => [p[2 * i + 2] - p[2 * i], p[2 * i + 3] - p[2 * i + 1]]);
/** @param {number[][]} steps */
const turns = (steps) => steps.filter(([x, y], i) => i > 0 && x * steps[i - 1][0] + y * steps[i - 1][1] < 0).length;
const orNever = (/** @type {number | null} */ step) => step ?? Number.POSITIVE_INFINITY;
/** The losses that early stopping looks at. @param {Run} run */
const watched = ({ validation, gap }) => validation ?? gap;

/** @typedef {(run: Run, step: number, terrain: Terrain) => number} AtStep */
/** @type {Record<string, AtStep>} numbers at a step, of the run's end where none is named */
const AT = {
  loss: ({ gap }, i, { floor }) => gap[i] + floor,
  gap: ({ gap }, i) => gap[i],
  x: ({ position }, i) => position[2 * i],
  y: ({ position }, i) => position[2 * i + 1],
  distance: ({ position }, i, { minima }) => distanceToNearest(position[2 * i], position[2 * i + 1], minima),
  gradient: ({ gradient }, i) => (gradient ? Math.hypot(gradient[2 * i], gradient[2 * i + 1]) : Number.NaN),
  validation: (run, i) => watched(run)[i],
  test: ({ test, gap }, i) => (test ?? gap)[i],
};
/** @type {Record<string, AtStep>} numbers of the step that begins there: the last state has none */
const OF_STEP = {
  move: ({ position: p }, i) => Math.hypot(p[2 * i + 2] - p[2 * i], p[2 * i + 3] - p[2 * i + 1]),
  lr: ({ lr }, i) => lr?.[i] ?? Number.NaN,
  rate_x: ({ internals: { rates } }, i) => rates?.[2 * i] ?? Number.NaN,
  rate_y: ({ internals: { rates } }, i) => rates?.[2 * i + 1] ?? Number.NaN,
};
/** @type {Record<string, AtStep>} numbers of a whole run */
const WHOLE = {
  steps: (run, tolerance) => orNever(firstWithin(run, tolerance)),
  turns: (run) => turns(moves(run)),
  length: (run) => moves(run).reduce((sum, [x, y]) => sum + Math.hypot(x, y), 0),
  lowest: ({ gap }, _, { floor }) => extreme(gap, Math.min) + floor,
  highest: ({ gap }, _, { floor }) => extreme(gap, Math.max) + floor,
  min_x: (run) => extreme(along(run, 0), Math.min),
  max_x: (run) => extreme(along(run, 0), Math.max),
  min_y: (run) => extreme(along(run, 1), Math.min),
  max_y: (run) => extreme(along(run, 1), Math.max),
  best: (run) => watched(run).indexOf(extreme(watched(run), Math.min)),
  left: ({ left }) => orNever(left),
  diverged: ({ diverged }) => orNever(diverged),
};
const COUNTS = ["steps", "turns", "best", "left", "diverged"]; // printed as whole numbers

/**
 * The number of a metric.
 * @param {string} name
 * @param {Run} run
 * @param {Terrain} terrain
 * @param {number} [given] a step, or the tolerance of `steps`
 */
export function metric(name, run, terrain, given) {
  const end = run.gap.length - 1;
  if (name in AT) return AT[name](run, given ?? end, terrain);
  if (name in OF_STEP) return OF_STEP[name](run, given ?? end - 1, terrain);
  return WHOLE[name](run, given ?? Number.NaN, terrain);
}

/**
 * A text with the numbers of these runs in it. What the runs lack, as an entry that was switched off, is "?".
 * @param {string} text
 * @param {Run[]} runs
 * @param {Terrain} terrain
 */
export function filledWith(text, runs, terrain) {
  return text.replace(CALL, (_, name, entry, given) => {
    const run = runs.find(({ id }) => id === entry);
    if (!run) return "?";
    const value = metric(name, run, terrain, given === undefined ? undefined : Number(given));
    if (value === Number.POSITIVE_INFINITY && COUNTS.includes(name)) return t("never");
    if (COUNTS.includes(name)) return String(value);
    return withMinus(formatMeasured(value)) || (Number.isNaN(value) ? "?" : "∞");
  });
}
