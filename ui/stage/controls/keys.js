/** The keyboard. Keys pressed on the stage stay there: Streamlit has shortcuts of its own. */

/** @import { Gesture } from "../types" */
/** @import { Tool } from "./pen.js" */

import { msg, t } from "../state/words.js";
import { h } from "./dom.js";

const REMOTE = ["PageDown", "PageUp"];
const TURN = 0.08; // radians for a press
const HELP = [
  [msg("Space"), msg("play or pause")],
  ["← →", msg("one step back or forward, ten with Shift")],
  ["Home End", msg("go to the start, to the end")],
  ["1 – 8", msg("switch one of the first eight optimizers on or off")],
  ["Ctrl Z", msg("undo; with Shift, redo")],
  ["F", msg("full screen")],
  ["P", msg("projector: thick lines, large type, no settings; Escape ends it too")],
  ["L, N", msg("in the projector: a pointer, a pen")],
  ["B .", msg("in the projector: the screen dark, and back")],
  [
    "Page Down, Page Up",
    msg("a presenter's remote: on and back through a lesson; without one, play or pause, to the start"),
  ],
  ["O", msg("open the window Code: the program, where the gradient comes from, four ways to run")],
  ["?", msg("this list")],
];

/**
 * @typedef {object} KeyActions
 * @property {() => void} toggle play or pause
 * @property {(steps: number) => void} nudge
 * @property {(step: number) => void} seek
 * @property {(k: number) => void} pick switch the k-th optimizer
 * @property {(right: number, up: number) => void} turn by radians
 * @property {() => void} undo
 * @property {() => void} redo
 * @property {() => void} code open its window
 * @property {() => void} fullscreen
 * @property {() => void} projector
 * @property {() => void} endProjector
 * @property {(way: 1 | -1) => boolean} page a presenter's remote walks through a lesson; false where none is open
 * @property {() => boolean} teaches whether one is
 * @property {() => boolean} projects whether the projector is on
 * @property {() => void} blank a dark screen, and back
 * @property {(tool: Tool) => void} point take the pointer or the pen, or put it away
 */

/**
 * @param {HTMLElement} root the stage
 * @param {Gesture[]} gestures of the panels, for the list
 * @param {HTMLElement} language the choice of one
 * @param {KeyActions} act
 * @returns {{help: () => void}} shows or hides the list of keys
 */
export function createKeys(root, gestures, language, act) {
  const close = h("button", { type: "button", onclick: () => dialog.close() }, t("Close"));
  const touches = matchMedia("(pointer: coarse)").matches; // a phone has no keys: what fingers do stands first
  const fingers = gestures.map(([gesture, what, tap]) => [tap ?? gesture, what]);
  const undoing = ["↶ ↷", msg("undo, redo")];
  const rows = (touches ? [...fingers, undoing, ...HELP] : [...HELP, ...gestures]).map(([key, what]) =>
    h("tr", {}, h("th", { scope: "row" }, t(key)), h("td", {}, t(what))),
  );
  const dialog = h(
    "dialog",
    { className: "keys", "aria-label": t("keys and gestures") },
    h("table", {}, ...rows),
    h("div", { className: "foot" }, close, language),
  );
  root.append(dialog);
  function help() {
    if (dialog.open) return dialog.close();
    dialog.showModal();
    dialog.scrollTop = 0; // the focus is on the button below the list
  }

  /** @type {Record<string, (far: number) => void>} keys that a focused slider handles itself */
  const moves = {
    ArrowRight: (far) => act.nudge(far),
    ArrowLeft: (far) => act.nudge(-far),
    Home: () => act.seek(0),
    End: () => act.seek(Number.POSITIVE_INFINITY),
    PageDown: () => act.page(1) || act.toggle(),
    PageUp: () => act.page(-1) || act.seek(0),
  };
  /** @type {Record<string, () => void>} */
  const others = {
    w: () => act.turn(0, TURN),
    s: () => act.turn(0, -TURN),
    a: () => act.turn(-TURN, 0),
    d: () => act.turn(TURN, 0),
    " ": act.toggle,
    o: act.code,
    f: act.fullscreen,
    p: act.projector,
    escape: act.endProjector,
    "?": help,
    l: () => act.point("pointer"),
    n: () => act.point("pen"),
    b: act.blank,
    ".": act.blank,
  };

  /** @type {WeakSet<EventTarget>} fields in which something was typed that is not taken yet: there the browser undoes */
  const typedIn = new WeakSet();
  root.addEventListener("input", ({ target }) => target && typedIn.add(target));
  root.addEventListener("change", ({ target }) => target && typedIn.delete(target));

  root.addEventListener("keydown", (event) => {
    event.stopPropagation();
    const { target, key } = event;
    if (!(target instanceof HTMLElement)) return;
    const remote = (act.projects() || act.teaches()) && REMOTE.includes(key); // a presenter's works whatever has the focus
    const types = !remote && (target.matches("input[type=text]") || target.closest("select"));
    const letter = key.toLowerCase();
    if (
      (event.ctrlKey || event.metaKey) &&
      (letter === "z" || letter === "y") &&
      !typedIn.has(target) &&
      !target.closest("dialog")
    ) {
      event.preventDefault();
      if (event.shiftKey || letter === "y") act.redo();
      else act.undo();
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (dialog.contains(target)) {
      if (key === "?") dialog.close();
      return;
    }
    if (target.closest("dialog")) return;
    const slides = !remote && (target.matches("input[type=range]") || target.closest(".read"));
    const presses = target.closest("button, summary, input[type=checkbox]") && (key === " " || key === "Enter");
    const digit = /^[1-9]$/.test(key) ? () => act.pick(Number(key) - 1) : null;
    const does = (slides ? null : moves[key]) ?? others[letter] ?? digit;
    if (!does || types || presses) return;
    event.preventDefault();
    does(event.shiftKey ? 10 : 1);
  });

  // A pointer that has pressed a button or chosen from a list gives the focus back to the stage: Space plays then, and
  // does not press the button again.
  let byPointer = false;
  const refocus = () => root.focus({ preventScroll: true });
  root.addEventListener("pointerdown", () => (byPointer = true), true);
  root.addEventListener("keydown", () => (byPointer = false), true);
  for (const [type, what] of [
    ["click", "button, summary, input[type=checkbox]"],
    ["change", "select"],
  ]) {
    root.addEventListener(type, ({ target }) => {
      if (byPointer && target instanceof Element && target.closest(what) && !target.closest("dialog")) refocus();
    });
  }
  root.addEventListener("close", () => byPointer && refocus(), true); // of a dialog
  return { help };
}
