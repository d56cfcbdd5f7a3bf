/** Numbers as text for the screen. */

import { printed, raised } from "./numerals.js";

/** @param {number} value @param {number} digits */
const significant = (value, digits) => Number(value.toPrecision(digits));

/** A number that was chosen, as the reader's language prints it. @param {number} value */
export const formatValue = (value) => printed(spellValue(value));

/**
 * A number that was chosen, as fields and programs have it: at most five significant digits, and powers of ten for very
 * large and small ones.
 * @param {number} value
 */
export function spellValue(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e5) return String(significant(value, 5));
  const text = value.toExponential();
  return text.length < 8 ? text : value.toExponential(2);
}

/**
 * A number that was measured: always the same count of significant digits, so that its width does not change while it
 * moves. Very large and small numbers have one digit less, which leaves room for the exponent. Fewer than three digits
 * mark an approximate number with "≈".
 * @param {number} value
 * @param {number} digits
 */
export function formatMeasured(value, digits = 3) {
  if (!Number.isFinite(value)) return "";
  if (value === 0) return "0";
  const size = Math.abs(value);
  const prefix = digits < 3 ? "≈ " : "";
  if (size < 1e-3 || size >= 1e4) {
    const decimals = prefix || size < 1e-99 || size >= 1e100 ? 0 : 1;
    return prefix + printed(value.toExponential(decimals));
  }
  return prefix + printed(digits < 3 && size >= 100 ? String(significant(value, digits)) : value.toPrecision(digits));
}

/**
 * A whole power of ten, or 0: "10" and "1000" in full, "10⁻⁸" beyond.
 * @param {number} value
 */
export function formatPower(value) {
  if (value === 0) return "0";
  const sign = value < 0 ? "−" : "";
  const exponent = Math.round(Math.log10(Math.abs(value)));
  if (exponent >= 0 && exponent <= 3) return sign + String(10 ** exponent);
  return `${sign}10${raised(exponent)}`;
}
