/** How to ask: one request at a time, again after a failure, and an error that says that there was no answer. */

/** The server could not be reached, or answered with an error. */
export class NoAnswer extends Error {}

const [FIRST_RETRY, LAST_RETRY] = [1000, 30_000]; // ms

/**
 * How long to wait, in ms, before a request is made again. It doubles with each failure, so that a server that comes
 * back is not met by everybody at once.
 * @param {number} failures in a row, at least 1
 */
export const retryDelay = (failures) => Math.min(LAST_RETRY, FIRST_RETRY * 2 ** (failures - 1));

/**
 * Run one job at a time; of those asked for meanwhile only the newest is kept.
 * @template T
 * @param {(job: T) => Promise<unknown>} work
 * @returns {(job: T) => void}
 */
export function newestWins(work) {
  let busy = false;
  /** @type {{job: T} | null} */
  let waiting = null;
  return async function ask(job) {
    if (busy) {
      waiting = { job };
      return;
    }
    busy = true;
    try {
      await work(job);
    } finally {
      busy = false;
      if (waiting) {
        const next = waiting.job;
        waiting = null;
        ask(next);
      }
    }
  };
}
