/**
 * What is wanted, asked for and known: from a hand's changes to the paths that are drawn. No DOM, and no clock of its own.
 *
 * A session is in one of three phases. "opening": a surface was picked whose scene has not arrived. "dragging": a hand
 * moves a control, and the paths come from the slider's fan, which was asked for when the slider was grabbed, or from
 * requests made one after the other. "exact": the paths are those of the scene.
 */

/** @import { Catalogue, Point, Run, Terrain, UnnamedRun, Values } from "../types" */

import { NoAnswer, newestWins, retryDelay } from "./requests.js";
import { surfaceQuery, toQuery, toQueryOn } from "./url.js";

const SLOW = 500; // ms without an answer until the reader is told that one is being computed
const FIRST = "Computing the first picture …";
const COMPUTING = "Computing …";

/**
 * @typedef {object} Server what a session asks; see data/api.js
 * @property {(query: string) => Promise<{runs: UnnamedRun[], values: Values, defaults: Values}>} paths
 * @property {(query: string) => Promise<Terrain>} terrain
 * @property {(query: string, key: string, terrain: Terrain) => Promise<Fan>} fan
 *
 * @typedef {{runs: (place: number, value: number) => UnnamedRun[], terrain?: (place: number) => Terrain}} Fan
 *
 * @typedef {object} Listener what a session tells
 * @property {() => void} controls values changed that a control under the hand does not show yet
 * @property {(step?: number | null) => Promise<unknown>} paths exact paths are there; where the playhead goes, null for
 *   the end, undefined to stay. The next request waits for the promise
 * @property {() => void} look the same paths are looked at in another way
 * @property {() => void} drag the paths follow the hand
 * @property {() => void} start the start moved; its paths come later
 * @property {() => void} settle the scene changed for good: the address bar shall follow
 * @property {(text: string) => void} note what the reader is told; empty for nothing
 */

/**
 * @param {object} options
 * @param {Catalogue} options.catalogue
 * @param {string} options.query of the page: the scene that is opened first
 * @param {Server} options.server
 * @param {() => Promise<unknown>} options.ready what else the first picture needs; it may throw NoAnswer
 * @param {(work: () => void, ms: number) => () => void} options.after calls back later; returns what cancels it
 * @param {Listener} options.tell
 */
