/** A hyperparameter's slider: where its thumb stands for a value, and the value at each place. */

/** @import { Hyper, Values } from "../types" */

import { formatValue } from "./format.js";
import { hasComma } from "./numerals.js";
import { t } from "./words.js";

/** @typedef {Pick<Hyper, "low" | "high"> & Partial<Pick<Hyper, "log" | "near_one" | "whole">>} Scale */

/** @param {number} value @param {number} digits */
const significant = (value, digits) => Number(value.toPrecision(digits));

/**
 * Where the thumb stands for a value, 0 to 1.
 * @param {Scale} scale
 * @param {number} value
 */
export function toPlace({ low, high, log, near_one }, value) {
  if (log) return Math.log(value / low) / Math.log(high / low);
  if (near_one) return Math.log((1 - low) / (1 - value)) / Math.log((1 - low) / (1 - high));
  return (value - low) / (high - low);
}

/**
 * The value at a place of the thumb: a short decimal inside the range. `Hyper.at` in engine/spec.py rounds alike, so
 * that a slider shows the very value that the server computes with.
 * @param {Scale} scale
 * @param {number} place
 */
export function toValue({ low, high, log, near_one, whole }, place) {
  if (place <= 0) return low;
  if (place >= 1) return high;
  let value;
  if (log) value = significant(low * (high / low) ** place, 3);
  else if (near_one) value = significant(1 - significant((1 - low) * ((1 - high) / (1 - low)) ** place, 3), 6);
  else value = significant(low + (high - low) * place, 4);
  if (whole) value = Math.round(value);
  return Math.min(high, Math.max(low, value));
}

/**
 * The sliders that a scene has: a formula of the reader's own has those of its letters.
 * @param {Hyper[]} sliders
 * @param {Values} values
 */
export const slidersIn = (sliders, values) => sliders.filter(({ key }) => key in values);

/** Numbers in a row as a URL has them: between "-1,5; 2" stand semicolons, between "-1.5, 2" commas. @param {string} text */
export const withPoints = (text) => (text.includes(";") ? text.replaceAll(",", ".").replaceAll(";", ",") : text);

/**
 * A typed number, or what was expected instead.
 * @param {Scale} scale
 * @param {string} text
 * @returns {{value?: number, error?: string}}
 */
export function parseValue({ low, high, whole }, text) {
  // 1,000 may be a thousand or one: neither is guessed, where the page itself does not print commas.
  const ambiguous = !hasComma() && /^[1-9]\d*,\d{3}$/.test(text.trim());
  const value = text.trim() === "" || ambiguous ? Number.NaN : Number(text.trim().replace(",", "."));
  if (!Number.isFinite(value) || value < low || value > high || (whole && !Number.isInteger(value))) {
    const ends = { low: formatValue(low), high: formatValue(high) };
    return {
      error: whole
        ? t("a whole number from {low} to {high}, please", ends)
        : t("a number from {low} to {high}, please", ends),
    };
  }
  return { value };
}
