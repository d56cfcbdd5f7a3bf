/** A surface that was picked has arrived: what of the scene before goes along. */

/** @import { Catalogue, Values } from "../types" */

import { defaultOf, numberOf, optimizerOf } from "./entries.js";
import { toPlace, toValue } from "./hyper.js";
import { spell } from "./url.js";

/**
 * The settings that differ from those of the scene that has arrived.
 * @param {Catalogue} catalogue
 * @param {{values: Values, defaults: Values}} arrived the scene of the new surface, and what it opens with
 * @param {{values: Values, defaults: Values} | null} before the scene that was shown until now
 * @param {Values} edited what a hand changed since the surface was picked
 * @returns {Values}
 */
export function carriedOver(catalogue, arrived, before, edited) {
  const kept = { ...(before && scaledRates(catalogue, arrived, before)), ...edited };
  return Object.fromEntries(
    Object.entries(kept).filter(
      ([key, value]) =>
        defaultOf(arrived.values, key) !== undefined &&
        key !== "start" &&
        !key.startsWith("surface") &&
        spell(value) !== spell(arrived.values[key]),
    ),
  );
}

/**
 * The learning rates of further entries. Rates suit the steepness of a surface, so what goes along is how much larger
 * than the surface's own rate they are.
 * @param {Catalogue} catalogue
 * @param {{values: Values, defaults: Values}} arrived
 * @param {{values: Values, defaults: Values}} before
 */
function scaledRates({ optimizers }, arrived, before) {
  /** @type {Values} */
  const rates = {};
  for (const entry of arrived.values.on) {
    const key = `${entry}.lr`;
    const hyper = optimizers.find(({ id }) => id === optimizerOf(entry))?.sliders.find(({ id }) => id === "lr");
    if (numberOf(entry) === 1 || !hyper || !(key in before.values)) continue;
    const rate = (before.values[key] / defaultOf(before.defaults, key)) * defaultOf(arrived.defaults, key);
    rates[key] = toValue(hyper, toPlace(hyper, rate)); // inside the slider's range
  }
  return rates;
}