export function createSession({ catalogue, query, server, ready, after, tell }) {
  const names = new Map(catalogue.optimizers.map(({ id, name }) => [id, name]));
  /** @type {Values | null} the scene by URL key, as the controls show it */
  let values = null;
  /** @type {Values} the scene that this surface opens with */
  let defaults = {};
  /** @type {{runs: Run[], terrain: Terrain, values: Values} | null} the last paths that were asked for as such */
  let exact = null;
  /** @type {{query: string, terrain: Terrain} | null} the last surface */
  let ground = null;
  /** @type {Values | null} the surface that was picked and is not there yet */
  let opening = null;
  let held = false; // a hand holds a control
  /** @type {{key: string, value: any, place: number} | null} what it drags, until the exact paths of its end are there */
  let drag = null;
  /** @type {Values} what a hand changed since the request in flight was sent */
  let edited = {};
  /** @type {{key: string, query: string, fan: Fan | null, failed: boolean} | null} the slider that was grabbed last */
  let grabbed = null;
  let spare = false; // a drag may ask once for exact paths while its fan is on the way
  let closed = false;

  let failures = 0;
  let failure = "";
  let slow = 0; // answers that take long
  let cancelRetry = () => {};

  const note = () => tell.note(failure || (slow ? COMPUTING : exact ? "" : FIRST));

  /**
   * Tell the reader where an answer takes long.
   * @template T
   * @param {Promise<T>} answer
   */
  function patiently(answer) {
    let late = 0;
    const cancel = after(() => {
      slow += late = 1;
      note();
    }, SLOW);
    return answer.finally(() => {
      cancel();
      slow -= late;
      if (late) note();
    });
  }

  const looks = () => Object.fromEntries(catalogue.looks.map((key) => [key, values?.[key]]));
  /** The scene without how it is looked at: what the server is asked for. @returns {Values} */
  const unseen = () => ({
    ...values,
    step: null,
    ...Object.fromEntries(catalogue.looks.map((key) => [key, defaults[key]])),
  });
  const named = (/** @type {UnnamedRun[]} */ runs) =>
    runs.map((run) => ({ ...run, name: names.get(run.id) ?? run.id }));

  function wanted() {
    if (!values) return query;
    return opening ? toQueryOn(opening, unseen(), defaults) : toQuery(unseen(), defaults);
  }

  /** Fetch and show what is wanted when the request is sent, not what was when it was asked for. */
  const refresh = newestWins(async () => {
    cancelRetry();
    const [asked, target] = [wanted(), opening];
    const surface = surfaceQuery(asked);
    edited = {};
    let paths;
    let terrain;
    try {
      [paths, terrain] = await patiently(
        Promise.all([
          server.paths(asked),
          ground?.query === surface ? ground.terrain : server.terrain(surface),
          ready(),
        ]),
      );
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      if (closed) return;
      failures++;
      const drawn = exact ? " What is drawn is the last scene it sent." : "";
      failure = `No answer from the server, trying again.${drawn} (${error.message})`;
      note();
      cancelRetry = after(() => refresh(null), retryDelay(failures));
      return;
    }
    if (closed || opening !== target) return; // another surface was picked meanwhile: its request is next
    failures = 0;
    failure = "";
    defaults = paths.defaults;
    ground = { query: surfaceQuery(toQuery(paths.values, defaults)), terrain };
    const step = !values || target ? arrive(paths.values, target) : undefined;
    exact = { runs: named(paths.runs), terrain, values: paths.values };
    note();
    if (!held) drag = null;
    await tell.paths(step);
  });

  /**
   * Take the scene of a surface that has just arrived; what a hand changed while it was on its way is kept.
   * @param {Values} arrived
   * @param {Values | null} target null for the page's first scene
   * @returns {number | null} where the playhead goes
   */
  function arrive(arrived, target) {
    const kept = Object.entries(edited).filter(
      ([key]) => key in arrived && key !== "start" && !key.startsWith("surface"),
    );
    values = { ...arrived, ...(values && looks()), ...Object.fromEntries(kept) };
    opening = null;
    tell.controls();
    if (target) tell.settle();
    if (kept.length) refresh(null);
    return target ? null : values.step;
  }

  /** Another surface. @param {Values} surface {surface: id} and, for a formula, its text and domain */
  function open(surface) {
    opening = surface;
    refresh(null);
  }

  return {
    get values() {
      return values;
    },
    get defaults() {
      return defaults;
    },
    /** @returns {"opening" | "dragging" | "exact"} */
    get phase() {
      if (!values || opening) return "opening";
      return held || drag ? "dragging" : "exact";
    },
    patiently,
    looks,

    /** Ask for the first scene. */
    begin() {
      note();
      refresh(null);
    },

    /** The query of the scene as the controls show it, without how it is looked at. */
    query: () => toQuery(unseen(), defaults),
    /** The query of the scene that is drawn, with the looks: what tests and benchmarks wait for. */
    drawn: () => (exact && values ? toQuery({ ...exact.values, step: values.step, ...looks() }, defaults) : ""),

    /**
     * What is drawn: the exact paths, and in their place those that a drag moves; null before the first.
     * @returns {{runs: Run[], terrain: Terrain, steps: number, start: Point, held: boolean, bending: boolean,
     *   source: "exact" | "fan"} | null}
     */
    shown() {
      if (!exact || !values) return null;
      const fan = drag && grabbed?.key === drag.key ? grabbed.fan : null;
      const moved = fan && drag ? named(fan.runs(drag.place, drag.value)) : [];
      const byId = new Map(moved.map((run) => [run.id, run]));
      const terrain = moved.length && drag ? fan?.terrain?.(drag.place) : undefined;
      return {
        runs: exact.runs.map((run) => byId.get(run.id) ?? run),
        terrain: terrain ?? exact.terrain,
        steps: moved.length && drag?.key === "steps" ? drag.value : exact.values.steps,
        start: values.start,
        held,
        bending: held && !!drag?.key.startsWith("surface."),
        source: moved.length ? "fan" : "exact",
      };
    },

    /**
     * A hand or the keyboard takes hold of a slider: ask for all that it can show.
     * @param {string} key
     */
    async grab(key) {
      if (!values || !exact || opening) return;
      spare = !key.startsWith("surface."); // a change of the surface would ask for paths and grid
      const place = key === "steps" ? catalogue.settings.steps.high : defaults[key];
      const asked = toQuery({ ...unseen(), [key]: place }, defaults);
      if (grabbed?.key === key && grabbed.query === asked && !grabbed.failed) return;
      /** @type {NonNullable<typeof grabbed>} */
      const mine = { key, query: asked, fan: null, failed: false };
      grabbed = mine;
      try {
        mine.fan = await server.fan(asked, key, exact.terrain);
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        mine.failed = true; // the drag asks for its paths one by one, and says so if there is no answer
        if (held && drag?.key === key) refresh(null);
        return;
      }
      if (!closed && grabbed === mine && drag?.key === key) tell.drag();
    },

    /**
     * A value changed.
     * @param {string} key
     * @param {any} value
     * @param {boolean} done the hand has let go
     * @param {number} [place] of a slider's thumb, 0 to 1
     */
    change(key, value, done, place) {
      if (!values) return;
      values = { ...values, [key]: value };
      edited[key] = value;
      if (key === "steps" && values.step >= value) values.step = null;
      held = !done;
      const look = catalogue.looks.includes(key);
      if (place !== undefined) drag = { key, value, place };
      else if (!look) drag = null;
      if (look) tell.look();
      else if (done || key === "start" || grabbed?.key !== key || grabbed.failed) refresh(null);
      else if (grabbed.fan) tell.drag();
      else if (spare) {
        spare = false;
        refresh(null);
      }
      if (key === "start") tell.start();
      if (done || key === "start") tell.controls(); // a slider that moves shows its own value already
      if (done) tell.settle();
    },

    open,
    /** Every setting as this surface opens with; how it is looked at stays. */
    reset() {
      if (!values) return;
      values = { ...defaults, ...looks() };
      const identity = ["surface", "surface.f", "surface.domain"];
      open(Object.fromEntries(Object.entries(values).filter(([key]) => identity.includes(key))));
    },
    /** The connection is back: ask again at once for what failed. */
    retry() {
      if (failure) refresh(null);
    },
    /** The playhead came to rest at a step. @param {number} step */
    rest(step) {
      if (!values) return;
      values = { ...values, step: step < values.steps ? step : null };
      tell.settle();
    },
    close() {
      closed = true;
      cancelRetry();
    },
  };
}

/** @typedef {ReturnType<typeof createSession>} Session */
