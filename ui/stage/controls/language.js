/** The languages in which the page can be read. Another one is in the address, and the page is loaded again. */

/** @import { Named } from "../types" */

import { spoken, t } from "../state/words.js";
import { choice, choose } from "./dom.js";

/** @param {Named[]} languages @param {(language: string) => void} speak */
export function createLanguage(languages, speak) {
  const { el, select } = choice(t("language"), languages, speak);
  el.classList.add("language");
  choose(select, spoken());
  for (const [k, { id }] of languages.entries()) select.options[k].lang = id;
  return el;
}
