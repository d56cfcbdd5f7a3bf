/** The first minute: the race plays once, a line says what is going on and what to try, and what is tried is praised. */

/** @import { Picture } from "../types" */

import { createChallenges } from "../data/challenges.js";
import { optimizerOf } from "../state/entries.js";
import { h } from "./dom.js";

const MEMORY = "descent-lab"; // where the browser keeps what this reader has done
const PRAISED_FOR = 7000; // ms
const COUNTS = ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten"];

/** What this reader has done on earlier visits; null on the first. @returns {string[] | null} */
function remembered() {
  try {
    return localStorage.getItem(MEMORY)?.split(" ") ?? null;
  } catch (error) {
    if (error instanceof DOMException) return []; // the page may store nothing: it does not greet at every visit
    throw error;
  }
}

/** @param {Iterable<string>} done */
function remember(done) {
  try {
    localStorage.setItem(MEMORY, [...done].join(" "));
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}

/**
 * @param {HTMLElement} box a place beside the play button
 * @param {() => void} play
 */
export function createWelcome(box, play) {
  const line = h("p", { className: "welcome", role: "status", hidden: true });
  box.append(line);
  line.onclick = () => {
    line.hidden = true;
    touched();
  };
  const known = remembered();
  const done = new Set(known);
  const challenges = createChallenges(done);
  let greets = known === null;
  let begun = false;
  let timer = 0;

  /** The reader changed something: the greeting is over, for good. */
  function touched() {
    if (!greets) return;
    greets = false;
    line.hidden = true;
    remember(done);
  }

  return {
    /** The exact paths of a scene are there. @param {Picture} picture */
    show({ runs, terrain }) {
      const praised = challenges.notice(runs, terrain.surface);
      if (praised.length) {
        remember(done);
        line.textContent = praised.map(({ praise }) => praise).join(" ");
        line.hidden = false;
        clearTimeout(timer);
        timer = window.setTimeout(() => {
          line.hidden = true;
        }, PRAISED_FOR);
      }
      if (begun) return;
      begun = true;
      if (!greets || new URLSearchParams(location.search).has("lesson")) return;
      const count = COUNTS[runs.length] ?? runs.length;
      const kinds = new Set(runs.map(({ id }) => optimizerOf(id))).size;
      const what = kinds < runs.length ? "run" : "optimizer";
      const tries = challenges.possible(runs).map(({ asks }) => asks);
      const question = tries.length ? `: can you ${tries.join(", or ")}?` : ".";
      line.textContent = `${count} ${what}${runs.length === 1 ? "" : "s"}, one start. Drag a learning rate${question}`;
      line.hidden = false;
      const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
      if (!still && !new URLSearchParams(location.search).has("step")) play();
    },
    touched,
    destroy: () => clearTimeout(timer),
  };
}
