/** The bar over the pictures: which surface, its own numbers, where to start, and how to look at it. */

import { choice, h } from "./dom.js";
import { show as spell } from "./scene.js";
import { createSlider } from "./slider.js";

/**
 * @param {HTMLElement} box @param {object} catalogue
 * @param {{change: (key: string, value: *, done: boolean) => void, grab: (key: string) => void, open: (surface: object) => void,
 *   check: (formula: string, domain: string) => Promise<{mathml?: string, error?: string, field?: string}>, reset: () => void,
 *   program: () => void, publish: () => string}} act what the reader can do here; publish gives the link to the scene
 */
export function createBar(box, catalogue, { change, grab, open, check, reset, program, publish }) {
  const surface = choice("surface", catalogue.surfaces, (id) => open({ surface: id }));
  const formula = createFormula(open, check);
  const numbers = h("div", { className: "numbers" });
  let sliders = new Map();
  let shown = null;

  const fields = ["x", "y"].map((axis, i) =>
    h("input", { type: "text", className: "number", inputMode: "decimal", "aria-label": `start ${axis}`, autocomplete: "off", onchange: () => typed(i) }));
  const complaint = h("span", { className: "complaint", role: "alert" });
  let start = [0, 0];
  let domain = [];
  function typed(i) {
    const value = Number(fields[i].value.trim().replace(",", "."));
    const [low, high] = domain[i];
    const good = fields[i].value.trim() !== "" && value >= low && value <= high;
    complaint.textContent = good ? "" : `${"xy"[i]}: a number from ${low} to ${high}, please`; // what was typed stays
    if (!good) fields[i].setAttribute("aria-invalid", "true");
    else change("start", i ? [start[0], value] : [value, start[1]], true);
  }
  const views = [["overlay", "Overlay"], ["panels", "Side by side"]].map(([view, name]) =>
    h("button", { type: "button", "data-view": view, onclick: () => change("view", view, true) }, name));
  const link = h("button", {
    type: "button",
    className: "link",
    title: "copy a link to this very scene",
    onclick: async () => {
      // Browsers hand out their clipboard over https and on localhost alone; elsewhere the reader copies by hand.
      const address = publish();
      if (!navigator.clipboard) return prompt("The link to this scene:", address);
      await navigator.clipboard.writeText(address);
      link.textContent = "Copied";
      setTimeout(() => (link.textContent = "Copy link"), 1500);
    },
  }, "Copy link");
  box.append(
    h("h1", {}, "Descent Lab"), surface.el, formula.el, numbers,
    h("div", { className: "start", role: "group", "aria-label": "start" }, h("span", {}, "start"), ...fields, complaint),
    formula.read, h("div", { className: "spacer" }),
    h("div", { className: "toggle", role: "group", "aria-label": "view" }, ...views),
    h("button", { type: "button", title: "every setting back to where this surface opens", onclick: reset }, "Reset"),
    h("button", { type: "button", title: "a run as a program for Keras, PyTorch or Optax", onclick: program }, "Code"), link,
  );

  return {
    show(values, defaults) {
      if (shown !== values.surface) {
        shown = values.surface;
        const { sliders: hypers } = catalogue.surfaces.find((s) => s.id === shown);
        sliders = new Map(hypers.map((hyper) => [hyper.key, createSlider(hyper, { change, grab })]));
        numbers.replaceChildren(...[...sliders.values()].map((slider) => slider.el));
      }
      surface.select.value = shown;
      formula.show(values);
      const box = values["surface.domain"]; // a formula brings its own
      domain = box ? [box.slice(0, 2), box.slice(2)] : catalogue.surfaces.find((s) => s.id === shown).domain;
      for (const [key, slider] of sliders) slider.set(values[key], defaults[key]);
      start = values.start;
      fields.forEach((field, i) => {
        if (document.activeElement === field && field.hasAttribute("aria-invalid")) return;
        field.value = spell(start[i]);
        field.removeAttribute("aria-invalid");
      });
      if (!fields.some((field) => field.hasAttribute("aria-invalid"))) complaint.textContent = "";
      for (const view of views) view.setAttribute("aria-pressed", String(view.dataset.view === values.view));
    },
  };
}

/** A formula of the reader's own and the part of the plane that it is seen over. What was typed stays until it is good. */
function createFormula(open, check) {
  const text = h("input", { type: "text", className: "formula", "aria-label": "formula f(x, y)", autocomplete: "off", spellcheck: false });
  const box = h("input", { type: "text", className: "number", "aria-label": "domain: x low, x high, y low, y high", title: "x low, x high, y low, y high", autocomplete: "off" });
  const complaint = h("span", { className: "complaint", role: "alert" });
  const read = h("output", { className: "read", "aria-label": "the formula as it was read", tabIndex: 0 }); // a long one scrolls
  const el = h("form", { className: "own", noValidate: true },
    h("span", {}, "f(x, y) ="), text, h("span", {}, "on"), box, h("button", { type: "submit" }, "Draw"), complaint);
  const blame = (wrong) => [text, box].forEach((field) => (field === wrong ? field.setAttribute("aria-invalid", "true") : field.removeAttribute("aria-invalid")));
  let shown = "";
  el.onsubmit = async (event) => {
    event.preventDefault();
    const [formula, domain] = [text.value, box.value];
    const { error, field } = await check(formula, domain);
    complaint.textContent = error ?? "";
    blame(error && (field === "domain" ? box : text));
    if (!error) open({ surface: "formula", "surface.f": formula, "surface.domain": domain.split(",").map(Number) });
  };
  return {
    el,
    read,
    show(values) {
      const own = values["surface.f"];
      el.hidden = read.hidden = own === undefined;
      const now = JSON.stringify([own, values["surface.domain"]]);
      if (el.hidden || now === shown) return;
      shown = now;
      text.value = own;
      box.value = values["surface.domain"].join(", ");
      read.replaceChildren();
      check(own, box.value).then(({ mathml }) => {
        if (now === shown && mathml) read.innerHTML = `<math><mi>f</mi><mo>=</mo>${mathml}</math>`; // of the server's making: no text of the reader's
      });
      complaint.textContent = "";
      blame(null);
    },
  };
}
