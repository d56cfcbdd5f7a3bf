/**
 * What is wanted, asked for and known: from a hand's changes to the paths that are drawn. No DOM, and no clock of its own.
 *
 * A session is in one of three phases. "opening": a surface was picked whose scene has not arrived. "dragging": a hand
 * moves a control, and the paths come from the slider's fan, which was asked for when the slider was grabbed, or from
 * requests made one after the other; it ends when the exact paths of the drag's end arrive. "exact": the paths are those
 * of the scene.
 *
 *     opening --answer--> exact --change--> dragging --answer after the hand let go--> exact
 *     any phase --open--> opening
 */

/** @import { Catalogue, Fan, Point, Run, Terrain, UnnamedRun, Values } from "../types" */

import { createNotice } from "./notice.js";
import { NoAnswer, oneAtATime, retryDelay } from "./requests.js";
import { IDENTITY, spell, surfaceQuery, toQuery, toQueryOn } from "./url.js";

/**
 * @typedef {object} Server what a session asks; see data/api.js
 * @property {(query: string) => Promise<{runs: UnnamedRun[], values: Values, defaults: Values}>} paths
 * @property {(query: string) => Promise<Terrain>} terrain
 * @property {(query: string, key: string, terrain: Terrain) => Promise<Fan>} fan
 *
 * @typedef {{kind: "opening", surface: Values | null, edited: Values}} Opening the surface that was picked, null for the
 *   page's first scene; what was changed since
 * @typedef {{kind: "dragging", key: string, value: any, place?: number, held: boolean}} Dragging what a hand moved last;
 *   the place of a slider's thumb, 0 to 1; whether the hand still holds it
 * @typedef {Opening | Dragging | {kind: "exact"}} Phase
 *
 * @typedef {object} Listener what a session tells
 * @property {() => void} controls values changed that a control under the hand does not show yet
 * @property {(step?: number | null) => Promise<unknown>} paths exact paths are there; where the playhead goes, null for
 *   the end, undefined to stay. The next request waits for the promise
 * @property {() => void} display the same paths are displayed in another way
 * @property {() => void} drag the paths, or the ring at the start, follow the hand
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
 * @param {() => number} [options.random] from 0 to 1: spreads the retries of many pages
 */
