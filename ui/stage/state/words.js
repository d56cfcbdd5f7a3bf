/**
 * What the reader is told, in the reader's language. The English text stands in the code and is the key of its
 * translation in ui/locales; what is not translated is said in English.
 */

import { printAs, printed } from "./numerals.js";

/** @typedef {Record<string, string | string[]>} Table texts by the English ones; of what is counted one for each plural */

const CATEGORIES = ["zero", "one", "two", "few", "many", "other"]; // of numbers, in the order of the forms in ui/locales
const COUNTS = Array.from({ length: 200 }, (_, n) => n); // among them are numbers of all categories that are counted

/** @type {Table} */
let table = {};
let language = "en";
/** @param {number} n @returns {number} which of the forms it takes */
let formOf = (n) => (n === 1 ? 0 : 1);

/** Speak a language from now on. @param {string} next @param {Table} words */
export function speak(next, words) {
  language = next;
  table = words;
  printAs(next);
  const rules = new Intl.PluralRules(next);
  const used = new Set(COUNTS.map((n) => rules.select(n)));
  const forms = CATEGORIES.filter((one) => used.has(/** @type {Intl.LDMLPluralRule} */ (one)));
  // What is not whole may have a category of its own. In Russian it takes the form of "two": 1,5 шага.
  formOf = (n) => (forms.includes(rules.select(n)) ? forms.indexOf(rules.select(n)) : 1);
}

/** The language that is spoken. */
export const spoken = () => language;

/** @param {string} text @param {Record<string, unknown>} values @returns {string} */
const filled = (text, values) =>
  text.replace(/\{(\w+)\}/g, (hole, name) => {
    const value = values[name];
    if (value === undefined) return hole;
    return typeof value === "number" ? printed(String(value)) : String(value);
  });

/**
 * A text in the reader's language.
 * @param {string} [text] in English, with {names} where values are put in
 * @param {Record<string, unknown>} [values] numbers are printed as the language does
 */
export function t(text = "", values = {}) {
  const said = table[text];
  return filled(typeof said === "string" ? said : text, values);
}

/**
 * A word that means several things, in one of its meanings: "step" among the schedules is a fall of the rate.
 * @param {string} context where it stands, in ui/locales its msgctxt
 * @param {string} text
 */
export function tc(context, text) {
  const said = table[`${context}\u0004${text}`];
  return typeof said === "string" ? said : t(text);
}

/**
 * A text that counts something.
 * @param {string} one of 1, in English
 * @param {string} other
 * @param {number} n stands at {n} in the texts
 * @param {Record<string, unknown>} [values]
 */
export function tn(one, other, n, values = {}) {
  const said = table[one];
  const forms = Array.isArray(said) ? said : [one, other];
  return filled(forms[formOf(n)] ?? forms[forms.length - 1], { n, ...values });
}

/** Marks a text, in English, that `t` says where it is shown: modules are read before the language is known. @param {string} text */
export const msg = (text) => text;
