/** The server's answers: one address for each question. */

/** @import { Fan, Run, Terrain, Values } from "../types" */

import { NoAnswer } from "../state/requests.js";
import { spoken, t } from "../state/words.js";
import { createFan, truncate } from "./fan.js";
import { terrainOf } from "./terrain.js";
import { runsOf, unpack } from "./wire.js";

const LONGEST = 30_000; // ms that an answer may take: a connection that hangs holds up nothing for longer
const BUSY = [429, 503];
const SPOKEN = ["formula", "code", "figure"]; // routes whose answers hold words for the reader

/** @param {unknown} error */
const reason = (error) => new NoAnswer(error instanceof Error ? error.message : String(error));

/**
 * Every function throws NoAnswer where the server cannot be reached or refuses.
 * @param {string} version of the server's code: browsers keep answers by it
 * @param {string} base the page's own address, which may lie below a path
 * @param {() => void} [updated] called when an answer comes from another version of the server
 */
export function createApi(version, base, updated = () => {}) {
  const client = crypto.randomUUID?.() ?? String(Math.random()); // the server shares its time out among pages
  /** @param {string} route @param {string} query */
  function address(route, query) {
    const language = SPOKEN.includes(route) && spoken() !== "en" ? `&lang=${spoken()}` : "";
    return new URL(`${route}?${query}${language}&v=${version}`, base);
  }

  /**
   * @template T
   * @param {string} route
   * @param {string} query
   * @param {(response: Response) => Promise<T>} read
   * @param {AbortSignal[]} signals that nobody waits for the answer any more
   */
  async function ask(route, query, read, signals = []) {
    const signal = AbortSignal.any([AbortSignal.timeout(LONGEST), ...signals]);
    const asked = { headers: { "X-Descent-Client": client }, signal };
    const response = await fetch(address(route, query), asked).catch((error) => Promise.reject(reason(error)));
    if ((response.headers.get("X-Descent-Version") ?? version) !== version) updated();
    const wait = BUSY.includes(response.status) ? 1000 * Number(response.headers.get("Retry-After")) : 0;
    if (!response.ok)
      throw new NoAnswer(t("the server answered {status} for {route}", { status: response.status, route }), wait);
    return read(response).catch((error) => Promise.reject(reason(error))); // the connection may end while it arrives
  }
  /** @param {string} route @param {string} query @param {AbortSignal[]} signals */
  const arrays = async (route, query, ...signals) =>
    ask(
      route,
      query,
      async (response) => ({
        ...unpack(await response.arrayBuffer()),
        waiting: Number(response.headers.get("X-Descent-Waiting")),
      }),
      signals,
    );

  return {
    address,
    arrays,
    /**
     * An answer in JSON.
     * @param {string} route @param {string} query
     * @returns {Promise<any>}
     */
    json: (route, query) => ask(route, query, (response) => response.json()),

    /**
     * The paths of a scene, its values and those that its surface opens with.
     * @param {string} query
     * @returns {Promise<{runs: Run[], values: Values, defaults: Values}>}
     */
    async paths(query) {
      const answer = await arrays("paths", query);
      return { runs: runsOf(answer), values: answer.head.values, defaults: answer.head.defaults };
    },

    /** The surface of a scene. @param {string} query */
    terrain: async (query) => terrainOf(await arrays("grid", query)),

    /**
     * The fan of a slider. The steps have one answer for all their places: the longest run holds the shorter ones.
     * @param {string} query of the scene, the slider at its default
     * @param {string} key of the slider
     * @param {Terrain} terrain that the paths run on
     * @returns {Promise<Fan>}
     */
    async fan(query, key, terrain) {
      if (key !== "steps") return createFan(await arrays("fan", `${query}&vary=${key}`), terrain);
      const runs = runsOf(await arrays("paths", query));
      return { runs: (_, steps) => truncate(runs, steps) };
    },
  };
}

/** @typedef {ReturnType<typeof createApi>} Api */
