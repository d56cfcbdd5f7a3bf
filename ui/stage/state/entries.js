/**
 * Entries: the runs of a scene. The same optimizer may be entered several times, each with settings of its own; the
 * first is spelled by its id, `sgd`, and further ones by a number as well: `sgd.2`. ui/entries.py is the counterpart.
 */

/** @import { Hyper, Named, Values } from "../types" */

import { formatValue } from "./format.js";
import { hasComma } from "./numerals.js";
import { t } from "./words.js";

export const MOST = 6; // entries of one optimizer

/** The id of an entry's optimizer. @param {string} entry */
export const optimizerOf = (entry) => entry.split(".")[0];

/** Which entry of its optimizer it is, from 1. @param {string} entry */
export const numberOf = (entry) => Number(entry.split(".")[1] ?? 1);

/** The key of the same setting of the optimizer's first entry: `sgd.lr` for `sgd.2.lr`. @param {string} key */
const firstKey = (key) => key.replace(/\.\d+\./, ".");

/**
 * The default of a setting; a further entry's is that of its optimizer.
 * @param {Values} defaults
 * @param {string} key
 */
export const defaultOf = (defaults, key) => defaults[key] ?? defaults[firstKey(key)];

/** @param {Values} values @param {string} entry */
const settingsOf = (values, entry) =>
  Object.entries(values).filter(([key]) => key.slice(0, key.lastIndexOf(".")) === entry);

/**
 * The scene with further entries of an optimizer, as many as there is room for.
 * @param {Values} values
 * @param {string[]} order the ids of all optimizers
 * @param {string} like the entry whose settings they begin with
 * @param {Values[]} changes one for each new entry: what differs, by the id of the hyperparameter
 * @returns {Values}
 */
export function withEntries(values, order, like, changes) {
  const optimizer = optimizerOf(like);
  const free = Array.from({ length: MOST - 1 }, (_, k) => `${optimizer}.${k + 2}`).filter(
    (entry) => !values.on.includes(entry),
  );
  const next = { ...values };
  for (const [k, entry] of free.slice(0, changes.length).entries()) {
    for (const [key, value] of settingsOf(values, like)) {
      const hyper = key.slice(like.length + 1);
      next[`${entry}.${hyper}`] = changes[k][hyper] ?? value;
    }
    next.on = [...next.on, entry];
  }
  next.on = inOrder(next.on, order);
  return next;
}

/** The scene without an entry. @param {Values} values @param {string} entry @returns {Values} */
export function withoutEntry(values, entry) {
  const next = { ...values, on: values.on.filter((/** @type {string} */ other) => other !== entry) };
  if (numberOf(entry) > 1) for (const [key] of settingsOf(values, entry)) delete next[key];
  return next;
}

/** Entries in the order in which they are shown. @param {string[]} on @param {string[]} order of the optimizers */
export const inOrder = (on, order) =>
  [...on].sort((a, b) => order.indexOf(optimizerOf(a)) - order.indexOf(optimizerOf(b)) || numberOf(a) - numberOf(b));

/** The learning rate that an entry runs with: its own times the one for all. @param {Values} values @param {string} entry */
export const rateOf = (values, entry) => values[`${entry}.lr`] * values.rate;

/**
 * The name of every entry that is on: the optimizer's, and where it is entered several times, the settings that differ.
 * `names_of` in ui/entries.py names them alike.
 * @param {Values} values
 * @param {(Named & {sliders: Hyper[]})[]} optimizers
 * @returns {Map<string, string>}
 */
export function namesOf(values, optimizers) {
  /** @type {Map<string, string[]>} the entries of each optimizer */
  const entered = new Map();
  for (const entry of values.on) {
    const id = optimizerOf(entry);
    entered.set(id, [...(entered.get(id) ?? []), entry]);
  }
  const names = new Map();
  for (const [id, same] of entered) {
    const optimizer = optimizers.find((one) => one.id === id);
    if (!optimizer) continue;
    const setting = (/** @type {string} */ entry, /** @type {string} */ hyper) =>
      hyper === "lr" ? rateOf(values, entry) : values[`${entry}.${hyper}`];
    const differ = optimizer.sliders.filter((hyper) => new Set(same.map((entry) => setting(entry, hyper.id))).size > 1);
    /** @type {Map<string, number>} how often a name was given */
    const given = new Map();
    for (const entry of same) {
      const words = differ.map((hyper) => {
        const value = formatValue(setting(entry, hyper.id));
        return differ.length === 1 || hyper.id === "lr" ? value : `${t(hyper.name)} ${value}`;
      });
      const name = [t(optimizer.name), words.join(hasComma() ? "; " : ", ")].join(" ").trim();
      given.set(name, (given.get(name) ?? 0) + 1);
      names.set(entry, given.get(name) === 1 ? name : `${name} (${given.get(name)})`);
    }
  }
  return names;
}
