/** The rows of all entries: the basic optimizers in sight, each family of the others behind its name. */

/** @import { Catalogue, Look, OptimizerEntry, Picture, Values } from "../types" */
/** @import { Act } from "./slider.js" */

import { ranksOf } from "../data/outcome.js";
import { defaultOf, inOrder, MOST, numberOf, optimizerOf } from "../state/entries.js";
import { toPlace, toValue } from "../state/hyper.js";
import { t } from "../state/words.js";
import { h } from "./dom.js";
import { createOptimizerRow, ownerName } from "./optimizer_row.js";
import { createSlider } from "./slider.js";

const SWEEP = [1 / 8, 1 / 4, 1 / 2, 2, 4, 8]; // of a learning rate: the rates that "+5" adds, as many as there is room for

/**
 * What a row may do to the entries of the scene.
 * @typedef {object} EntryAct
 * @property {(like: string, changes?: Values[]) => void} add enter an optimizer again
 * @property {(entry: string) => void} remove
 * @property {(entry: string) => void} alone show it alone, or all again
 */

/** @param {Catalogue} catalogue @param {Act & EntryAct} act */
export function createRows({ optimizers }, { change, grab, add, remove, alone }) {
  const order = optimizers.map(({ id }) => id);
  /** @type {Values} */
  let values = { on: [] };

  /** @param {OptimizerEntry} optimizer @param {string} entry */
  function create(optimizer, entry) {
    const sliders = optimizer.sliders.map((hyper) =>
      createSlider({ ...hyper, key: `${entry}.${hyper.id}` }, { change, grab }, ownerName(optimizer, entry)),
    );
    const toggle = () => {
      const on = values.on.includes(entry)
        ? values.on.filter((/** @type {string} */ id) => id !== entry)
        : [...values.on, entry];
      change("on", inOrder(on, order), true);
    };
    const row = createOptimizerRow(
      optimizer,
      entry,
      sliders.map(({ el }) => el),
      {
        toggle,
        alone: () => alone(entry),
        add: () => (values.on.includes(entry) ? add(entry) : toggle()),
        sweep: () => add(entry, ratesBeside(optimizer, values[`${entry}.lr`])),
        remove: () => remove(entry),
      },
    );
    return { ...row, sliders };
  }
  /** @typedef {ReturnType<typeof create>} Row */

  /** @type {Map<string, Row>} the rows by entry: the first of every optimizer, and all further ones that are on */
  const rows = new Map(optimizers.map((optimizer) => [optimizer.id, create(optimizer, optimizer.id)]));
  // The basic optimizers are in sight; each family of the others opens at a click on its name.
  const families = [...new Set([...rows.values()].map(({ family }) => family))].map((family) => {
    const own = [...rows.values()].filter((row) => row.family === family);
    const count = h("span", { className: "count-on" });
    const el = family ? h("details", { className: "family" }, h("summary", {}, t(family), " ", count)) : h("div");
    el.append(...own.map((row) => row.el));
    // The click that opens a family shows its rows, too.
    el.onclick = ({ target }) =>
      target instanceof Element &&
      target.closest("summary") &&
      requestAnimationFrame(() => el.scrollIntoView({ block: "nearest" }));
    return { el, own, count };
  });
  const [basic, ...others] = families.map(({ el }) => el);

  /** Have a row for each entry that is on, and none for further entries that are not. */
  function reconcile() {
    for (const [entry, { el }] of rows) {
      if (numberOf(entry) === 1 || values.on.includes(entry)) continue;
      el.remove();
      rows.delete(entry);
    }
    for (const entry of values.on) {
      if (rows.has(entry)) continue;
      const optimizer = /** @type {OptimizerEntry} */ (optimizers.find(({ id }) => id === optimizerOf(entry)));
      const row = create(optimizer, entry);
      rows.set(entry, row);
      const before = [...rows.keys()].filter(
        (id) => optimizerOf(id) === optimizer.id && numberOf(id) < numberOf(entry),
      );
      rows.get(inOrder(before, order).at(-1) ?? optimizer.id)?.el.after(row.el);
    }
  }

  /** @type {string | null} which entries were on when the families were last opened; null before the first scene */
  let lastOn = null;

  return {
    els: [basic, h("div", { className: "families" }, t("more"), ...others)],
    /** Switch the k-th of the basic optimizers on or off. @param {number} k */
    pick: (k) => [...rows.values()].filter(({ entry, family }) => !family && numberOf(entry) === 1)[k]?.tick.click(),
    /**
     * @param {Values} shown
     * @param {Values} defaults
     * @param {(entry: {id: string}) => Look} lookOf
     * @param {Map<string, string>} names
     */
    show(shown, defaults, lookOf, names) {
      values = shown;
      reconcile();
      for (const [entry, row] of rows) {
        for (const { el, set } of row.sliders) {
          const key = /** @type {string} */ (el.dataset.key);
          set(values[key], defaultOf(defaults, key));
        }
        if (lastOn === null) row.openIfChanged(values, defaults); // a link changed them
        row.show(values, names.get(entry));
        row.wear(lookOf({ id: entry }));
        row.el.classList.toggle("full", isFull(values.on, entry));
      }
      if (lastOn === String(values.on)) return;
      lastOn = String(values.on);
      for (const { el, own, count } of families) {
        const on = own.filter(({ entry }) =>
          values.on.some((/** @type {string} */ id) => optimizerOf(id) === entry),
        ).length;
        count.textContent = on ? t("{on} of {all}", { on, all: own.length }) : String(own.length);
        if (on && el instanceof HTMLDetailsElement) el.open = true;
      }
    },
    /** Show the numbers of the runs at the fractional step t. @param {Picture} picture @param {number} t */
    draw({ runs, terrain, lit }, t) {
      const byId = new Map(runs.map((run) => [run.id, run]));
      const step = Math.floor(t);
      const ranks = ranksOf(runs, step);
      for (const [entry, row] of rows) {
        row.drawNumbers(byId.get(entry), terrain, step, ranks.get(entry));
        row.point(entry === lit, !byId.has(entry), runs.length === 1 && byId.has(entry) && values.on.length > 1);
      }
    },
  };
}

/** Whether there is no room for another entry of the optimizer. @param {string[]} on @param {string} entry */
const isFull = (on, entry) =>
  on.filter((id) => optimizerOf(id) === optimizerOf(entry) && numberOf(id) > 1).length === MOST - 1;

/**
 * Rates on both sides of a rate, inside the slider's range.
 * @param {OptimizerEntry} optimizer
 * @param {number} rate
 */
function ratesBeside({ sliders: [lr] }, rate) {
  const rates = SWEEP.map((factor) => toValue(lr, toPlace(lr, factor * rate)));
  return [...new Set(rates)].filter((other) => other !== rate).map((other) => ({ lr: other }));
}
