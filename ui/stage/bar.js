/** The bar over the pictures: which surface, its own numbers, where to start, and how to look at it. */

import { choice, h } from "./dom.js";
import { show as spell } from "./scene.js";
import { createSlider } from "./slider.js";

/**
 * @param {HTMLElement} box @param {object} catalogue
 * @param {{change: (key: string, value: *, done: boolean) => void, grab: (key: string) => void, open: (surface: string) => void,
 *   reset: () => void, publish: () => string}} act what the reader can do here; publish gives the link to the scene
 */
export function createBar(box, catalogue, { change, grab, open, reset, publish }) {
  const surface = choice("surface", catalogue.surfaces, open);
  const numbers = h("div", { className: "numbers" });
  let sliders = new Map();
  let shown = null;

  const fields = ["x", "y"].map((axis, i) =>
    h("input", { type: "text", className: "number", inputMode: "decimal", "aria-label": `start ${axis}`, autocomplete: "off", onchange: () => typed(i) }));
  const complaint = h("span", { className: "complaint", role: "alert" });
  let start = [0, 0];
  function typed(i) {
    const value = Number(fields[i].value.trim().replace(",", "."));
    const [low, high] = catalogue.surfaces.find((s) => s.id === shown).domain[i];
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
    h("h1", {}, "Descent Lab"), surface.el, numbers,
    h("div", { className: "start", role: "group", "aria-label": "start" }, h("span", {}, "start"), ...fields, complaint),
    h("div", { className: "spacer" }),
    h("div", { className: "toggle", role: "group", "aria-label": "view" }, ...views),
    h("button", { type: "button", title: "every setting back to where this surface opens", onclick: reset }, "Reset"), link,
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
      for (const [key, slider] of sliders) slider.set(values[key], defaults[key]);
      start = values.start;
      fields.forEach((field, i) => {
        if (document.activeElement === field && field.hasAttribute("aria-invalid")) return;
        field.value = spell(start[i]);
        field.removeAttribute("aria-invalid");
      });
      for (const view of views) view.setAttribute("aria-pressed", String(view.dataset.view === values.view));
    },
  };
}
