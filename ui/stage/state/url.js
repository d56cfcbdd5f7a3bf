/** The spelling of a scene in a URL. */

/** @import { Values } from "../types" */

import { defaultOf } from "./entries.js";
import { t } from "./words.js";

/** @param {unknown} value */
export const spell = (value) => (Array.isArray(value) ? value.join(",") : String(value));

// The formula and the domain of the reader's own surface: they are its identity, whatever their defaults.
export const IDENTITY = ["surface.f", "surface.domain"];

/** What tells a surface from all others: its id, and of a formula the text and the domain. @param {Values} values */
export const identityOf = (values) => ["surface", ...IDENTITY].map((key) => spell(values[key] ?? "")).join("&");

/**
 * The query of a scene, without the question mark: what differs from the defaults of its surface.
 * @param {Values} values
 * @param {Values} defaults
 */
export function toQuery(values, defaults) {
  const query = new URLSearchParams({ surface: values.surface });
  for (const [key, value] of Object.entries(values)) {
    if (key === "surface" || value === null) continue;
    if (IDENTITY.includes(key) || spell(value) !== spell(defaultOf(defaults, key))) query.set(key, spell(value));
  }
  return query.toString().replaceAll("%2C", ",");
}

/** Whether a setting belongs to a surface, learning rates included: they suit its steepness. @param {string} key */
const belongsToSurface = (key) =>
  key.startsWith("surface") || key.endsWith(".lr") || ["start", "step", "rate"].includes(key);

/** Whether a setting is a letter of the reader's formula, where that is the surface. @param {string} key */
const isLetter = (key) => key.startsWith("surface.") && !IDENTITY.includes(key);

/**
 * The query that opens another surface. Settings that were changed by hand go along; the old surface's own settings do
 * not: those that the new one had when it was last shown come back. From one formula to the next the letters keep their
 * values; the server leaves out those that the next one lacks.
 * @param {Values} surface its `surface` and, for a formula, its identity
 * @param {Values} values
 * @param {Values} defaults
 * @param {{values: Values, defaults: Values} | null} [before] the scene last shown on the new surface
 */
export function toQueryOn(surface, values, defaults, before = null) {
  const edited = surface.surface === values.surface;
  const others = Object.entries(values).filter(([key]) => !belongsToSurface(key) || (edited && isLetter(key)));
  const query = new URLSearchParams(toQuery({ ...Object.fromEntries(others), ...surface }, defaults));
  for (const [key, value] of Object.entries(before?.values ?? {})) {
    if (edited && isLetter(key) && key in values) continue;
    const changed = spell(value) !== spell(defaultOf(before?.defaults ?? {}, key));
    if (belongsToSurface(key) && key !== "step" && changed) query.set(key, spell(value));
  }
  return query.toString().replaceAll("%2C", ",");
}

/**
 * The part of a scene's query that decides the surface.
 * @param {string} query
 */
export const surfaceQuery = (query) =>
  new URLSearchParams([...new URLSearchParams(query)].filter(([key]) => key.startsWith("surface"))).toString();

/**
 * The page's own query with a scene and the panels' views laid into it. Parameters that belong to neither, such as
 * embed=true, stay.
 * @param {string} search as in location.search
 * @param {string} scene the query of a scene
 * @param {Values} values of the scene
 * @param {[string, string][]} views the spelling of each panel's view; empty for the one that a page opens with
 */
export function mergeIntoSearch(search, scene, values, views = []) {
  const owned = new Set([...Object.keys(values).map((key) => key.split(".")[0]), ...views.map(([key]) => key)]);
  const others = [...new URLSearchParams(search)].filter(([key]) => !owned.has(key.split(".")[0]));
  const moved = new URLSearchParams(views.filter(([, words]) => words)).toString().replaceAll("%2C", ",");
  return [new URLSearchParams(others).toString(), scene, moved].filter(Boolean).join("&");
}

/**
 * What a link asks for and the scene that it opens does not have: unknown words, numbers out of range.
 * @param {string} query
 * @param {Values} values of the scene
 * @returns {string} for the reader; empty where there is nothing
 */
export function refusedOf(query, values) {
  const refused = [...new URLSearchParams(query)].flatMap(([key, word]) => {
    const taken = defaultOf(values, key);
    if (taken === undefined) return key.includes(".") ? [[key, word]] : []; // keys of the page itself have no dot
    const words = spell(taken).split(",");
    const asked = word.split(",");
    const same = (/** @type {string} */ a, /** @type {string} */ b) => a === b || (a !== "" && Number(a) === Number(b));
    const agrees = asked.length === words.length && asked.every((one, k) => same(one.trim(), words[k]));
    const missing = key === "on" ? asked.filter((entry) => entry && !words.includes(entry)) : agrees ? [] : asked;
    return missing.length ? [[key, missing.join()]] : [];
  });
  const named = refused.map(([key, word]) => `${key}=${word.length > 40 ? `${word.slice(0, 40)}…` : word}`);
  return named.length
    ? t("Not possible, and left out of what this link shows: {what}.", { what: named.join(", ") })
    : "";
}

/**
 * The numbers of a list in a URL; null unless there are exactly `count`, all finite.
 * @param {string} words
 * @param {number} count
 */
export function parseNumbers(words, count) {
  const numbers = words.split(",").map((word) => (word.trim() ? Number(word) : Number.NaN));
  return numbers.length === count && numbers.every(Number.isFinite) ? numbers : null;
}
