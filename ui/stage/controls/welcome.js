/** The first minute: the race plays once, a line says what is going on and what to try, and what is tried is praised. */

/** @import { Picture, Run } from "../types" */

import { createChallenges } from "../data/challenges.js";
import { optimizerOf } from "../state/entries.js";
import { msg, t, tn } from "../state/words.js";
import { h } from "./dom.js";

const MEMORY = "descent-lab"; // where the browser keeps what this reader has done
const SHORT = 250; // steps: what begins to move by itself ends within 5 s (WCAG 2.2.2)
const PRAISED_FOR = 7000; // ms
const COUNTS = [
  ...[msg("No"), msg("One"), msg("Two"), msg("Three"), msg("Four"), msg("Five"), msg("Six"), msg("Seven")],
  ...[msg("Eight"), msg("Nine"), msg("Ten")],
];

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

/** @param {Run[]} runs */
function startersInWords(runs) {
  const n = runs.length;
  const count = n in COUNTS ? t(COUNTS[n]) : n;
  const several = new Set(runs.map(({ id }) => optimizerOf(id))).size < n; // of one optimizer
  return several
    ? tn("{count} run, one start.", "{count} runs, one start.", n, { count })
    : tn("{count} optimizer, one start.", "{count} optimizers, one start.", n, { count });
}

/** @param {string[]} asks */
function triesInWords(asks) {
  const [one, other] = asks.map((ask) => t(ask));
  if (other) return t("Drag a learning rate: can you {one}, or {other}?", { one, other });
  return one ? t("Drag a learning rate: can you {one}?", { one }) : t("Drag a learning rate.");
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
    show({ runs, terrain, steps, display }) {
      const praised = challenges.notice(runs, terrain.surface);
      if (praised.length) {
        remember(done);
        line.textContent = praised.map(({ praise }) => t(praise)).join(" ");
        line.hidden = false;
        clearTimeout(timer);
        timer = window.setTimeout(() => {
          line.hidden = true;
        }, PRAISED_FOR);
      }
      if (begun) return;
      begun = true;
      if (!greets || display.view === "map" || new URLSearchParams(location.search).has("lesson")) return;
      line.textContent = `${startersInWords(runs)} ${triesInWords(challenges.possible(runs).map(({ asks }) => asks))}`;
      line.hidden = false;
      const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
      if (!still && steps <= SHORT && !new URLSearchParams(location.search).has("step")) play();
    },
    touched,
    destroy: () => clearTimeout(timer),
  };
}
