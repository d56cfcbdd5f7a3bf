/** The spelling of a scene in a URL. */

/** @import { Values } from "../types" */

/** @param {unknown} value */
export const spell = (value) => (Array.isArray(value) ? value.join(",") : String(value));

// The formula and the domain of the reader's own surface: they are its identity, whatever their defaults.
export const IDENTITY = ["surface.f", "surface.domain"];

/**
 * The query of a scene, without the question mark: what differs from the defaults of its surface.
 * @param {Values} values
 * @param {Values} defaults
 */
export function toQuery(values, defaults) {
  const query = new URLSearchParams({ surface: values.surface });
  for (const [key, value] of Object.entries(values)) {
    if (key === "surface" || value === null) continue;
    if (IDENTITY.includes(key) || spell(value) !== spell(defaults[key])) query.set(key, spell(value));
  }
  return query.toString().replaceAll("%2C", ",");
}

/**
 * The query that opens another surface. Settings that were changed by hand go along; the old surface's own settings and
 * the learning rates, which suited its steepness, do not.
 * @param {Values} surface its `surface` and, for a formula, its identity
 * @param {Values} values
 * @param {Values} defaults
 */
export function toQueryOn(surface, values, defaults) {
  const belongsToSurface = (/** @type {string} */ key) =>
    key.startsWith("surface") || key.endsWith(".lr") || ["start", "step", "rate"].includes(key);
  const others = Object.entries(values).filter(([key]) => !belongsToSurface(key));
  return toQuery({ ...Object.fromEntries(others), ...surface }, defaults);
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
 * The numbers of a list in a URL; null unless there are exactly `count`, all finite.
 * @param {string} words
 * @param {number} count
 */
export function parseNumbers(words, count) {
  const numbers = words.split(",").map((word) => (word.trim() ? Number(word) : Number.NaN));
  return numbers.length === count && numbers.every(Number.isFinite) ? numbers : null;
}
