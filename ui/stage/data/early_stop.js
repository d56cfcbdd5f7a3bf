/** Early stopping: when it stops a run, whose weights it keeps, and what that costs or saves on the test examples. */

/** @import { Run } from "../types" */

import { formatMeasured } from "../state/format.js";
import { t, tn } from "../state/words.js";

/** The steps that early stopping waits; 0 where it is switched off. @param {Record<string, string>} display */
export const patienceOf = ({ patience }) => Number(patience);

/**
 * What early stopping would do: it stops once `patience` steps have not lowered the loss on the validation examples,
 * and takes the parameters of the best step.
 * @param {ArrayLike<number>} validation the loss at each step
 * @param {number} patience
 * @returns {{stop: number | null, best: number}} steps; stop is null if the run ends before
 */
export function earlyStop(validation, patience) {
  let best = 0;
  for (let i = 1; i < validation.length; i++) {
    if (validation[i] < validation[best]) best = i;
    else if (i - best === patience) return { stop: i, best };
  }
  return { stop: null, best };
}

/**
 * What early stopping makes of a run; null where its losses on the unseen examples are not known.
 * @param {Pick<Run, "validation" | "test">} run
 * @param {number} patience 0: it is off, and the weights of the last step are kept
 * @returns {{stop: number | null, kept: number, saved: number, validation: number, test: number, atEnd: number} | null}
 *   `stop`, `kept` and `saved` are steps; the losses are those of the weights kept, `atEnd` is the test loss of the last
 */
export function stoppingOf({ validation, test }, patience) {
  if (!validation || !test) return null;
  const end = validation.length - 1;
  const { stop, best } = patience ? earlyStop(validation, patience) : { stop: null, best: end };
  return {
    stop,
    kept: best,
    saved: stop === null ? 0 : end - stop,
    validation: validation[best],
    test: test[best],
    atEnd: test[end],
  };
}

/**
 * The run with the lowest validation loss of the weights kept. The test loss must choose nothing: it is the one estimate
 * that is left without bias.
 * @template {Pick<Run, "validation" | "test">} T
 * @param {T[]} runs
 * @param {number} patience
 * @returns {T | null} null where one of the runs is not known
 */
export function chosenOf(runs, patience) {
  const stoppings = runs.map((run) => stoppingOf(run, patience));
  if (!stoppings.every((one) => one !== null)) return null;
  const losses = stoppings.map(({ validation }) => (Number.isNaN(validation) ? Number.POSITIVE_INFINITY : validation));
  return runs[losses.indexOf(Math.min(...losses))] ?? null;
}

/**
 * What early stopping makes of a run, in words; the signs are those that the chart draws.
 * @param {string} name
 * @param {Pick<Run, "validation" | "test">} run
 * @param {number} patience
 */
export function stoppingInWords(name, run, patience) {
  const stopping = stoppingOf(run, patience);
  if (!stopping) return "";
  const { stop, kept, saved, test, atEnd } = stopping;
  const [before, after] = [formatMeasured(test), formatMeasured(atEnd)];
  const end = (run.validation?.length ?? 0) - 1;
  if (!patience) {
    return after
      ? t("{name} without early stopping: test loss {after} at the end", { name, after })
      : t("{name} without early stopping: it diverges", { name });
  }
  const result = resultInWords(before, after, test > atEnd);
  return stop === null
    ? tn(
        "{name} does not stop in {n} step, keeps step {kept} ○: {result}",
        "{name} does not stop in {n} steps, keeps step {kept} ○: {result}",
        end,
        { name, kept, result },
      )
    : tn(
        "{name} stops at step {stop} ×, keeps step {kept} ○: {n} step saved, {result}",
        "{name} stops at step {stop} ×, keeps step {kept} ○: {n} steps saved, {result}",
        saved,
        { name, stop, kept, result },
      );
}

/** @param {string} before the test loss of the weights kept @param {string} after that of the last @param {boolean} worse */
function resultInWords(before, after, worse) {
  if (!after) return t("test loss {before}; at its end the run diverges", { before });
  if (before === after) return t("test loss {after}, as at the end", { after });
  return worse
    ? t("test loss {before} instead of {after} (worse)", { before, after })
    : t("test loss {before} instead of {after}", { before, after });
}
