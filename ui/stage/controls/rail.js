/** The rail beside the pictures: its first tab holds every setting, the others are panels of their own. */

/** @import { Catalogue, Hyper, Look, Named, Picture, Values } from "../types" */
/** @import { Act } from "./slider.js" */

import { createCurve } from "./curve.js";
import { choice, h } from "./dom.js";
import { createOptimizerRow } from "./optimizer_row.js";
import { createSlider } from "./slider.js";

/**
 * @param {HTMLElement} box
 * @param {Catalogue} catalogue
 * @param {{id: string, label: string, el: HTMLElement}[]} tabs the panels that stand in the rail
 * @param {Act} act
 */
export function createRail(box, catalogue, tabs, act) {
  const { change } = act;
  const { settings, schedules, noises, optimizers } = catalogue;
  /** @type {Map<string, ReturnType<typeof createSlider>>} by URL key */
  const sliders = new Map();
  const slider = (/** @type {Hyper} */ hyper, owner = "") => {
    const made = createSlider(hyper, act, owner);
    sliders.set(hyper.key, made);
    return made.el;
  };

  const pick = (/** @type {string} */ label, /** @type {Named[]} */ options, /** @type {string} */ key) =>
    choice(label, options, (id) => change(key, id, true));
  const decay = pick(
    "decay",
    schedules.map(({ id, name }) => ({ id, name })),
    "schedule",
  );
  const decayHypers = new Map(schedules.flatMap((schedule) => schedule.sliders).map((hyper) => [hyper.key, hyper]));
  const decaySliders = [...decayHypers.values()].map((hyper) => slider(hyper, "decay"));
  const curve = createCurve();
  const noise = pick("kind of noise", noises, "noise.model");
  const batch = slider(settings.batch);
  const shared = h(
    "section",
    { className: "shared" },
    ...[slider(settings.rate), decay.el, ...decaySliders, curve.el, slider(settings.steps)],
    ...[slider(settings.noise), noise.el, batch, slider(settings.seed)],
  );

  const rows = optimizers.map((optimizer) => {
    const own = optimizer.sliders.map((hyper) => slider(hyper, optimizer.name));
    return createOptimizerRow(optimizer, own, () =>
      change(
        "on",
        rows.filter(({ tick }) => tick.checked).map(({ id }) => id),
        true,
      ),
    );
  });
  // The basic optimizers are in sight; each family of the others opens at a click on its name.
  const families = [...new Set(rows.map(({ family }) => family))].map((family) => {
    const own = rows.filter((row) => row.family === family);
    const count = h("span", { className: "count-on" });
    const el = family ? h("details", { className: "family" }, h("summary", {}, family, " ", count)) : h("div");
    el.append(...own.map((row) => row.el));
    return { el, own, count };
  });
  const [basic, ...others] = families.map(({ el }) => el);

  const settingsTab = h(
    "div",
    { className: "side" },
    shared,
    basic,
    h("div", { className: "families" }, "more", ...others),
  );
  const [settingsName] = catalogue.display.rail;
  const sides = [{ id: settingsName.id, label: settingsName.name, el: settingsTab }, ...tabs];
  const buttons = sides.map(({ id, label }) =>
    h("button", { type: "button", "data-rail": id, onclick: () => change("rail", id, true) }, label),
  );
  box.append(
    h("div", { className: "toggle", role: "group", "aria-label": "side panel" }, ...buttons),
    ...sides.map(({ el }) => el),
  );

  let wanted = settingsName.id; // the tab that the scene names
  /** @type {Set<string>} the tabs that have something to say about the picture */
  let offered = new Set(sides.map(({ id }) => id));
  function showTab() {
    const has = (/** @type {string} */ id) => id === settingsName.id || offered.has(id);
    const tab = sides.some(({ id }) => id === wanted) && has(wanted) ? wanted : settingsName.id; // a link may name any
    for (const [k, { id, el }] of sides.entries()) {
      buttons[k].hidden = !has(id);
      el.hidden = id !== tab;
      buttons[k].setAttribute("aria-pressed", String(!el.hidden));
    }
  }

  /** @type {string | null} which optimizers were on when the families were last opened; null before the first scene */
  let lastOn = null;
  let lastLooks = "";

  return {
    /** Switch the k-th of the basic optimizers on or off. @param {number} k */
    pick: (k) => rows.filter(({ family }) => !family)[k]?.tick.click(),
    /** Offer those tabs alone whose panels have something to say. @param {Set<string>} ids */
    offer(ids) {
      offered = ids;
      showTab();
    },
    /**
     * Show a scene's settings.
     * @param {Values} values
     * @param {Values} defaults
     * @param {(optimizer: {id: string}) => Look} lookOf
     */
    show(values, defaults, lookOf) {
      for (const [key, made] of sliders) made.set(values[key], defaults[key]);
      wanted = values.rail;
      showTab();
      decay.select.value = values.schedule;
      noise.select.value = values["noise.model"];
      noise.el.hidden = values.noise === 0;
      batch.hidden = !catalogue.surfaces.find(({ id }) => id === values.surface)?.data;
      const used = schedules.find(({ id }) => id === values.schedule)?.sliders.map(({ key }) => key) ?? [];
      for (const el of decaySliders) el.hidden = !used.includes(el.dataset.key ?? "");
      for (const row of rows) {
        if (lastOn === null) row.openIfChanged(values, defaults); // a link changed them
        row.show(values);
      }
      if (lastOn !== String(values.on)) {
        lastOn = String(values.on);
        for (const { el, own, count } of families) {
          const on = own.filter(({ id }) => values.on.includes(id)).length;
          count.textContent = on ? `${on} of ${own.length}` : String(own.length);
          if (on && el instanceof HTMLDetailsElement) el.open = true;
        }
      }
      const looks = JSON.stringify(rows.map(lookOf));
      if (looks === lastLooks) return;
      lastLooks = looks;
      for (const row of rows) row.wear(lookOf(row));
    },
    /** Show the numbers of the runs at the fractional step t. @param {Picture} picture @param {number} t */
    draw({ runs, terrain, steps, lookOf }, t) {
      curve.show(runs, lookOf, t, steps);
      if (settingsTab.hidden) return;
      const byId = new Map(runs.map((run) => [run.id, run]));
      for (const row of rows) row.drawNumbers(byId.get(row.id), terrain, Math.floor(t));
    },
  };
}
