/**
 * Maps that are refined: which piece is asked for next. No DOM, and no clock of its own.
 *
 * A map has SIDE x SIDE cells. Of every wanted map all pieces of the first level come first, then those of the next. As
 * long as a hand moves something that all maps depend on, only the first level is asked for, one question at a time, each
 * for what is wanted when it is asked; the map before stays until another one has come.
 */

/** @import { Answer } from "../types" */

import { NoAnswer, retryDelay } from "./requests.js";

export const SIDE = 256; // cells along each side of a whole map
export const LEVELS = [32, 64, 128, SIDE]; // cells along each side that are known after it
const AT_ONCE = 6e6; // steps of runs that a question asks for, about: 50 ms of one processor

/**
 * @typedef {object} Wanted a map
 * @property {string} id of its entry
 * @property {string} query without its piece
 * @property {number} steps of each run
 *
 * @typedef {{side: number, part: number, parts: number}} Piece
 *
 * @typedef {object} Field what is known of a map
 * @property {string} query
 * @property {Record<"loss" | "reached" | "ended", ArrayLike<number> & {[k: number]: number}>} cells SIDE * SIDE each, row
 *   by row from the lowest value of y; those that are not known yet are 0
 * @property {number} done pieces
 * @property {number} side cells along each side that are all known: one of LEVELS
 * @property {Answer["head"]} head of its first piece
 */

/** The pieces of a map in the order in which they are asked for. @param {number} steps @returns {Piece[]} */
export function piecesOf(steps) {
  return LEVELS.flatMap((side, level) => {
    const cells = level ? (side * side * 3) / 4 : side * side;
    const parts = level ? Math.min(64, Math.max(1, Math.ceil((cells * steps) / AT_ONCE))) : 1;
    return Array.from({ length: parts }, (_, part) => ({ side, part, parts }));
  });
}

/** The places among the cells of a piece's cells, in the order of its arrays: as `cells_of` of ui/maps.py. @param {Piece} piece */
export function placesOf({ side, part, parts }) {
  const stride = SIDE / side;
  const places = [];
  for (let row = part * stride; row < SIDE; row += parts * stride) {
    const known = side > LEVELS[0] && row % (2 * stride) === 0;
    for (let column = known ? stride : 0; column < SIDE; column += known ? 2 * stride : stride) {
      places.push(row * SIDE + column);
    }
  }
  return places;
}

/**
 * @param {object} options
 * @param {(query: string, signal: AbortSignal) => Promise<Answer>} options.ask
 * @param {() => void} options.painted more is known, or another question is under way
 * @param {(error: NoAnswer | null) => void} options.failed no answer came, and it is asked again later; null: one came
 * @param {(work: () => void, ms: number) => () => void} options.after calls back later; returns what cancels it
 * @param {() => number} [options.random]
 */
export function createRefinement({ ask, painted, failed, after, random = Math.random }) {
  /** @type {Wanted[]} */
  let wanted = [];
  let levels = LEVELS.length; // that are asked for
  /** @type {Map<string, Field>} by entry */
  const fields = new Map();
  /** @type {{id: string, query: string, coarse: boolean, stop: AbortController} | null} */
  let asked = null;
  let failures = 0;
  let cancelRetry = () => {};

  /** The first piece that lacks of the first level that any map lacks. */
  function next() {
    for (const side of LEVELS.slice(0, levels)) {
      for (const map of wanted) {
        const field = fields.get(map.id);
        const piece = piecesOf(map.steps)[field?.query === map.query ? field.done : 0];
        if (piece?.side === side) return { map, piece };
      }
    }
    return null;
  }

  async function run() {
    cancelRetry();
    if (asked) return;
    for (let job = next(); job; job = next()) {
      const { map, piece } = job;
      const stop = new AbortController();
      asked = { id: map.id, query: map.query, coarse: piece.side === LEVELS[0], stop };
      try {
        const words = new URLSearchParams(Object.entries(piece).map(([key, value]) => [key, String(value)]));
        take(map, piece, await ask(`${map.query}&${words}`, stop.signal));
        if (failures) failed(null);
        failures = 0;
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        if (!stop.signal.aborted) {
          asked = null;
          failures++;
          failed(error);
          cancelRetry = after(run, retryDelay(failures, random(), error.wait));
          return;
        }
      }
      asked = null;
      painted();
    }
  }

  /** @param {Wanted} map @param {Piece} piece @param {Answer} answer */
  function take(map, piece, { head, arrays }) {
    if (!wanted.some(({ id }) => id === map.id)) return;
    let field = fields.get(map.id);
    if (field?.query !== map.query) {
      const cells = {
        loss: new Int16Array(SIDE ** 2),
        reached: new Uint16Array(SIDE ** 2),
        ended: new Uint8Array(SIDE ** 2),
      };
      field = { query: map.query, cells, done: 0, side: 0, head };
      fields.set(map.id, field);
    }
    const { cells } = field;
    for (const [k, place] of placesOf(piece).entries()) {
      cells.loss[place] = arrays.loss[k];
      cells.reached[place] = arrays.reached[k];
      cells.ended[place] = arrays.ended[k];
    }
    field.done++;
    if (piece.part === piece.parts - 1) field.side = piece.side;
  }

  return {
    /**
     * Other maps are wanted.
     * @param {Wanted[]} maps
     * @param {number} [many] of the levels: 1 while a hand moves what they depend on, 0 for none
     */
    want(maps, many = LEVELS.length) {
      wanted = maps;
      levels = many;
      for (const id of fields.keys()) if (!maps.some((map) => map.id === id)) fields.delete(id);
      // A first level that is under way is shown even if it is late: a picture that follows a hand.
      const stale = asked && (!many || (!asked.coarse && !maps.some(({ query }) => query === asked?.query)));
      if (stale) asked?.stop.abort();
      run();
    },
    /** What is known of an entry's map, as long as none of what is wanted came that of what was wanted before. @param {string} id */
    field: (id) => fields.get(id) ?? null,
    /** How much of all that is asked for is known, 0 to 1. */
    progress() {
      const counts = wanted.map(({ id, query, steps }) => {
        const pieces = piecesOf(steps).filter(({ side }) => LEVELS.indexOf(side) < (levels || LEVELS.length));
        const field = fields.get(id);
        return [field?.query === query ? Math.min(field.done, pieces.length) : 0, pieces.length];
      });
      const [done, all] = [0, 1].map((k) => counts.reduce((sum, count) => sum + count[k], 0));
      return all ? done / all : 1;
    },
    /** Ask for nothing more. */
    close() {
      cancelRetry();
      wanted = [];
      asked?.stop.abort();
    },
  };
}
