/** The scales of axes: round values for ticks, and the axis on which a quantity of the runs is drawn. */

/** @import { Axis, Range, Run, Terrain, Ticks } from "../types" */

import { formatPower } from "../state/format.js";
import { printed } from "../state/numerals.js";
import { t } from "../state/words.js";
import { seriesOf } from "./quantities.js";

const DECADES = 12; // of a logarithmic axis at most
const HEADROOM = 3; // decades of the loss axis above the start, so that a run that diverges is seen to rise
const OUTLIER = 1e3; // a run that begins or rises this many times above the others does not decide the axis
const RISE = 20; // times its start that a line may rise and still be seen whole on a linear axis

const PREFIXES = new Map([
  [-9, "n"],
  [-6, "μ"],
  [0, ""],
  [3, "k"],
  [6, "M"],
  [9, "G"],
]);

/** @param {string | number} number */
const withMinus = (number) => printed(String(number)).replaceAll("-", "−");

/**
 * The smallest of 1, 2, 5 and 10 times a power of ten that is not below a size.
 * @param {number} size
 */
export function roundStep(size) {
  const base = 10 ** Math.floor(Math.log10(size));
  return base * ([1, 2, 5].find((m) => m * base >= size) ?? 10);
}

/**
 * Round values for a linear axis.
 * @param {Range} range
 * @param {number} count how many there are about
 * @returns {Ticks}
 */
export function ticksOf([low, high], count) {
  const step = roundStep((high - low) / count);
  const first = Math.ceil(low / step - 1e-9);
  const values = Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, k) => (first + k) * step);
  return { values, labels: tickLabels(values, step, Math.max(Math.abs(low), Math.abs(high))) };
}

/**
 * Multiples of a step in as many digits as the step needs. On an axis that reaches 10000, or nowhere 0.001, they have an
 * SI prefix, as with Plotly: "20k", "1.5M", "200μ".
 * @param {number[]} values
 * @param {number} step
 * @param {number} largest absolute value of the axis
 */
function tickLabels(values, step, largest) {
  const magnitude = Math.floor(Math.log10(largest) + 0.01);
  const exponent = Math.abs(magnitude) > 3 ? 3 * Math.round((magnitude - 1) / 3) : 0;
  const decimals = Math.min(20, Math.max(0, exponent - Math.floor(Math.log10(step) + 1e-9)));
  const suffix = PREFIXES.get(exponent) ?? `e${exponent}`;
  const unit = 10 ** exponent;
  return values.map((value) => (value === 0 ? "0" : withMinus(Number((value / unit).toFixed(decimals)) + suffix)));
}

/**
 * Where an axis of steps is labelled.
 * @param {number} steps
 */
export function stepTicks(steps) {
  const step = Math.max(1, roundStep(steps / 6));
  return Array.from({ length: Math.floor(steps / step) + 1 }, (_, i) => i * step);
}

/**
 * Whole powers of ten, counted down from the top of an axis.
 * @param {number} bottom
 * @param {number} top
 * @param {number} stride
 * @returns {Ticks}
 */
function powerTicks(bottom, top, stride) {
  const values = Array.from({ length: Math.floor((top - bottom) / stride) + 1 }, (_, i) => top - stride * i);
  return { values, labels: values.map((exponent) => formatPower(10 ** exponent)) };
}

/**
 * A logarithm that keeps 0 below every axis and NaN as it is.
 * @param {number} value
 */
const log10 = (value) => (value <= 0 ? -Infinity : Math.log10(value));

/**
 * The logarithmic axis of the loss. With a known minimum it shows log10(f - min f). Without one f may fall for ever, so
 * both signs get a logarithm: sign(f) log10(1 + |f|). It reaches from the least loss, but not below `lowest` (-1e4), to
 * above the start, or up to HEADROOM decades higher if a run rises that far.
 * @param {string} title
 * @param {boolean} bounded a minimum is known
 * @param {number} first the gap at the start
 * @param {number} least the smallest gap of all runs
 * @param {number} most the largest one
 * @param {number} lowest power of ten that it shows where a minimum is known
 * @returns {Axis}
 */
