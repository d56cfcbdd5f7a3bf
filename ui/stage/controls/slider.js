/** One number under the hand: a slider, a field to type into, and the way back to the default. */

/** @import { Hyper } from "../types" */

import { formatValue, spellValue } from "../state/format.js";
import { parseValue, toPlace, toValue } from "../state/hyper.js";
import { t } from "../state/words.js";
import { h, markInvalid, throttle, write } from "./dom.js";

/** @type {Record<string, string>} letters by their names in LaTeX */
const GREEK = {
  ...{ alpha: "α", beta: "β", gamma: "γ", varepsilon: "ε", eta: "η", kappa: "κ", lambda: "λ", mu: "μ", rho: "ρ" },
  ...{ sigma: "σ", varphi: "φ", psi: "ψ" },
};
const NUMBER_EVERY = 50; // ms between two updates of the number during a drag: its layout costs a fifth of a frame
let count = 0;

/**
 * @typedef {object} Act
 * @property {(key: string, value: any, done: boolean, place?: number) => void} change while it moves; `done` at its end
 * @property {(key: string) => void} grab a hand or the keyboard takes hold of it
 */

/** The letter of a hyperparameter in formulas, unless its name already says it. @param {Hyper} hyper */
function symbolOf({ tex, name }) {
  const [, greek, latin, index] = tex.match(/^(?:\\([a-z]+)|([A-Za-z]))(?:_(.))?$/) ?? [];
  const letter = GREEK[greek] ?? latin;
  if (!letter || name.split(" ").includes(letter)) return [];
  return [h("i", {}, letter, ...(index ? [h("sub", {}, index)] : []))];
}

/**
 * @param {Hyper} hyper
 * @param {Act} act
 * @param {string} owner whose number it is, for those who do not see where it stands
 * @param {(value: number) => string} [inWords] what a value means, said below the slider
 */
export function createSlider(hyper, { change, grab }, owner = "", inWords = undefined) {
  const id = `slider-${++count}`;
  const own = t(hyper.name);
  const name = owner ? t("{owner} {setting}", { owner, setting: own }) : own;
  const stops = hyper.whole ? hyper.high - hyper.low : 200;
  let value = hyper.default;
  let standard = hyper.default;

  const range = h("input", { type: "range", id, min: 0, max: stops, step: 1, "aria-label": name });
  const field = h("input", {
    type: "text",
    className: "number",
    inputMode: "decimal",
    "aria-label": t("{setting}, number", { setting: name }),
    autocomplete: "off",
  });
  const reset = h("button", {
    type: "button",
    className: "reset",
    title: t("back to the default"),
    "aria-label": t("{setting}: back to the default", { setting: name }),
    textContent: "↺",
  });
  const complaint = h("div", { className: "complaint", role: "alert" });
  const label = h("label", { for: id }, h("span", {}, own), ...symbolOf(hyper));
  const el = h("div", { className: "slider", "data-key": hyper.key }, label, range, field, reset, complaint);
  const words = h("div", { className: "words" });
  if (inWords) el.append(words);

  function paint(ownHand = false) {
    const place = toPlace(hyper, value);
    if (!ownHand) range.value = String(Math.round(place * stops)); // a thumb under the hand stays where the hand has it
    range.style.setProperty("--place", String(place));
    reset.style.visibility = value === standard ? "hidden" : "visible";
  }
  const numbers = throttle(() => {
    field.value = spellValue(value);
    const said = inWords?.(value) ?? "";
    write(words, said);
    range.setAttribute("aria-valuetext", said || formatValue(value));
    write(complaint, "");
    markInvalid(field, false);
  }, NUMBER_EVERY);
  /** @param {number} next @param {boolean} done @param {boolean} [ownHand] */
  function move(next, done, ownHand = false) {
    value = next;
    paint(ownHand);
    if (ownHand) numbers.soon();
    else numbers.now();
    change(hyper.key, value, done, ownHand ? Number(range.value) / stops : undefined);
  }

  let before = value; // when the hand came
  let moved = false; // since the hand came, and it has not let go
  const restore = () => {
    if (moved) move(before, true);
    moved = false;
  };
  range.onpointerdown = () => {
    before = value;
    const stop = range.value;
    // Where a drag ends at the stop where it began, a browser sends no change event.
    addEventListener("pointerup", () => range.value === stop && restore(), { once: true, capture: true });
    grab(hyper.key);
  };
  range.onpointercancel = restore; // the finger scrolls the page: it did not mean the slider
  range.onfocus = () => range.matches(":focus-visible") && grab(hyper.key);
  range.oninput = () => {
    moved = true;
    move(toValue(hyper, Number(range.value) / stops), false, true);
  };
  range.onchange = () => {
    moved = false;
    numbers.now();
    change(hyper.key, value, true, Number(range.value) / stops);
  };
  range.ondblclick = reset.onclick = () => move(standard, true);
  const typed = () => {
    if (field.value === spellValue(value)) return numbers.now();
    const { value: next, error } = parseValue(hyper, field.value);
    if (next === undefined) {
      complaint.textContent = error ?? ""; // what was typed stays
      markInvalid(field, true);
    } else move(next, true);
  };
  field.onchange = typed;
  field.onfocus = () => field.select();
  field.onkeydown = (event) => {
    if (event.key === "Enter") typed();
    if (event.key === "Escape") numbers.now();
  };

  return {
    el,
    label,
    /** Show a value that came from elsewhere. @param {number} next @param {number} usual the default */
    set(next, usual) {
      standard = usual;
      if (next === value && field.value) return paint(document.activeElement === range);
      value = next;
      paint();
      numbers.now();
    },
  };
}
