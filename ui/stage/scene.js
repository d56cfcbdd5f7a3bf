/** A scene in the browser: its values by URL key, as the server sent them. Pure functions, no DOM. */

/** How a value is spelled in the URL. @param {*} value */
export const spell = (value) => (Array.isArray(value) ? value.join(",") : String(value));

const OWN = ["surface.f", "surface.domain"]; // what makes a formula of the reader's own the surface that it is

/**
 * The query of a scene: what differs from the defaults of its surface.
 * @param {object} values @param {object} defaults
 * @returns {string} without the question mark
 */
export function toQuery(values, defaults) {
  const query = new URLSearchParams({ surface: values.surface });
  for (const [key, value] of Object.entries(values)) {
    if (key !== "surface" && value !== null && (OWN.includes(key) || spell(value) !== spell(defaults[key]))) query.set(key, spell(value));
  }
  return query.toString().replaceAll("%2C", ",");
}

/**
 * The query with which another surface is opened: settings that were changed by hand go along, but not those of the
 * old surface nor the learning rates, which suited its steepness.
 * @param {object} surface {surface: id, ...} and what is its own
 */
export function toQueryOn(surface, values, defaults) {
  const stays = (key) => key.startsWith("surface") || key.endsWith(".lr") || ["start", "step", "rate"].includes(key);
  const kept = Object.entries(values).filter(([key]) => !stays(key));
  return toQuery({ ...Object.fromEntries(kept), ...surface }, defaults);
}

/**
 * The page's own query with the scene laid into it; parameters that are not the scene's (embed=true) stay.
 * @param {string} search as in location.search @param {string} scene a scene's query @param {object} values
 * @param {[string, string][]} seen what the reader looks at, by URL key; empty where it is what a page opens with
 */
export function intoSearch(search, scene, values, seen = []) {
  const owners = new Set([...Object.keys(values).map((key) => key.split(".")[0]), ...seen.map(([key]) => key)]);
  const others = [...new URLSearchParams(search)].filter(([key]) => !owners.has(key.split(".")[0]));
  const sights = seen.filter(([, words]) => words).map((pair) => pair.join("="));
  return [new URLSearchParams(others).toString(), scene, ...sights].filter(Boolean).join("&");
}

/** The numbers of a list in a URL; null unless they are so many, and all finite. */
export function numbersOf(words, count) {
  const numbers = words.split(",").map((word) => (word.trim() ? Number(word) : NaN));
  return numbers.length === count && numbers.every(Number.isFinite) ? numbers : null;
}

const significant = (value, digits) => Number(value.toPrecision(digits));

/** Where a slider's thumb stands for a value, 0 to 1. @param {object} hyper as in the catalogue */
export function toPlace({ low, high, log, near_one }, value) {
  if (log) return Math.log(value / low) / Math.log(high / low);
  if (near_one) return Math.log((1 - low) / (1 - value)) / Math.log((1 - low) / (1 - high));
  return (value - low) / (high - low);
}

/** The value a thumb's place stands for: a short decimal, never outside the range. */
export function toValue({ low, high, log, near_one, whole }, place) {
  if (place <= 0) return low;
  if (place >= 1) return high;
  let value;
  if (log) value = significant(low * (high / low) ** place, 3);
  else if (near_one) value = significant(1 - significant((1 - low) * ((1 - high) / (1 - low)) ** place, 3), 6);
  else value = significant(low + (high - low) * place, 4); // steps of 1 where it is whole
  if (whole) value = Math.round(value);
  return Math.min(high, Math.max(low, value));
}

/** A typed number, or what is wrong with it. @returns {{value?: number, error?: string}} */
export function parse({ low, high, whole }, text) {
  const grouped = /^[1-9]\d*,\d{3}$/.test(text.trim()); // 1,000 is a thousand here and one there: ask
  const value = text.trim() === "" || grouped ? NaN : Number(text.trim().replace(",", "."));
  if (!Number.isFinite(value) || value < low || value > high || (whole && !Number.isInteger(value))) {
    return { error: `${whole ? "a whole number" : "a number"} from ${show(low)} to ${show(high)}` };
  }
  return { value };
}

/** A number for the eye: at most five significant digits, powers of ten for the very large and small. */
export function show(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e5) return value.toExponential().length < 8 ? value.toExponential() : value.toExponential(2);
  return String(significant(value, 5));
}

/**
 * A measured number: always so many significant digits, so that it does not jump about; one of a very large or small
 * one, which is long enough. With fewer than 3 digits it is said to be about so.
 */
export function measure(value, digits = 3) {
  if (!Number.isFinite(value)) return "";
  const size = Math.abs(value);
  const about = digits < 3 ? "≈ " : "";
  if (size !== 0 && (size < 1e-3 || size >= 1e4)) return about + value.toExponential(about || size < 1e-99 || size >= 1e100 ? 0 : 1);
  if (size === 0) return "0";
  return about + (digits < 3 && size >= 100 ? String(significant(value, digits)) : value.toPrecision(digits));
}
