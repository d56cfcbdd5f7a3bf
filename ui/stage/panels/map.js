/**
 * The map: each cell is a whole run, over any two numbers of the scene. The scene's own numbers are marked, and the mark
 * is a slider with two hands.
 */

/** @import { PanelKind, Picture, Point, Run, Values } from "../types" */
/** @import { MapAxis } from "../data/map_axes.js" */
/** @import { Spot } from "../controls/map_hand.js" */
/** @import { MapView } from "../controls/map_head.js" */

import { h, write } from "../controls/dom.js";
import { createMapHand } from "../controls/map_hand.js";
import { createMapHead, GOALS } from "../controls/map_head.js";
import { areAlike, axesOf, axisFor, changesOf, mapQuery, owns, START, usualAxes, valueAt } from "../data/map_axes.js";
import { bestOf, COLORINGS, colorsOf, endingOf, lossOfCode } from "../data/map_colors.js";
import { layoutOf } from "../data/map_layout.js";
import { runsOf } from "../data/wire.js";
import { figureOf } from "../paint/map_figure.js";
import { formatMeasured, formatValue } from "../state/format.js";
import { toPlace, toValue } from "../state/hyper.js";
import { createRefinement, SIDE } from "../state/refinement.js";
import { NoAnswer, oneAtATime } from "../state/requests.js";
import { toQuery } from "../state/url.js";
import { msg, t } from "../state/words.js";

