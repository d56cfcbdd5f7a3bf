/** The bar over the pictures: which surface, its own numbers, where to start, and how to look at it. */

/** @import { Catalogue, Values } from "../types" */
/** @import { Act } from "./slider.js" */

import { spellValue } from "../state/format.js";
import { parseValue, slidersIn } from "../state/hyper.js";
import { t } from "../state/words.js";
import { choice, choose, confirming, copy, h, markInvalid } from "./dom.js";
import { createFormula } from "./formula.js";
import { createSlider } from "./slider.js";

/**
 * @typedef {object} BarAct
 * @property {(surface: Values) => void} open another surface
 * @property {(formula: string, domain: string) => Promise<{mathml?: string, error?: string, field?: string}>} check
 * @property {() => void} reset
 * @property {() => void} undo
 * @property {() => void} redo
 * @property {() => string} link the address of the scene, which the address bar shows from then on
 */

/**
 * @param {HTMLElement} box
 * @param {Catalogue} catalogue
 * @param {HTMLButtonElement[]} openers of the panels that stand in windows
 * @param {Act & BarAct} act
 */
export function createBar(box, catalogue, openers, { change, grab, open, check, reset, undo, redo, link }) {
  const surface = choice(t("surface"), catalogue.surfaces, (id) => open({ surface: id }));
  const formula = createFormula(open, check);
  const numbers = h("div", { className: "numbers" });
  /** @type {Map<string, ReturnType<typeof createSlider>>} */
  let sliders = new Map();
  let shown = "";

  const fields = ["x", "y"].map((axis, side) =>
    h("input", {
      type: "text",
      className: "number",
      inputMode: "decimal",
      "aria-label": t("start {axis}", { axis }),
      autocomplete: "off",
      onchange: () => typed(side),
    }),
  );
  const complaint = h("span", { className: "complaint", role: "alert" });
  let start = [0, 0];
  /** @type {number[][]} */
  let domain = [];
  const isInvalid = (/** @type {HTMLElement} */ field) => field.hasAttribute("aria-invalid");
  /** @param {number} side */
  function typed(side) {
    const { value, error } = parseValue({ low: domain[side][0], high: domain[side][1] }, fields[side].value);
    complaint.textContent = error ? `${"xy"[side]}: ${error}` : ""; // what was typed stays
    markInvalid(fields[side], value === undefined);
    if (value !== undefined) change("start", side ? [start[0], value] : [value, start[1]], true);
  }

  const views = catalogue.display.view.map(({ id, name }) =>
    h("button", { type: "button", "data-view": id, onclick: () => change("view", id, true) }, t(name)),
  );
  const copyLink = confirming(t("Copy link"), { className: "link", title: t("copy a link to this very scene") }, () => {
    const address = link();
    return copy(address, () => prompt(t("The link to this scene:"), address));
  });
  const back = h(
    "button",
    { type: "button", className: "undo", title: t("undo (Ctrl Z)"), "aria-label": t("undo"), onclick: undo },
    "↶",
  );
  const again = h(
    "button",
    { type: "button", className: "undo", title: t("redo (Shift Ctrl Z)"), "aria-label": t("redo"), onclick: redo },
    "↷",
  );
  const opened = t("every setting back to where this surface opens; learning rates: {rule}", {
    rule: t(catalogue.openings),
  });
  box.append(
    h("h1", {}, "Descent Lab"),
    surface.el,
    formula.el,
    numbers,
    h(
      "div",
      { className: "start", role: "group", "aria-label": t("start") },
      h("span", {}, t("start")),
      ...fields,
      complaint,
    ),
    formula.read,
    h(
      "div",
      { className: "tools" },
      back,
      again,
      h("div", { className: "toggle", role: "group", "aria-label": t("view") }, ...views),
      h("button", { type: "button", title: opened, onclick: reset }, t("Reset")),
      ...openers,
      copyLink,
    ),
  );

  offer({ undo: false, redo: false });
  /** Offer to undo and to redo where there is something: nothing more is in sight. @param {{undo: boolean, redo: boolean}} can */
  function offer(can) {
    // Both or none, and their places are kept: nothing moves away from the pointer.
    for (const button of [back, again]) button.style.visibility = can.undo || can.redo ? "" : "hidden";
    back.disabled = !can.undo;
    again.disabled = !can.redo;
  }

  return {
    offer,
    /** @param {Values} values @param {Values} defaults */
    show(values, defaults) {
      const entry = catalogue.surfaces.find(({ id }) => id === values.surface);
      const hypers = slidersIn(entry?.sliders ?? [], values);
      const now = [values.surface, ...hypers.map(({ key }) => key)].join();
      if (shown !== now) {
        shown = now;
        sliders = new Map(hypers.map((hyper) => [hyper.key, createSlider(hyper, { change, grab })]));
        numbers.replaceChildren(...[...sliders.values()].map(({ el }) => el));
      }
      choose(surface.select, values.surface);
      formula.show(values);
      const own = values["surface.domain"]; // a formula brings its own domain
      domain = own ? [own.slice(0, 2), own.slice(2)] : (entry?.domain ?? []);
      for (const [key, slider] of sliders) slider.set(values[key], defaults[key]);
      start = values.start;
      for (const [side, field] of fields.entries()) {
        if (document.activeElement === field && isInvalid(field)) continue;
        field.value = spellValue(start[side]);
        markInvalid(field, false);
      }
      if (!fields.some(isInvalid)) complaint.textContent = "";
      for (const view of views) view.setAttribute("aria-pressed", String(view.dataset.view === values.view));
    },
  };
}
