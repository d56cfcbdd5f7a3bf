/** Two things to try in the first minute, noticed when they happen. No DOM. */

/** @import { Run } from "../types" */

import { optimizerOf } from "../state/entries.js";
import { msg } from "../state/words.js";
import { ranksOf } from "./outcome.js";

/**
 * Whether a run of an optimizer leaves the picture and ends higher than it began, or nowhere.
 * @param {string} optimizer
 * @returns {(runs: Run[]) => boolean}
 */
const diverges = (optimizer) => (runs) =>
  runs.some(
    ({ id, left, diverged, gap }) =>
      optimizerOf(id) === optimizer && (left ?? diverged) !== null && !(gap[gap.length - 1] <= gap[0]),
  );

/** Whether an optimizer has the lowest loss at the end. @param {string} optimizer @returns {(runs: Run[]) => boolean} */
const wins = (optimizer) => (runs) => {
  const [first] = runs;
  const ranks = first ? ranksOf(runs, first.gap.length - 1) : new Map();
  return [...ranks].some(([id, place]) => place === 1 && optimizerOf(id) === optimizer);
};

export const CHALLENGES = [
  {
    id: "diverge",
    optimizer: "sgd",
    asks: msg("make SGD diverge"),
    happens: diverges("sgd"),
    praise: msg("SGD diverges: its learning rate is above its limit. Well done!"),
  },
  {
    id: "win",
    optimizer: "adam",
    asks: msg("let Adam win (rivals may be switched off)"),
    happens: wins("adam"),
    praise: msg("Adam wins: it ends with the lowest loss of all. Well done!"),
  },
];

/**
 * Notices what a hand brought about: what holds on a surface as it opens is nobody's doing.
 * @param {Set<string>} done the ids of challenges that were praised before
 */
export function createChallenges(done) {
  let surface = "";
  /** @type {Map<string, boolean>} what held in the last picture */
  let held = new Map();

  return {
    /** What can be tried with these runs. @param {Run[]} runs */
    possible: (runs) => CHALLENGES.filter(({ optimizer }) => runs.some(({ id }) => optimizerOf(id) === optimizer)),
    /**
     * @param {Run[]} runs
     * @param {string} where the surface
     * @returns {typeof CHALLENGES} what has just been done for the first time
     */
    notice(runs, where) {
      const now = new Map(CHALLENGES.map(({ id, happens }) => [id, happens(runs)]));
      const found = CHALLENGES.filter(({ id }) => where === surface && now.get(id) && !held.get(id) && !done.has(id));
      surface = where;
      held = now;
      for (const { id } of found) done.add(id);
      return found;
    },
  };
}
