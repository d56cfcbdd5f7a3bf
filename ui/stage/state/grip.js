/** The slider that a hand holds, and its fan: the paths at each of its places, asked for when it is grabbed. */

/** @import { Fan, Terrain } from "../types" */

import { NoAnswer } from "./requests.js";

/** @param {(query: string, key: string, terrain: Terrain) => Promise<Fan>} fanOf asks the server */
export function createGrip(fanOf) {
  /** @type {{key: string, query: string, fan: Fan | null, failed: boolean} | null} the slider that was grabbed last */
  let grabbed = null;
  let mayAskOnce = false; // for exact paths, while the fan is on the way

  return {
    /**
     * Ask for a slider's fan.
     * @param {string} key
     * @param {string} query of the scene
     * @param {Terrain} terrain
     * @returns {Promise<boolean>} whether an answer came that is still of use
     */
    async grab(key, query, terrain) {
      mayAskOnce = !key.startsWith("surface."); // a change of the surface would ask for paths and grid
      if (grabbed?.key === key && grabbed.query === query && !grabbed.failed) return false;
      /** @type {NonNullable<typeof grabbed>} */
      const mine = { key, query, fan: null, failed: false };
      grabbed = mine;
      try {
        mine.fan = await fanOf(query, key, terrain);
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        mine.failed = true; // the drag asks for its paths one by one, and says so if there is no answer
      }
      return grabbed === mine;
    },
    /** The fan of a slider, if it is there. @param {string | undefined} key */
    fan: (key) => (grabbed && grabbed.key === key ? grabbed.fan : null),
    /** Whether a change of a slider has to ask for exact paths: no fan shows them, or none does yet. @param {string} key */
    mustAsk(key) {
      if (grabbed?.key !== key || grabbed.failed) return true;
      if (grabbed.fan || !mayAskOnce) return false;
      mayAskOnce = false;
      return true;
    },
    /** Forget it: its paths run on another surface. */
    release() {
      grabbed = null;
    },
  };
}
