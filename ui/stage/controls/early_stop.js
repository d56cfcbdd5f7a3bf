/** Early stopping: its switch and its patience. It computes nothing: what is drawn is marked, and no paths are asked for. */

/** @import { Hyper, Values } from "../types" */

import { msg, t, tn } from "../state/words.js";
import { h } from "./dom.js";
import { createSlider } from "./slider.js";

const OFF = "0";
const ABOUT = msg(
  "Early stopping waits so many steps for a lower validation loss, then stops and goes back to the weights of the best " +
    "step. The validation set has chosen that step: only the test set is still unseen.",
);

/**
 * @param {Hyper} patience
 * @param {(key: string, value: string, done: boolean) => void} change
 */
export function createEarlyStop(patience, change) {
  const { key } = patience;
  let last = patience.default; // what switching it on again returns to
  const slider = createSlider(
    patience,
    { grab() {}, change: (_, value, done) => change(key, String(value), done) },
    t("early stopping"),
    (steps) => tn("patience: {n} step without gain", "patience: {n} steps without gain", steps),
  );
  const box = h("input", { type: "checkbox", onchange: () => change(key, box.checked ? String(last) : OFF, true) });
  slider.label.replaceWith(h("label", { className: "switch", title: t(ABOUT) }, box, t("early stopping")));

  return {
    el: slider.el,
    /** @param {Values} values @param {Values} defaults */
    show(values, defaults) {
      const on = values[key] !== OFF;
      if (on) last = Number(values[key]);
      box.checked = on;
      slider.el.classList.toggle("switched-off", !on);
      slider.set(last, Number(defaults[key]));
    },
  };
}
