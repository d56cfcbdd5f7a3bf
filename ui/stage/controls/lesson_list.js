/** The list of lessons, by the sections of the lecture, and which steps this reader has done. */

/** @import { Book, Place } from "../data/lessons.js" */

import { bySection } from "../data/lessons.js";
import { t } from "../state/words.js";
import { h } from "./dom.js";

const MEMORY = "descent-lab lessons"; // where the browser keeps the steps that were done

/** What was done: steps as a link spells them. It is kept if the browser lets the page keep anything. */
export function createDone() {
  /** @type {Set<string>} */
  let steps = new Set();
  try {
    steps = new Set(localStorage.getItem(MEMORY)?.split(" "));
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
  return {
    has: (/** @type {string} */ step) => steps.has(step),
    /** @param {string} step */
    add(step) {
      steps.add(step);
      try {
        localStorage.setItem(MEMORY, [...steps].join(" "));
      } catch (error) {
        if (!(error instanceof DOMException)) throw error;
      }
    },
  };
}

/**
 * @param {Book} book
 * @param {ReturnType<typeof createDone>} done
 * @param {(place: Place) => void} go
 */
export function contentsOf(book, done, go) {
  const sections = [...bySection(book)].map(([section, lessons]) => {
    const items = lessons.map(({ lesson: { id, title, steps }, k }) => {
      const count = steps.filter((_, step) => done.has(`${id}.${step + 1}`)).length;
      const whole = count === steps.length;
      const state = whole ? t("done") : t("{step} of {steps}", { step: count, steps: steps.length });
      const button = h("button", { type: "button", onclick: () => go({ lesson: k, step: 0 }) }, title);
      return h("li", { className: whole ? "done" : "" }, button, h("span", {}, state));
    });
    return [h("h3", {}, section), h("ul", {}, ...items)];
  });
  const wrong = book.wrong.map((text) => h("p", { className: "complaint" }, text));
  return h("div", { className: "contents" }, ...sections.flat(), ...wrong);
}
