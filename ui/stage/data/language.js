/** The reader's language: the one in the address, otherwise the first of the browser's that the page knows. */

/** @import { Named } from "../types" */

import { speak } from "../state/words.js";

const ENGLISH = "en"; // it stands in the code
/** @type {Promise<void> | undefined} */
let speaking;

/**
 * @param {string} search as in location.search
 * @param {readonly string[]} preferred as navigator.languages
 * @param {Named[]} known
 */
export function chosen(search, preferred, known) {
  const asked = [new URLSearchParams(search).get("lang") ?? "", ...preferred].map((one) =>
    one.split("-")[0].toLowerCase(),
  );
  return asked.find((one) => known.some(({ id }) => id === one)) ?? ENGLISH;
}

/**
 * Speak the reader's language, before the first text is shown. English is spoken where the words do not arrive.
 * @param {Named[]} known
 * @param {(language: string) => string} addressOf the words of a language
 */
export function speakTheirs(known, addressOf) {
  speaking ??= begin(chosen(location.search, navigator.languages, known), addressOf);
  return speaking;
}

/** @param {string} language @param {(language: string) => string} addressOf */
async function begin(language, addressOf) {
  if (language !== ENGLISH) {
    const answer = await fetch(addressOf(language)).catch(() => null);
    const words = answer?.ok ? await answer.json().catch(() => null) : null;
    if (words) speak(language, words);
    else language = ENGLISH;
  }
  document.documentElement.lang = language;
}
