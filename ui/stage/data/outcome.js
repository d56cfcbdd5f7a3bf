/** What becomes of a run: where it stands, when it reaches a tolerance, which place it takes. */

/** @import { Run, Terrain } from "../types" */

import { t } from "../state/words.js";
import { distanceToNearest } from "./quantities.js";

const NEAR = 1e-4; // of the domain's diagonal: this near to a saddle a run counts as there
const AT_REST = 1e-6; // of the domain's diagonal: a run outside whose last step was shorter has come to rest there
const STATIONARY = 1e-9; // of the domain's diagonal: a run whose last step was shorter counts as stationary

/**
 * What became of a run by a step, in words; empty while there is nothing to say.
 * @param {Run} run
 * @param {number} step
 * @param {Terrain} terrain
 */
export function outcomeOf(run, step, { domain, saddles, minima }) {
  const { position, gap, left, diverged } = run;
  const [x, y] = [position[2 * step], position[2 * step + 1]];
  if (diverged !== null && step >= diverged) {
    const undefinedLoss = Number.isFinite(x + y) && Number.isNaN(gap[step]);
    return undefinedLoss
      ? t("f undefined since step {n}", { n: diverged })
      : t("diverged at step {n}", { n: diverged });
  }
  const diagonal = Math.hypot(domain[0][1] - domain[0][0], domain[1][1] - domain[1][0]);
  const before = Math.max(0, step - 1);
  const moved = Math.hypot(x - position[2 * before], y - position[2 * before + 1]);
  if (left !== null && step >= left && isOutside(run, step, domain)) {
    const rests = moved < AT_REST * diagonal && !run.approximate; // a fan codes what is outside too coarsely to tell
    return rests ? t("rests outside the picture") : t("left the picture at step {n}", { n: left });
  }
  if (Number.isNaN(gap[step])) return t("f undefined here");
  const near = (/** @type {Terrain["minima"]} */ landmarks) =>
    landmarks.length > 0 && distanceToNearest(x, y, landmarks) < NEAR * diagonal;
  if (step > 0 && moved < NEAR * diagonal && near(saddles) && !near(minima)) {
    return moved < STATIONARY * diagonal ? t("stands at a saddle") : t("at a saddle");
  }
  return "";
}

const ROUNDING = 1e-12; // relative: a loss below the lowest minimum by less is at the minimum

/**
 * The loss of a run at a step. Where only rounding puts it below the lowest minimum, it is that minimum's.
 * @param {Pick<Run, "gap">} run
 * @param {number} step
 * @param {Pick<Terrain, "floor">} terrain
 */
export function lossOf({ gap }, step, { floor }) {
  const above = gap[step];
  return above < 0 && above > -ROUNDING * (1 + Math.abs(floor)) ? floor : above + floor;
}

/**
 * Whether a run is outside the domain at step i, or not at a number.
 * @param {Pick<Run, "position">} run
 * @param {number} i
 * @param {Terrain["domain"]} domain
 */
export function isOutside({ position }, i, [[x0, x1], [y0, y1]]) {
  const [x, y] = [position[2 * i], position[2 * i + 1]];
  return !(x >= x0 && x <= x1 && y >= y0 && y <= y1);
}

/**
 * The first step at which a run's loss is within a tolerance of the lowest minimum; null if it never is.
 * @param {Pick<Run, "gap">} run
 * @param {number} tolerance
 */
export function firstWithin({ gap }, tolerance) {
  const step = gap.findIndex((value) => value <= tolerance);
  return step < 0 ? null : step;
}

const PLACES = 3; // that are told

/**
 * The first three places by the loss at a step, the lowest first; runs of one loss share a place. A race of one has none.
 * @param {Pick<Run, "id" | "gap">[]} runs
 * @param {number} step
 * @returns {Map<string, number>} by entry
 */
export function ranksOf(runs, step) {
  const ranks = new Map();
  if (runs.length < 2 || step === 0) return ranks;
  const losses = runs.map(({ gap }) => gap[step]);
  for (const [k, { id }] of runs.entries()) {
    const place = 1 + losses.filter((loss) => loss < losses[k]).length;
    if (Number.isFinite(losses[k]) && place <= PLACES) ranks.set(id, place);
  }
  return ranks;
}
