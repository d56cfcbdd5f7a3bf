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

/** @import { Catalogue, Point, Run, Terrain, Values } from "../types" */
/** @import { Listener, Opening, Phase, Scene, Server, Wanted } from "./phases.js" */

import { carriedOver } from "./arrival.js";
import { defaultOf, namesOf, withEntries, withoutEntry } from "./entries.js";
import { createGrip } from "./grip.js";
import { createHistory } from "./history.js";
import { createNotice } from "./notice.js";
import { NoAnswer, oneAtATime, retryDelay } from "./requests.js";
import { identityOf, refusedOf, surfaceQuery, toQuery, toQueryOn } from "./url.js";
import { followRun, followsRun } from "./whole_run.js";

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
  const order = catalogue.optimizers.map(({ id }) => id);
  /** @type {Values | null} the scene by URL key, as the controls show it */
  let values = null;
  /** @type {Values} the scene that this surface opens with */
  let defaults = {};
  /** @type {{runs: Run[], terrain: Terrain, values: Values} | null} the last paths that were asked for as such */
  let exact = null;
  /** @type {{query: string, terrain: Terrain} | null} the last surface */
  let ground = null;
  /** @type {Phase} */
  let phase = { kind: "opening", ask: () => query, picked: false, from: null, edited: {} };
  const grip = createGrip(server.fan);
  const history = createHistory((/** @type {Scene} */ scene) => toQuery(computed(scene, looks), scene.defaults));
  /** @type {Map<string, Scene>} the scene last shown on each surface */
  const visited = new Map();
  let closed = false;

  const notice = createNotice(tell.note, after);
  let failures = 0; // in a row
  let cancelRetry = () => {};

  const isOpening = () => (phase.kind === "opening" ? phase : null);
  const displayKeys = Object.keys(catalogue.display);
  const looks = displayKeys.filter((key) => key !== catalogue.patience.key); // undo and reset leave them alone
  const pick = (/** @type {string[]} */ keys, from = values ?? {}) => Object.fromEntries(keys.map((k) => [k, from[k]]));
  const display = () => pick(displayKeys);
  /** A scene, displayed as by default: what the server is asked for. @param {Scene} scene @returns {Values} */
  const computed = (scene, keys = displayKeys) => ({ ...scene.values, step: null, ...pick(keys, scene.defaults) });
  const asked = () => (values ? toQuery(computed({ values, defaults }), defaults) : query);

  /** The scene changed for good. */
  function settle() {
    if (values) history.note({ values, defaults });
    tell.settle();
  }

  /** Fetch and show what is wanted when the request is sent, not what was when it was asked for. */
  const refresh = oneAtATime(async () => {
    cancelRetry();
    const opening = isOpening();
    const question = opening ? opening.ask() : asked();
    const surface = surfaceQuery(question);
    let paths;
    let terrain;
    try {
      [paths, terrain] = await notice.patiently(
        Promise.all([
          server.paths(question),
          ground?.query === surface ? ground.terrain : server.terrain(surface),
          ready(),
        ]),
      );
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      if (closed) return;
      failures++;
      notice.fail(error);
      cancelRetry = after(refresh, retryDelay(failures, random(), error.wait));
      return;
    }
    if (closed || isOpening() !== opening) return; // another surface was picked meanwhile: its request is next
    failures = 0;
    const step = opening ? arrive(paths, opening) : undefined;
    defaults = paths.defaults;
    ground = { query: surfaceQuery(toQuery(paths.values, defaults)), terrain };
    exact = { runs: paths.runs, terrain, values: paths.values };
    notice.arrive();
    if (phase.kind === "dragging" && !phase.held) phase = { kind: "exact" };
    await tell.paths(step);
  });

  /**
   * Take the scene of a surface that has just arrived; what a hand changed since the surface was picked stays.
   * @param {Scene} arrived
   * @param {Opening} opening
   * @returns {number | null} where the playhead goes
   */
  function arrive(arrived, { ask, picked, from, edited, displays }) {
    const carried = carriedOver(catalogue, arrived, from, edited);
    const first = !values;
    if (!picked) notice.say(refusedOf(ask(), arrived.values));
    values = { ...arrived.values, ...(values && !displays && display()), ...carried };
    defaults = arrived.defaults;
    phase = { kind: "exact" };
    tell.controls();
    if (first) history.note({ values, defaults });
    else settle();
    if (Object.keys(carried).length) refresh();
    return picked ? null : values.step;
  }

  /** @param {Wanted} wanted */
  function open(wanted) {
    phase = { kind: "opening", ...wanted, edited: {} };
    grip.release();
    refresh();
  }

  /**
   * A change that bends paths: follow the hand, or ask.
   * @param {string} key @param {any} value @param {boolean} done @param {number} [place]
   */
  function bend(key, value, done, place) {
    if (phase.kind === "opening") phase.edited[key] = value;
    else phase = { kind: "dragging", key, value, place, held: !done };
    if (key === "start") tell.drag();
    if (done || place === undefined || grip.mustAsk(key)) refresh();
    else if (grip.fan(key)) tell.drag();
  }

  /** Change several values at once. @param {Values} next */
  function replace(next) {
    if (phase.kind === "opening") {
      for (const [key, value] of Object.entries(next)) if (value !== values?.[key]) phase.edited[key] = value;
    } else phase = { kind: "dragging", key: "on", value: next.on, held: false };
    values = next;
    refresh();
    tell.controls();
    settle();
  }

  /** Show a scene of the history again. @param {Scene | null} scene */
  function restore(scene) {
    if (!scene || !values) return;
    const next = { ...scene.values, ...pick(looks), step: values.step };
    if (identityOf(next) === identityOf(values)) replace(next);
    else open({ ask: () => toQuery(computed(scene), scene.defaults), picked: false, from: null });
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
    /** The name of every entry as the controls show it. */
    names: () => (values ? namesOf(values, catalogue.optimizers) : new Map()),

    /** Ask for the first scene. */
    begin() {
      notice.show();
      refresh();
    },

    /** The query of the scene as the controls show it, without its display settings. */
    query: asked,
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
      const fan = grip.fan(drag?.key);
      if (!fan || drag?.place === undefined) {
        return { ...plain, runs: exact.runs, terrain: exact.terrain, steps: exact.values.steps, source: "exact" };
      }
      const moved = new Map(fan.runs(drag.place, drag.value).map((run) => [run.id, run]));
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
      if (key === "steps" && followsRun(catalogue, values)) return; // a shorter run is not the beginning of a longer one
      const place = key === "steps" ? catalogue.settings.steps.high : defaultOf(defaults, key);
      const came = await grip.grab(
        key,
        toQuery({ ...computed({ values, defaults }), [key]: place }, defaults),
        exact.terrain,
      );
      if (closed || !came || phase.kind !== "dragging" || phase.key !== key) return;
      if (grip.fan(key)) tell.drag();
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
      notice.say("");
      ({ values, defaults } = followRun(catalogue, values, { ...values, [key]: value }, defaults));
      if (key === "steps" && values.step >= value) values.step = null;
      const displays = key in catalogue.display;
      if (!displays) bend(key, value, done, place); // first: the answer is computed while the controls change
      if (done || place === undefined) tell.controls(); // a slider that moves shows its own value already
      if (displays) (done ? tell.display : tell.drag)();
      if (done) settle();
    },

    /**
     * Enter an optimizer again, with the settings of one of its entries.
     * @param {string} like that entry
     * @param {Values[]} changes one for each new entry: what differs, by the id of the hyperparameter
     */
    add: (like, changes = [{}]) => values && replace(withEntries(values, order, like, changes)),
    /** @param {string} entry */
    remove: (entry) => values && replace(withoutEntry(values, entry)),

    /** Another surface. @param {Values} surface {surface: id} and, for a formula, its text and domain */
    open(surface) {
      if (!values) return;
      const from = { values, defaults };
      visited.set(identityOf(values), from);
      const before = visited.get(identityOf(surface)) ?? null;
      const ask = () => toQueryOn(surface, computed({ values: values ?? {}, defaults }), defaults, before);
      open({ ask, picked: true, from: before ? null : from });
    },
    /** Every setting as this surface opens with; how it is displayed stays. */
    reset() {
      if (!values) return;
      values = { ...defaults, ...pick(looks) };
      const query = toQuery(computed({ values, defaults }), defaults);
      open({ ask: () => query, picked: true, from: null });
    },
    undo: () => restore(history.undo()),
    redo: () => restore(history.redo()),
    /** @returns {{undo: boolean, redo: boolean}} which of them there is anything for */
    can: () => ({ undo: history.canUndo, redo: history.canRedo }),
    /** The scene of a query, as of a link that was followed. @param {string} query @param {boolean} [displays] as it says */
    visit: (query, displays = false) => open({ ask: () => query, picked: false, from: null, displays }),
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