export function createSession({ catalogue, query, server, ready, after, tell, random = Math.random }) {
  const names = new Map(catalogue.optimizers.map(({ id, name }) => [id, name]));
  /** @type {Values | null} the scene by URL key, as the controls show it */
  let values = null;
  /** @type {Values} the scene that this surface opens with */
  let defaults = {};
  /** @type {{runs: Run[], terrain: Terrain, values: Values} | null} the last paths that were asked for as such */
  let exact = null;
  /** @type {{query: string, terrain: Terrain} | null} the last surface */
  let ground = null;
  /** @type {Phase} */
  let phase = { kind: "opening", surface: null, edited: {} };
  /** @type {{key: string, query: string, fan: Fan | null, failed: boolean} | null} the slider that was grabbed last on this surface */
  let grabbed = null;
  let mayAskOnce = false; // for exact paths, while the fan of the slider that was grabbed is on the way
  let closed = false;

  const notice = createNotice(tell.note, after);
  let failures = 0; // in a row
  let cancelRetry = () => {};

  const isOpening = () => (phase.kind === "opening" ? phase : null);
  const display = () => Object.fromEntries(Object.keys(catalogue.display).map((key) => [key, values?.[key]]));
  /** The scene, displayed as by default: what the server is asked for. @returns {Values} */
  const computed = () => ({
    ...values,
    step: null,
    ...Object.fromEntries(Object.keys(catalogue.display).map((key) => [key, defaults[key]])),
  });
  const named = (/** @type {UnnamedRun[]} */ runs) =>
    runs.map((run) => ({ ...run, name: names.get(run.id) ?? run.id }));

  function wanted() {
    if (!values) return query;
    const surface = isOpening()?.surface;
    return surface ? toQueryOn(surface, computed(), defaults) : toQuery(computed(), defaults);
  }

  /** Fetch and show what is wanted when the request is sent, not what was when it was asked for. */
  const refresh = oneAtATime(async () => {
    cancelRetry();
    const [asked, opening] = [wanted(), isOpening()];
    const surface = surfaceQuery(asked);
    let paths;
    let terrain;
    try {
      [paths, terrain] = await notice.patiently(
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
      notice.fail(error.message);
      cancelRetry = after(refresh, retryDelay(failures, random()));
      return;
    }
    if (closed || isOpening() !== opening) return; // another surface was picked meanwhile: its request is next
    failures = 0;
    defaults = paths.defaults;
    ground = { query: surfaceQuery(toQuery(paths.values, defaults)), terrain };
    const step = opening ? arrive(paths.values, opening) : undefined;
    exact = { runs: named(paths.runs), terrain, values: paths.values };
    notice.arrive();
    if (phase.kind === "dragging" && !phase.held) phase = { kind: "exact" };
    await tell.paths(step);
  });

  /**
   * Take the scene of a surface that has just arrived; what a hand changed since the surface was picked stays.
   * @param {Values} arrived
   * @param {Opening} opening
   * @returns {number | null} where the playhead goes
   */
  function arrive(arrived, { surface, edited }) {
    const changed = Object.entries(edited).filter(
      ([key, value]) =>
        key in arrived && key !== "start" && !key.startsWith("surface") && spell(value) !== spell(arrived[key]),
    );
    values = { ...arrived, ...(values && display()), ...Object.fromEntries(changed) };
    phase = { kind: "exact" };
    tell.controls();
    if (surface) tell.settle();
    if (changed.length) refresh();
    return surface ? null : values.step;
  }

  /** Another surface. @param {Values} surface {surface: id} and, for a formula, its text and domain */
  function open(surface) {
    phase = { kind: "opening", surface, edited: {} };
    grabbed = null; // its paths run on the surface before
    refresh();
  }

  /**
   * A change that bends paths: follow the hand, or ask.
   * @param {string} key @param {any} value @param {boolean} done @param {number} [place]
   */
  function bend(key, value, done, place) {
    if (phase.kind === "opening") phase.edited[key] = value;
    else phase = { kind: "dragging", key, value, place, held: !done };
    const own = grabbed?.key === key && !grabbed.failed ? grabbed : null;
    if (key === "start") tell.drag();
    if (done || place === undefined || !own) refresh();
    else if (own.fan) tell.drag();
    else if (mayAskOnce) {
      mayAskOnce = false;
      refresh();
    }
  }

  return {
    get values() {
      return values;
    },
    get defaults() {
      return defaults;
    },
    get phase() {
      return phase.kind;
    },
    patiently: notice.patiently,
    display,

    /** Ask for the first scene. */
    begin() {
      notice.show();
      refresh();
    },

    /** The query of the scene as the controls show it, without its display settings. */
    query: () => toQuery(computed(), defaults),
    /** The query of the scene that is drawn, with its display settings: what tests and benchmarks wait for. */
    drawn: () => (exact && values ? toQuery({ ...exact.values, step: values.step, ...display() }, defaults) : ""),

    /**
     * What is drawn: the exact paths, and in their place those that a drag moves; null before the first.
     * @returns {{runs: Run[], terrain: Terrain, steps: number, start: Point, held: boolean, bending: boolean,
     *   source: "exact" | "fan"} | null}
     */
    shown() {
      if (!exact || !values) return null;
      const drag = phase.kind === "dragging" ? phase : null;
      const held = !!drag?.held;
      const plain = { start: values.start, held, bending: held && !!drag?.key.startsWith("surface.") };
      const fan = grabbed && grabbed.key === drag?.key ? grabbed.fan : null;
      if (!fan || drag?.place === undefined) {
        return { ...plain, runs: exact.runs, terrain: exact.terrain, steps: exact.values.steps, source: "exact" };
      }
      const moved = new Map(named(fan.runs(drag.place, drag.value)).map((run) => [run.id, run]));
      return {
        ...plain,
        runs: exact.runs.map((run) => moved.get(run.id) ?? run),
        terrain: fan.terrain?.(drag.place) ?? exact.terrain,
        steps: drag.key === "steps" ? drag.value : exact.values.steps,
        source: "fan",
      };
    },

    /**
     * A hand or the keyboard takes hold of a slider: ask for all that it can show.
     * @param {string} key
     */
    async grab(key) {
      if (!values || !exact || phase.kind === "opening") return;
      mayAskOnce = !key.startsWith("surface."); // a change of the surface would ask for paths and grid
      const place = key === "steps" ? catalogue.settings.steps.high : defaults[key];
      const asked = toQuery({ ...computed(), [key]: place }, defaults);
      if (grabbed?.key === key && grabbed.query === asked && !grabbed.failed) return;
      /** @type {NonNullable<typeof grabbed>} */
      const mine = { key, query: asked, fan: null, failed: false };
      grabbed = mine;
      try {
        mine.fan = await server.fan(asked, key, exact.terrain);
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        mine.failed = true; // the drag asks for its paths one by one, and says so if there is no answer
      }
      if (closed || grabbed !== mine || phase.kind !== "dragging" || phase.key !== key) return;
      if (!mine.failed) tell.drag();
      else if (phase.held) refresh();
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
      if (key === "steps" && values.step >= value) values.step = null;
      if (done || place === undefined) tell.controls(); // a slider that moves shows its own value already
      if (key in catalogue.display) tell.display();
      else bend(key, value, done, place);
      if (done) tell.settle();
    },

    open,
    /** Every setting as this surface opens with; the display settings stay. */
    reset() {
      if (!values) return;
      values = { ...defaults, ...display() };
      open(Object.fromEntries(Object.entries(values).filter(([key]) => key === "surface" || IDENTITY.includes(key))));
    },
    /** The connection is back: ask again at once for what failed. */
    retry() {
      if (notice.failed) refresh();
    },
    /** The playhead stopped at a step. @param {number} step */
    playheadStopped(step) {
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
