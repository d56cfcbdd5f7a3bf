/** What can be said of a run at every step, and the axis it is drawn on. Pure functions, no DOM. */

import { lossAxis, power, roundStep } from "./terrain.js";

const PATIENCE = 20; // steps that early stopping waits for a lower validation loss

/** What the chart can show. A remark says what a reader might wonder about. */
export const QUANTITIES = [
  { id: "loss", name: "loss", ofData: `thin: validation; early stop × (patience ${PATIENCE}), back to ○` },
  { id: "gradient", name: "gradient norm" },
  { id: "distance", name: "distance to the nearest minimum" },
  { id: "step", name: "step length" },
  { id: "rates", name: "learning rate per coordinate", remark: "thick: x, thin: y", ofData: "thick: w₁, thin: w₂" },
];

const DECADES = 12; // of a logarithmic axis at most

/** How far each point of a run is from the nearest minimum; empty where the surface has none. */
function distances({ position }, { minima }) {
  if (!minima.length) return [];
  return [Float64Array.from({ length: position.length / 2 }, (_, i) => nearest(position[2 * i], position[2 * i + 1], minima))];
}

/** The distance from (x, y) to the nearest of some [[x, y], value]. */
export const nearest = (x, y, places) => Math.min(...places.map(([[a, b]]) => Math.hypot(x - a, y - b)));

const lengths = (pairs, from, to) => Float64Array.from({ length: to - from }, (_, i) => Math.hypot(pairs[2 * (i + from)], pairs[2 * (i + from) + 1]));

/**
 * The lines of a run: one series of numbers by step, or one for x and one for y. Kept until the run changes.
 * While a slider is dragged the gradients and rates of the runs that it moves are not known: they have no line then.
 */
export function seriesOf(run, quantity, terrain) {
  if (quantity === "loss" && !terrain.data) return [run.gap];
  run.series ??= new Map();
  if (run.series.get(quantity)?.terrain !== terrain) run.series.set(quantity, { terrain, lines: lines(run, quantity, terrain) });
  return run.series.get(quantity).lines;
}

function lines(run, quantity, terrain) {
  const { position, gradient, rates } = run;
  const n = position.length / 2;
  if (quantity === "loss") {
    const training = run.gap.map((gap) => gap + terrain.floor); // what a model leaves unexplained is part of its loss
    return run.validation ? [training, run.validation] : [training];
  }
  if (quantity === "distance") return distances(run, terrain);
  if (quantity === "gradient") return gradient ? [lengths(gradient, 0, n)] : [];
  if (quantity === "step") return [Float64Array.from({ length: n - 1 }, (_, i) => Math.hypot(position[2 * i + 2] - position[2 * i], position[2 * i + 3] - position[2 * i + 1]))];
  return rates ? [0, 1].map((side) => Float64Array.from({ length: n - 1 }, (_, i) => rates[2 * i + side])) : [];
}

/** The axis of a quantity: {title, to: value -> place, range, tickvals, ticktext}. @param {"log"|"linear"} scale */
export function axisOf(quantity, scale, runs, terrain) {
  const all = runs.flatMap((run) => seriesOf(run, quantity, terrain));
  // Where the runs begin; one whose first step is enormous does not count.
  const firsts = all.map((series) => series[0]).filter(Number.isFinite).sort((a, b) => a - b);
  const first = firsts.filter((v) => v <= 1e3 * Math.abs(firsts[(firsts.length - 1) >> 1])).pop() ?? 1;
  const least = all.reduce((a, series) => series.reduce((b, v) => (v < b ? v : b), a), Infinity);
  const most = all.reduce((a, series) => series.reduce((b, v) => (v > b ? v : b), a), 0);
  const bounded = terrain.minima.length > 0;
  const plain = quantity === "loss" && !terrain.data;
  if (plain && scale === "log") return lossAxis(bounded, runs.length ? runs[0].gap[0] : 1, Math.min(1, least), most);
  const title = plain ? (bounded ? "loss − lowest minimum" : "loss") : QUANTITIES.find(({ id }) => id === quantity).name;
  if (scale === "linear") return linear(title, Math.min(0, Math.max(least, -Math.abs(first))), first);
  let [low, high] = [Infinity, -Infinity];
  for (const series of all) {
    for (const v of series) {
      if (v > 0 && v < low) low = v;
      // A run that diverges does not decide what the others look like.
      if (v > high && v <= 1e3 * first) high = v;
    }
  }
  const top = Math.ceil(Math.log10(high > 0 ? high : 1));
  const bottom = Math.max(top - DECADES, Math.min(top - 1, Math.floor(Math.log10(low < Infinity ? low : 0.1))));
  const stride = Math.ceil((top - bottom) / 6);
  const exponents = Array.from({ length: Math.floor((top - bottom) / stride) + 1 }, (_, i) => top - stride * i);
  return { title, to: (v) => (v <= 0 ? -Infinity : Math.log10(v)), range: [bottom, top], tickvals: exponents, ticktext: exponents.map((e) => power(10 ** e)) };
}

function linear(title, least, first) {
  const high = first > 0 && first < Infinity ? first * 1.15 : 1;
  const step = roundStep((high - least) / 5);
  const tickvals = Array.from({ length: Math.floor((high - least) / step) + 1 }, (_, i) => (Math.ceil(least / step) + i) * step);
  return { title, to: (v) => v, range: [least * 1.1, high], tickvals, ticktext: tickvals.map((v) => String(Number(v.toPrecision(6)))) };
}

/**
 * What early stopping would do: the step at which it stops, PATIENCE steps after the last that lowered the loss on the
 * validation examples, null if the run ends before; and that last step, to which it goes back.
 */
export function earlyStop({ validation }) {
  let back = 0;
  for (let i = 1; i < validation.length; i++) {
    if (validation[i] < validation[back]) back = i;
    else if (i - back === PATIENCE) return { stop: i, back };
  }
  return { stop: null, back };
}

/** Where an axis of steps is labelled. */
export function roundSteps(steps) {
  const step = Math.max(1, roundStep(steps / 6));
  return Array.from({ length: Math.floor(steps / step) + 1 }, (_, i) => i * step);
}