/** @type {PanelKind} */
export const map = {
  id: "map",
  label: msg("what becomes of a run wherever two numbers are put"),
  slot: "main",
  gestures: [
    [msg("Point at the map"), msg("what became of that run, and its path")],
    [msg("Click the map"), msg("take its numbers"), msg("Tap the map")],
    [msg("Drag the ring on the map"), msg("move two numbers at once")],
  ],
  applies: ({ display }) => display.view === "map",

  create(box, api) {
    const { catalogue, settings } = api;
    const displays = Object.keys(catalogue.display);
    const root = /** @type {HTMLElement} */ (box.closest("[data-stage]") ?? box);
    const head = createMapHead(box, { choose: chosen, stop: () => halt(true), go: () => halt(false) });
    const sheet = h("div", { className: "sheet" });
    const readout = h("p", { className: "readout" });
    const key = h("span", { className: "nothing" });
    box.append(sheet, readout, key);

    /** @type {Picture} */
    let picture;
    /** @type {Partial<MapView>} what was chosen; the rest is as usual */
    let chosenView = {};
    /** @type {MapView} */
    let view;
    /** @type {MapAxis[]} x and y */
    let axes = [];
    /** @type {MapAxis[][]} likewise, as each entry has them */
    let own = [];
    /** @type {string[]} the entries that have a map */
    let entries = [];
    let layout = layoutOf(0, [0, 0], 11, { above: 0, below: 0, bar: 0, numbers: false });
    let halted = false;
    let others = 0; // pages that wait for maps
    let drawing = 0; // the frame that is asked for
    /** @type {any} plotly.js, once it is here */
    let Plotly = null;
    /** @type {Run | null} */
    let ghost = null;
    /** @type {Spot | null} where the pointer is */
    let pointed = null;

    const refinement = createRefinement({
      async ask(query, signal) {
        const answer = await api.arrays("map", query, signal);
        others = answer.waiting ?? 0;
        return answer;
      },
      painted: () => (drawing ||= requestAnimationFrame(render)),
      failed: (error) => head.say(error ? t("No answer from the server. ({reason})", { reason: error.message }) : ""),
      after(work, ms) {
        const timer = setTimeout(work, ms);
        return () => clearTimeout(timer);
      },
    });

    const hand = createMapHand(box, {
      boxes: () => (layout.cells.length === entries.length ? layout.cells : []),
      own: placeOf,
      name: (k) => `${picture.nameOf({ id: entries[k] })}: ${inWords(k, placeOf(k))}`,
      ...{ take, point },
    });

    /** @param {Partial<MapView>} change */
    function chosen(change) {
      const swapped = change.x === view.y ? { y: view.x } : change.y === view.x ? { x: view.y } : {};
      chosenView = { ...view, ...change, ...swapped };
      api.viewChanged();
      show(picture);
    }
    /** @param {boolean} now */
    function halt(now) {
      halted = now;
      want();
    }

    /** @param {Picture} next */
    function show(next) {
      const moved = picture !== next && picture?.held === false && next.held;
      if (moved) halted = false;
      picture = next;
      const { values } = settings;
      if (!values) return;
      const seen = values.on.filter((/** @type {string} */ entry) => next.runs.some(({ id }) => id === entry));
      const all = axesOf(catalogue, values, next.terrain, seen);
      const known = (/** @type {string | undefined} */ word) => all.find((axis) => axis.word === word);
      const usual = usualAxes(all, catalogue, seen);
      const x = known(chosenView.x) ?? known(usual[0]);
      const y = known(chosenView.y) ?? known(usual[1]);
      if (!x || !y) return;
      axes = [x, y];
      view = {
        ...{ x: x.word, y: y.word, coloring: chosenView.coloring ?? COLORINGS[0].id },
        goal: chosenView.goal ?? GOALS[1],
      };
      entries = seen.filter((/** @type {string} */ entry) => axes.every(({ word }) => owns(catalogue, entry, word)));
      own = entries.map((entry) => axes.map((axis) => axisFor(catalogue, axis, entry)));
      head.show(all, view);
      want();
      if (!next.held || !hand.moves()) drawing ||= requestAnimationFrame(render);
      hand.place();
    }

    /** Ask for what lacks. */
    function want() {
      const { values, defaults } = settings;
      if (!values || !axes.length) return;
      const words = /** @type {[string, string]} */ ([view.x, view.y]);
      const within = view.coloring === "reached" && view.goal !== GOALS[1] ? view.goal : "";
      const maps = entries.map((id) => ({
        ...{ id, steps: values.steps },
        query: mapQuery(values, defaults, displays, id, words, within),
      }));
      refinement.want(maps, halted ? 0 : picture.held && !hand.moves() ? 1 : undefined);
      const sides = maps.map(({ id, query }) => {
        const field = refinement.field(id);
        return field?.query === query ? field.side : 0;
      });
      const side = Math.min(...sides);
      root.dataset.map = side > 0 && side < Infinity ? String(side) : "";
    }

    // --- drawing ---
    async function render() {
      drawing = 0;
      want();
      head.progress(refinement.progress(), halted, others);
      const fields = entries.map((id) => refinement.field(id));
      const here = fields.filter((field) => field !== null);
      if (!here.length) write(readout, t("Computing the map …"));
      if (!Plotly) {
        Plotly = await api.plotly().catch((error) => {
          if (!(error instanceof NoAnswer)) throw error;
          head.say(error.message);
        });
        if (!Plotly) return;
      }
      if (!here.length || box.hidden) return;
      const { width, height } = box.getBoundingClientRect();
      if (!(width > 0 && height > 0)) return;
      const above = /** @type {HTMLElement} */ (box.firstElementChild).offsetHeight + 14;
      const letters = 11 * picture.magnification;
      const numbers = !areAlike(own.map(([axis]) => axis));
      const room = { above, below: readout.offsetHeight + 4, bar: view.coloring === "ended" ? 11 : 6, numbers };
      layout = layoutOf(entries.length, [width, height], letters, room);
      const { terrain, theme, runs, steps, nameOf } = picture;
      const colors = colorsOf(view.coloring, here, terrain, theme, runs[0]?.gap[0] ?? 1, steps);
      const cells = entries.map((id, k) => ({
        ...{ name: entries.length > 1 ? nameOf({ id }) : "", field: fields[k], axes: own[k], box: layout.cells[k] },
      }));
      const figure = figureOf({ cells, colors, terrain, theme, layout });
      write(key, view.coloring === "ended" ? "" : view.coloring === "loss" ? t("diverged") : t("never"));
      box.style.setProperty("--nothing", theme.faint);
      Plotly.react(sheet, figure.data, figure.layout, { displayModeBar: false, staticPlot: true });
      root.dataset.mapped = String(Number(root.dataset.mapped ?? 0) + 1);
      hand.place();
      tell();
    }

    /** Where the scene's own numbers stand on a map. @param {number} k @returns {Point} */
    function placeOf(k) {
      const share = (/** @type {MapAxis} */ axis) => {
        const value = valueAt(/** @type {Values} */ (settings.values), axis.word, entries[k]);
        return Math.min(1, Math.max(0, toPlace(axis, value)));
      };
      return [share(own[k][0]), share(own[k][1])];
    }

    // --- pointing, taking, moving ---
    /** The numbers at a place of a map. @param {Spot} spot @returns {[string, number][]} */
    const numbersAt = ({ k, at }) => own[k].map((axis, side) => [axis.word, toValue(axis, at[side])]);
    /** @param {number} k @param {Point} at */
    const inWords = (k, at) =>
      own[k].map((axis, side) => `${axis.name} ${formatValue(toValue(axis, at[side]))}`).join(", ");

    /** Put the scene's numbers at a place. @param {Spot} spot @param {boolean} done */
    function take(spot, done) {
      if (!settings.values) return;
      const changes = Object.entries(changesOf(settings.values, entries[spot.k], numbersAt(spot)));
      for (const [i, [key, value]] of changes.entries()) api.change(key, value, done && i === changes.length - 1);
    }
    /** Say what became of the run below the pointer, or else of the best. */
    function tell() {
      const field = pointed && refinement.field(entries[pointed.k]);
      if (pointed && field) return write(readout, told(pointed.k, field, cellAt(field, pointed.at)));
      const only = entries.length === 1 ? refinement.field(entries[0]) : null;
      const best = only && bestOf(only);
      const lowest = only && best !== null ? told(0, only, best) : t("the lowest loss");
      const lined = entries.some((id) => refinement.field(id)?.head.lines?.length);
      const basins = axes.every(({ word }) => START.includes(word));
      const said = [basins ? "" : `◆ ${lowest}`, lined ? t("λ: the largest curvature") : ""];
      write(readout, said.filter(Boolean).join("; "));
    }
    /** @param {number} k @param {NonNullable<ReturnType<typeof refinement.field>>} field @param {number} place */
    function told(k, { cells, head: { steps, ...known } }, place) {
      const at = /** @type {Point} */ ([(place % SIDE) / (SIDE - 1), Math.floor(place / SIDE) / (SIDE - 1)]);
      const loss = lossOfCode(cells.loss[place], /** @type {any} */ (known));
      const said = formatMeasured(loss, 2);
      const above = known.bounded && picture.terrain.floor !== 0;
      const reached = cells.reached[place] <= steps ? t("goal reached at step {n}", { n: cells.reached[place] }) : "";
      const parts = [
        Number.isNaN(loss)
          ? ""
          : above
            ? t("{loss} above the lowest minimum", { loss: said })
            : t("loss {loss}", { loss: said }),
        ...[reached, endingOf(cells.ended[place], picture.terrain)],
      ];
      const name = entries.length > 1 ? `${picture.nameOf({ id: entries[k] })}, ` : "";
      return `${name}${inWords(k, at)}: ${parts.filter(Boolean).join(", ")}`;
    }
    /** The known cell at a place. @param {{side: number}} field @param {Point} at */
    function cellAt({ side }, at) {
      const stride = SIDE / side;
      const [column, row] = at.map((share) => stride * Math.floor((share * (SIDE - 1) + 0.5) / stride));
      return row * SIDE + column;
    }

    /** Fetch the path of the run below the pointer. */
    const haunt = oneAtATime(async () => {
      const { values, defaults } = settings;
      const spot = pointed;
      if (!spot || !values || hand.moves()) return;
      const entry = entries[spot.k];
      const shown = Object.fromEntries(Object.entries(values).filter(([key]) => !displays.includes(key)));
      const scene = { ...shown, step: null, on: [entry], ...changesOf(values, entry, numbersAt(spot)) };
      try {
        const [run] = runsOf(await api.arrays("paths", toQuery(scene, defaults)));
        if (pointed === spot) ghost = run;
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error; // another place may have one
      }
      api.recompose();
    });
    /** @param {Spot | null} spot */
    function point(spot) {
      if (!spot && !pointed) return;
      pointed = spot;
      if (!spot) ghost = null;
      tell();
      haunt();
      if (!spot) api.recompose();
    }

    function close() {
      cancelAnimationFrame(drawing);
      drawing = 0;
      refinement.close();
      point(null);
      root.dataset.map = "";
      if (Plotly) Plotly.purge(sheet);
    }

    return {
      ...{ show, draw() {}, close },
      ghost: () => ghost,
      view: {
        key: "map",
        read: () => (Object.keys(chosenView).length ? [view.x, view.y, view.coloring, view.goal].join() : ""),
        write(words) {
          const [x, y, coloring, goal] = words.split(",");
          const known = COLORINGS.some(({ id }) => id === coloring) && GOALS.includes(goal) && x !== y;
          chosenView = known ? { x, y, coloring, goal } : {};
        },
      },
      destroy() {
        close();
        hand.destroy();
      },
    };
  },
};
