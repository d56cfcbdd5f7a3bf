/** What the reader is told while an answer takes long or does not come. */

import { msg, t } from "./words.js";

const SLOW = 500; // ms without an answer until the reader is told that one is being computed
const FIRST = msg("Computing the first picture …");
const COMPUTING = msg("Computing …");
const BUSY = msg("The server is busy: waiting for its turn …");

/**
 * @param {(text: string) => void} tell shows a text; an empty one for nothing
 * @param {(work: () => void, ms: number) => () => void} after calls back later; returns what cancels it
 */
export function createNotice(tell, after) {
  let first = true; // nothing has arrived yet
  let failure = "";
  let slow = 0; // answers that take long
  let remark = "";

  const show = () => tell(failure || (slow ? t(COMPUTING) : first ? t(FIRST) : remark));

  return {
    show,
    get failed() {
      return failure !== "";
    },
    /** The answer did not come, or the server has too much to do. @param {{message: string, wait: number}} reason */
    fail({ message, wait }) {
      if (wait) failure = t(BUSY);
      else if (first) failure = t("No answer from the server, trying again. ({reason})", { reason: message });
      else {
        failure = t("No answer from the server, trying again. What is drawn is the last scene it sent. ({reason})", {
          reason: message,
        });
      }
      show();
    },
    /** What is told while there is nothing else to tell. @param {string} text */
    say(text) {
      if (text === remark) return;
      remark = text;
      show();
    },
    /** An answer arrived. */
    arrive() {
      first = false;
      failure = "";
      show();
    },
    /**
     * Tell the reader where an answer takes long.
     * @template T
     * @param {Promise<T>} answer
     */
    patiently(answer) {
      let late = 0;
      const cancel = after(() => {
        slow += late = 1;
        show();
      }, SLOW);
      return answer.finally(() => {
        cancel();
        slow -= late;
        if (late) show();
      });
    },
  };
}
