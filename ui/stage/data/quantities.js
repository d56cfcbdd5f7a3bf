/** The quantities of a run that can be drawn against the step, by the ids of the server's catalogue. */

/** @import { Landmark, Run, Terrain } from "../types" */

/** @typedef {(run: Run, terrain: Terrain) => Float64Array[]} Series one line by step, or two; none if it is not known */

/** @type {Record<string, Series>} */
const SERIES = {
  loss({ gap, validation }, { floor, data }) {
    if (!data) return [gap];
    const training = gap.map((value) => value + floor); // a model's lowest loss is part of its loss
    return validation ? [training, validation] : [training];
  },
  gradient({ position, gradient }) {
    return gradient ? [byStep(position.length / 2, (i) => Math.hypot(gradient[2 * i], gradient[2 * i + 1]))] : [];
  },
  distance({ position }, { minima }) {
    if (!minima.length) return [];
    return [byStep(position.length / 2, (i) => distanceToNearest(position[2 * i], position[2 * i + 1], minima))];
  },
  step({ position: p }) {
    return [byStep(p.length / 2 - 1, (i) => Math.hypot(p[2 * i + 2] - p[2 * i], p[2 * i + 3] - p[2 * i + 1]))];
  },
  rates({ position, internals: { rates } }) {
    return rates ? [0, 1].map((side) => byStep(position.length / 2 - 1, (i) => rates[2 * i + side])) : [];
  },
};

export const QUANTITIES = Object.keys(SERIES);

/** @type {WeakMap<Run, Map<string, {terrain: Terrain, series: Float64Array[]}>>} */
const cache = new WeakMap();

/**
 * The lines of a run: one number for each step, or one line for x and one for y. The same arrays come back until the
 * terrain changes. A run of a fan has no gradients and no learning rates, hence no lines of them.
 * @param {Run} run
 * @param {string} quantity
 * @param {Terrain} terrain
 */
export function seriesOf(run, quantity, terrain) {
  const known = cache.get(run) ?? new Map();
  if (!known.size) cache.set(run, known);
  if (known.get(quantity)?.terrain !== terrain)
    known.set(quantity, { terrain, series: SERIES[quantity](run, terrain) });
  return known.get(quantity).series;
}

/**
 * The distance from (x, y) to the nearest of some minima or saddles.
 * @param {number} x
 * @param {number} y
 * @param {Landmark[]} landmarks
 */
export const distanceToNearest = (x, y, landmarks) =>
  Math.min(...landmarks.map(([[a, b]]) => Math.hypot(x - a, y - b)));

/**
 * @param {number} length
 * @param {(i: number) => number} value
 */
const byStep = (length, value) => Float64Array.from({ length }, (_, i) => value(i));

/** The largest number that is finite. @param {ArrayLike<number>} numbers */
export function largestOf(numbers) {
  let largest = 0;
  for (let k = 0; k < numbers.length; k++) if (numbers[k] > largest && numbers[k] < Infinity) largest = numbers[k];
  return largest;
}
