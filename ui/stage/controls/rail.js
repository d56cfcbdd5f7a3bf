/** The rail beside the pictures: its first tab holds every setting, the others are panels of their own. */

/** @import { Catalogue, Hyper, Look, Named, Picture, Values } from "../types" */
/** @import { EntryAct } from "./rows.js" */
/** @import { Act } from "./slider.js" */

/** @typedef {((value: number) => string) | undefined} InWords */

import { t, tc } from "../state/words.js";
import { createCurve } from "./curve.js";
import { choice, choose, h, write } from "./dom.js";
import { createEarlyStop } from "./early_stop.js";
import { createRows } from "./rows.js";
import { createSlider } from "./slider.js";

/**
 * @param {HTMLElement} box
 * @param {Catalogue} catalogue
 * @param {{id: string, label: string, el: HTMLElement}[]} tabs the panels that stand in the rail
 * @param {Act & EntryAct} act
 */
export function createRail(box, catalogue, tabs, act) {
  const { change } = act;
  const { settings, schedules, noises } = catalogue;
  /** @type {Map<string, ReturnType<typeof createSlider>>} by URL key */
  const sliders = new Map();
  const slider = (/** @type {Hyper} */ hyper, owner = "", inWords = /** @type {InWords} */ (undefined)) => {
    const made = createSlider(hyper, act, owner, inWords);
    sliders.set(hyper.key, made);
    return made.el;
  };

  const pick = (/** @type {string} */ label, /** @type {Named[]} */ options, /** @type {string} */ key) =>
    choice(label, options, (id) => change(key, id, true));
  const decay = pick(
    t("decay"),
    schedules.map(({ id, name }) => ({ id, name: tc("schedule", name) })),
    "schedule",
  );
  const decayHypers = new Map(schedules.flatMap((schedule) => schedule.sliders).map((hyper) => [hyper.key, hyper]));
  const decaySliders = [...decayHypers.values()].map((hyper) => slider(hyper, t("decay")));
  const curve = createCurve();
  const noise = pick(t("kind of noise"), noises, "noise.model");
  const examples = settings.batch.high;
  const batch = slider(settings.batch, "", (size) =>
    size === examples
      ? t("all {examples} examples a step", { examples })
      : t("{size} of {examples} examples a step", { size, examples }),
  );
  const earlyStop = createEarlyStop(catalogue.patience, change);
  const seed = slider(settings.seed);
  const shared = h(
    "section",
    { className: "shared" },
    ...[slider(settings.rate), decay.el, ...decaySliders, curve.el, slider(settings.steps)],
    ...[slider(settings.noise), noise.el, batch, earlyStop.el, seed],
  );

  const rows = createRows(catalogue, act);

  const about = h("p", { className: "about" });
  const settingsTab = h("div", { className: "side" }, about, shared, ...rows.els);
  const [settingsName] = catalogue.display.rail;
  const sides = [{ id: settingsName.id, label: settingsName.name, el: settingsTab }, ...tabs];
  const buttons = sides.map(({ id, label }) =>
    h("button", { type: "button", "data-rail": id, onclick: () => change("rail", id, true) }, t(label)),
  );
  box.append(
    h("div", { className: "toggle", role: "group", "aria-label": t("side panel") }, ...buttons),
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

  return {
    pick: rows.pick,
    /** Offer those tabs alone whose panels have something to say. @param {Set<string>} ids */
    offer(ids) {
      offered = ids;
      showTab();
    },
    /**
     * Show a scene's settings.
     * @param {Values} values
     * @param {Values} defaults
     * @param {(entry: {id: string}) => Look} lookOf
     * @param {Map<string, string>} names of the entries
     */
    show(values, defaults, lookOf, names) {
      for (const [key, made] of sliders) made.set(values[key], defaults[key]);
      wanted = values.rail;
      showTab();
      choose(decay.select, values.schedule);
      choose(noise.select, values["noise.model"]);
      noise.el.hidden = values.noise === 0;
      const surface = catalogue.surfaces.find(({ id }) => id === values.surface);
      write(about, t(surface?.about));
      batch.hidden = earlyStop.el.hidden = !surface?.data;
      earlyStop.show(values, defaults);
      const random = values.noise > 0 || (surface?.data && values.batch < examples);
      seed.hidden = !random; // it has no effect
      const used = schedules.find(({ id }) => id === values.schedule)?.sliders.map(({ key }) => key) ?? [];
      for (const el of decaySliders) el.hidden = !used.includes(el.dataset.key ?? "");
      rows.show(values, defaults, lookOf, names);
    },
    /** Show the numbers of the runs at the fractional step t. @param {Picture} picture @param {number} t */
    draw(picture, t) {
      curve.show(picture.runs, picture.lookOf, t, picture.steps);
      if (!settingsTab.hidden) rows.draw(picture, t);
    },
  };
}
