/**
 * The axes of a map: any two numbers of the scene. A word names one: `own.lr` is each entry's own learning rate, all
 * others are keys of the scene, or a coordinate of the start.
 */

/** @import { Catalogue, Hyper, Range, Terrain, Ticks, Values } from "../types" */

import { optimizerOf } from "../state/entries.js";
import { formatPower, formatValue } from "../state/format.js";
import { slidersIn, toPlace } from "../state/hyper.js";
import { toQuery } from "../state/url.js";
import { t } from "../state/words.js";
import { ticksOf } from "./scales.js";

/** @typedef {Pick<Hyper, "low" | "high" | "log" | "near_one" | "whole"> & {word: string, name: string}} MapAxis */

const OWN = "own.";
export const START = ["start.x", "start.y"];

/** @param {Pick<Catalogue, "optimizers">} catalogue @param {string} entry */
const slidersOf = ({ optimizers }, entry) => optimizers.find(({ id }) => id === optimizerOf(entry))?.sliders ?? [];

/**
 * All that may lie along a map of some entries, what they own first.
 * @param {Catalogue} catalogue
 * @param {Values} values
 * @param {Terrain} terrain
 * @param {string[]} entries
 * @returns {MapAxis[]}
 */
export function axesOf(catalogue, values, terrain, entries) {
  const { settings, surfaces, schedules } = catalogue;
  const axis = (/** @type {string} */ word, /** @type {Hyper} */ hyper) => ({ ...hyper, word, name: t(hyper.name) });
  const own = entries.flatMap((entry) => slidersOf(catalogue, entry));
  const ground = surfaces.find(({ id }) => id === values.surface)?.sliders ?? [];
  const decay = schedules.find(({ id }) => id === values.schedule)?.sliders ?? [];
  const names = terrain.data?.names.map((name) => t(name)) ?? ["x", "y"];
  const start = terrain.domain.map(([low, high], side) => ({
    ...{ word: START[side], name: t("start {axis}", { axis: names[side] }) },
    ...{ low, high, log: false, near_one: false, whole: false },
  }));
  const all = [
    ...own.map((hyper) => axis(OWN + hyper.id, hyper)),
    ...slidersIn(ground, values).map((hyper) => axis(hyper.key, hyper)),
    ...decay.map((hyper) => axis(hyper.key, hyper)),
    ...[settings.rate, settings.noise, ...(terrain.data ? [settings.batch] : [])].map((hyper) =>
      axis(hyper.key, hyper),
    ),
    ...start,
  ];
  return all.filter(({ word }, k) => all.findIndex((other) => other.word === word) === k);
}

/**
 * What a map opens with: the learning rate across; up, of what all entries own the next, or else the surface's own
 * number, or the noise.
 * @param {MapAxis[]} axes
 * @param {Catalogue} catalogue
 * @param {string[]} entries
 * @returns {[string, string]}
 */
export function usualAxes(axes, catalogue, entries) {
  const shared = axes.filter(
    ({ word }) => word !== `${OWN}lr` && entries.every((entry) => owns(catalogue, entry, word)),
  );
  const other =
    shared.find(({ word }) => word.startsWith(OWN)) ?? shared.find(({ word }) => word.startsWith("surface."));
  return [`${OWN}lr`, other?.word ?? "noise"];
}

/** Whether a number lies along the map of an entry: its own, or everybody's. @param {Catalogue} catalogue @param {string} entry @param {string} word */
export const owns = (catalogue, entry, word) =>
  !word.startsWith(OWN) || slidersOf(catalogue, entry).some(({ id }) => OWN + id === word);

/**
 * An axis as an entry has it: each has its own range of learning rates.
 * @param {Catalogue} catalogue @param {MapAxis} axis @param {string} entry
 * @returns {MapAxis}
 */
export function axisFor(catalogue, axis, entry) {
  const own = slidersOf(catalogue, entry).find(({ id }) => OWN + id === axis.word);
  return { ...axis, ...own, word: axis.word, name: axis.name };
}

