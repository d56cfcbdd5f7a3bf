/** The keyboard: ours stay ours, Streamlit's shortcuts do not fire from the stage. */

import { h } from "./dom.js";

const TURN = 0.08; // radians for a press

/**
 * @param {HTMLElement} root the stage
 * @param {object} act what keys do: toggle(), nudge(steps), seek(step), pick(k), turn(right, up) in radians,
 *   fullscreen(), projector(), plain(): no projector
 * @returns {{help: () => void}} shows the list of keys
 */
export function createKeys(root, act) {
  const list = [
    ["Space", "play or pause"],
    ["← →", "a step back or on; with Shift ten"],
    ["Home End", "to the start, to the end"],
    ["1 – 9", "switch an optimizer on or off"],
    ["W A S D", "turn the view in 3D"],
    ["F", "full screen"],
    ["P", "projector: thick lines, large type, nothing else; Escape too ends it"],
    ["?", "this list"],
    ["Click", "in the contour another start, in the chart another step"],
    ["Drag", "the ring moves the start; the 3D view turns; a magnified contour moves"],
    ["Wheel, pinch", "nearer or further away, in the contour and in 3D"],
    ["Double-click", "the 3D view as it stood"],
  ];
  const close = h("button", { type: "button", onclick: () => dialog.close() }, "Close");
  const dialog = h("dialog", { className: "keys", "aria-label": "keys and gestures" },
    h("table", {}, ...list.map(([key, what]) => h("tr", {}, h("th", { scope: "row" }, key), h("td", {}, what)))), close);
  root.append(dialog);
  const help = () => (dialog.open ? dialog.close() : dialog.showModal());

  root.addEventListener("keydown", (event) => {
    event.stopPropagation();
    const { target, key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (dialog.contains(target)) {
      if (key === "?") dialog.close();
      return;
    }
    const types = target.type === "text" || target.closest("select");
    const slides = target.type === "range" || target.closest(".read"); // it has arrows, Home and End of its own, but no use for the others
    const presses = target.closest("button, summary, input[type=checkbox]") && (key === " " || key === "Enter");
    const far = event.shiftKey ? 10 : 1;
    const moves = {
      ArrowRight: () => act.nudge(far),
      ArrowLeft: () => act.nudge(-far),
      Home: () => act.seek(0),
      End: () => act.seek(Infinity),
    };
    const others = { w: () => act.turn(0, TURN), s: () => act.turn(0, -TURN), a: () => act.turn(-TURN, 0), d: () => act.turn(TURN, 0), " ": act.toggle, f: act.fullscreen, p: act.projector, escape: act.plain, "?": help };
    const does = (slides ? null : moves[key]) ?? others[key.toLowerCase()] ?? (/^[1-9]$/.test(key) ? () => act.pick(Number(key) - 1) : null);
    if (!does || types || presses) return;
    event.preventDefault();
    does();
  });
  // A hand that has pressed a button or chosen from a list leaves the keys to the stage: Space plays, and picks nothing.
  let byHand = false;
  root.addEventListener("pointerdown", () => (byHand = true), true);
  root.addEventListener("keydown", () => (byHand = false), true);
  for (const [type, what] of [["click", "button, summary, input[type=checkbox]"], ["change", "select"]]) {
    root.addEventListener(type, ({ target }) => byHand && target.closest(what) && !target.closest("dialog") && root.focus({ preventScroll: true }));
  }
  root.addEventListener("close", () => byHand && root.focus({ preventScroll: true }), true); // of a dialog
  return { help };
}