export function lossAxis(title, bounded, first, least, most = first, lowest = -8) {
  if (bounded) {
    const above = Math.ceil(Math.log10(Math.max(first, 1e-6)) + 0.3);
    const top = Math.max(above, Math.min(above + HEADROOM, Math.ceil(Math.log10(Math.max(most, 1e-6)))));
    const bottom = Math.min(top - 2, Math.max(lowest, Math.floor(Math.log10(Math.max(least, 10 ** lowest)) - 0.1)));
    return { title, to: log10, range: [bottom, top], ticks: powerTicks(bottom, top, top - bottom > 5 ? 2 : 1) };
  }
  const to = (/** @type {number} */ f) => Math.sign(f) * Math.log10(1 + Math.abs(f));
  const labelled = [-1e4, -1e3, -100, -10, -1, 0, 1, 10, 100, 1e3, 1e4];
  const ticks = { values: labelled.map(to), labels: labelled.map(formatPower) };
  return { title, to, range: [Math.max(-4.2, to(least) - 0.2), Math.max(1, to(first)) + 0.3], ticks };
}

/**
 * The axis that holds a quantity of the runs. A run that diverges does not decide it.
 * @param {string} quantity its id
 * @param {"log" | "linear"} scale
 * @param {Run[]} runs
 * @param {Terrain} terrain
 * @param {string} name of the quantity, for the title
 * @returns {Axis}
 */
export function axisOf(quantity, scale, runs, terrain, name) {
  const all = runs.flatMap((run) => seriesOf(run, quantity, terrain));
  const [least, most] = extent(all);
  const bounded = terrain.minima.length > 0;
  const gaps = quantity === "loss" && !terrain.data; // the loss above the lowest minimum is drawn
  const title = gaps && bounded ? t("{quantity} − lowest minimum", { quantity: name }) : name;
  if (gaps && scale === "log") {
    return lossAxis(title, bounded, runs.length ? runs[0].gap[0] : 1, Math.min(1, least), most);
  }
  const first = highestStart(all);
  return scale === "linear" ? linearAxis(title, least, highest(all, first)) : logAxis(title, all, first);
}

/**
 * The smallest number of all series, and the largest one or 0. NaN is left out.
 * @param {Float64Array[]} all
 */
function extent(all) {
  let [least, most] = [Infinity, 0];
  for (const series of all) {
    for (const v of series) {
      if (v < least) least = v;
      if (v > most) most = v;
    }
  }
  return [least, most];
}

/**
 * The highest value that a series begins with, outliers aside.
 * @param {Float64Array[]} all
 */
function highestStart(all) {
  const starts = all
    .map((series) => series[0])
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  const median = starts[(starts.length - 1) >> 1];
  return starts.filter((v) => v <= OUTLIER * Math.abs(median)).pop() ?? 1;
}

/**
 * The highest value of all series that stay near their start: one that rises beyond RISE times it does not decide.
 * @param {Float64Array[]} all
 * @param {number} first the highest start
 */
function highest(all, first) {
  const tops = all.map((series) => extent([series])[1]).filter((v) => v <= RISE * first);
  return Math.max(first, ...tops);
}

/**
 * @param {string} title
 * @param {number} least
 * @param {number} most
 * @returns {Axis}
 */
function linearAxis(title, least, most) {
  const bottom = Math.min(0, Math.max(least, -Math.abs(most)));
  const high = most > 0 && most < Infinity ? most * 1.15 : 1;
  const step = roundStep((high - bottom) / 5);
  const from = Math.ceil(bottom / step);
  const values = Array.from({ length: Math.floor((high - bottom) / step) + 1 }, (_, i) => (from + i) * step);
  const labels = values.map((value) => withMinus(Number(value.toPrecision(6))));
  return { title, to: (v) => v, range: [bottom * 1.1, high], ticks: { values, labels } };
}

/**
 * @param {string} title
 * @param {Float64Array[]} all
 * @param {number} first
 * @returns {Axis}
 */
function logAxis(title, all, first) {
  let [low, high] = [Infinity, -Infinity];
  for (const series of all) {
    for (const v of series) {
      if (v > 0 && v < low) low = v;
      if (v > high && v <= OUTLIER * first) high = v;
    }
  }
  const top = Math.ceil(Math.log10(high > 0 ? high : 1));
  const bottom = Math.max(top - DECADES, Math.min(top - 1, Math.floor(Math.log10(low < Infinity ? low : 0.1))));
  return { title, to: log10, range: [bottom, top], ticks: powerTicks(bottom, top, Math.ceil((top - bottom) / 6)) };
}