/** Whether axes have the same numbers. @param {MapAxis[]} axes */
export const areAlike = (axes) => axes.every(({ low, high }) => low === axes[0].low && high === axes[0].high);

/** The key of an axis for an entry: `adam.2.lr` for `own.lr`. @param {string} word @param {string} entry */
export const keyOf = (word, entry) => (word.startsWith(OWN) ? `${entry}.${word.slice(OWN.length)}` : word);

/**
 * The scene's own number along an axis of an entry's map.
 * @param {Values} values @param {string} word @param {string} entry
 * @returns {number}
 */
export const valueAt = (values, word, entry) =>
  START.includes(word) ? values.start[START.indexOf(word)] : values[keyOf(word, entry)];

/**
 * What changes in a scene when two numbers of an entry's map get other values.
 * @param {Values} values
 * @param {string} entry
 * @param {[string, number][]} moved a word and its new value
 * @returns {Values}
 */
export function changesOf(values, entry, moved) {
  /** @type {Values} */
  const changes = {};
  for (const [word, value] of moved) {
    const side = START.indexOf(word);
    if (side < 0) changes[keyOf(word, entry)] = value;
    else changes.start = (changes.start ?? values.start).with(side, value);
  }
  return changes;
}

/**
 * The query of an entry's map: of all that decides it, and of nothing else, so that it stays the same while other
 * things change.
 * @param {Values} values @param {Values} defaults
 * @param {string[]} displays the keys of display settings
 * @param {string} entry
 * @param {[string, string]} words of both axes
 * @param {string} within of the lowest minimum: what a run is to reach
 */
export function mapQuery(values, defaults, displays, entry, words, within) {
  const [x, y] = words.map((word) => keyOf(word, entry));
  const basins = START.every((word) => words.includes(word));
  const shared = ["rate", "noise", "batch", "seed", "steps", "schedule", "surface"];
  const decides = (/** @type {string} */ key) => {
    if ([x, y].includes(key) || displays.includes(key) || (key === "start" && basins)) return false;
    const owner = key.slice(0, key.lastIndexOf("."));
    return key === "start" || shared.includes(key.split(".")[0]) || owner === entry;
  };
  const kept = Object.fromEntries(Object.entries(values).filter(([key]) => decides(key)));
  const asked = new URLSearchParams({ entry, x, y, ...(within && { within }) });
  return `${toQuery({ ...kept, on: [entry] }, defaults)}&${asked}`;
}

/**
 * Round values along an axis, at their places from 0 to 1.
 * @param {MapAxis} axis
 * @param {number} count how many there are about
 * @returns {Ticks}
 */
export function ticksAlong(axis, count) {
  const { low, high, log, near_one } = axis;
  if (!log && !near_one) {
    const { values, labels } = ticksOf(/** @type {Range} */ ([low, high]), count);
    return { values: values.map((value) => toPlace(axis, value)), labels };
  }
  const round = log
    ? powersIn(low, high, count)
    : [low, ...[0.5, 0.9, 0.99, 0.999, 0.9999].filter((v) => v > low && v <= high)];
  const isPower = (/** @type {number} */ value) => Number.isInteger(Math.log10(value));
  return {
    values: round.map((value) => toPlace(axis, value)),
    labels: round.map((value) => (log && isPower(value) ? formatPower(value) : formatValue(value))),
  };
}

/** Powers of ten in a range, or where there are few of them their multiples by 2 and 5, too. @param {number} low @param {number} high @param {number} count */
function powersIn(low, high, count) {
  const [from, to] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const exponents = Array.from({ length: to - from + 1 }, (_, k) => from + k);
  const inside = (/** @type {number} */ value) => value >= low * 0.999 && value <= high * 1.001;
  const powers = exponents.map((e) => Number(`1e${e}`)).filter(inside);
  if (powers.length < 3) return exponents.flatMap((e) => [1, 2, 5].map((m) => Number(`${m}e${e}`))).filter(inside);
  const stride = Math.ceil(powers.length / count);
  return powers.filter((_, k) => k % stride === 0);
}
