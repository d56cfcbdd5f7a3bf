/** How to ask: one request at a time, again after a failure, and an error that says that there was no answer. */

/** The server could not be reached, or answered with an error. */
export class NoAnswer extends Error {
  /** @param {string} message @param {number} [wait] ms that the server asks to wait: it has too much to do */
  constructor(message, wait = 0) {
    super(message);
    this.wait = wait;
  }
}

const [FIRST_RETRY, LAST_RETRY] = [1000, 30_000]; // ms

/**
 * How long to wait, in ms, before a request is made again. It doubles with each failure, and varies by half, so that a
 * server that comes back does not get the requests of all pages at once.
 * @param {number} failures in a row, at least 1
 * @param {number} random from 0 to 1
 * @param {number} [wait] ms that the server asked for
 */
export const retryDelay = (failures, random, wait = 0) =>
  wait * (1 + random) || Math.min(LAST_RETRY, FIRST_RETRY * 2 ** (failures - 1)) * (0.5 + random / 2);

/**
 * Run work one at a time. If it is asked for while it runs, it runs once more afterwards, however often it was asked for.
 * @param {() => Promise<unknown>} work
 * @returns {() => Promise<void>}
 */
export function oneAtATime(work) {
  let busy = false;
  let again = false;
  return async function ask() {
    again = busy;
    if (busy) return;
    busy = true;
    try {
      await work();
    } finally {
      busy = false;
      if (again) ask();
    }
  };
}
