/** What a projector shows over the pictures: the surface, every setting that is in play, and one slider to drag. */

/** @import { Catalogue, Hyper, PanelView, Values } from "../types" */
/** @import { Act } from "./slider.js" */

import { defaultOf, optimizerOf, rateOf } from "../state/entries.js";
import { formatValue } from "../state/format.js";
import { slidersIn } from "../state/hyper.js";
import { hasComma } from "../state/numerals.js";
import { t, tc } from "../state/words.js";
import { h, write } from "./dom.js";
import { createSlider } from "./slider.js";

const USUAL = "rate"; // the slider that is shown where none was chosen

/**
 * @param {HTMLElement} box
 * @param {Catalogue} catalogue
 * @param {Act} act
 * @param {() => boolean} isProjector
 */
export function createHeadline(box, catalogue, act, isProjector) {
  const surface = h("h2");
  const settings = h("span", { className: "settings" });
  const place = h("div", { className: "hot" });
  box.append(surface, settings, place);
  let key = USUAL; // of the slider
  /** @type {{key: string, slider: ReturnType<typeof createSlider>} | null} */
  let made = null;

  /** The sliders of the surface. @param {Values} values */
  const ownSliders = (values) =>
    slidersIn(catalogue.surfaces.find(({ id }) => id === values.surface)?.sliders ?? [], values);

  /** @param {string} wanted @param {Values} values @returns {Hyper | undefined} */
  function hyperOf(wanted, values) {
    const owner = wanted.slice(0, Math.max(0, wanted.lastIndexOf(".")));
    const named = (/** @type {Hyper[]} */ sliders) => sliders.find(({ id }) => wanted === `${owner}.${id}`);
    if (!owner) return Object.values(catalogue.settings).find((hyper) => hyper.key === wanted);
    if (owner === "surface") return named(ownSliders(values));
    if (owner === "schedule") return named(catalogue.schedules.find(({ id }) => id === values.schedule)?.sliders ?? []);
    if (!values.on.includes(owner)) return undefined;
    return named(catalogue.optimizers.find(({ id }) => id === optimizerOf(owner))?.sliders ?? []);
  }

  /** @type {PanelView} */
  const view = {
    key: "hot",
    read: () => (key === USUAL || !isProjector() ? "" : key),
    write(words) {
      key = words || USUAL;
    },
  };
  return {
    view,
    /** The slider of a setting is the one that a projector shows. @param {string} chosen */
    choose(chosen) {
      key = chosen;
    },
    /** @param {Values} values @param {Values} defaults @param {Map<string, string>} names of the entries */
    show(values, defaults, names) {
      if (!isProjector()) {
        place.replaceChildren(); // a setting has one slider on the page
        made = null;
        return;
      }
      const own = catalogue.surfaces.find(({ id }) => id === values.surface);
      write(surface, t(own?.name));
      const schedule = catalogue.schedules.find(({ id }) => id === values.schedule);
      const said = (/** @type {Hyper[]} */ sliders) =>
        sliders.map(({ key: own, name }) => `${t(name)} ${formatValue(values[own])}`);
      const rates = [...names].map(([entry, name]) => {
        const rate = formatValue(rateOf(values, entry));
        return name.endsWith(rate) ? name : `${name} ${rate}`;
      });
      const parts = [
        ...said(ownSliders(values)),
        ...(schedule?.sliders.length
          ? [t("{schedule} decay", { schedule: tc("schedule", schedule.name) }), ...said(schedule.sliders)]
          : []),
        ...(values.rate === 1 ? [] : [t("all rates × {n}", { n: formatValue(values.rate) })]),
        ...(values.noise > 0 ? [t("noise {n}", { n: formatValue(values.noise) })] : []),
        t("learning rates: {rates}", { rates: rates.join(hasComma() ? "; " : ", ") }),
      ];
      write(settings, parts.join(" · "));

      const hyper = hyperOf(key, values);
      const shown = hyper ? key : USUAL;
      if (made?.key !== shown) {
        const entry = shown.slice(0, Math.max(0, shown.lastIndexOf(".")));
        const owner = names.get(entry) ?? "";
        const one = hyper ?? catalogue.settings.rate;
        made = {
          key: shown,
          slider: createSlider(
            { ...one, key: shown, name: owner ? t("{owner} {setting}", { owner, setting: t(one.name) }) : one.name },
            act,
          ),
        };
        place.replaceChildren(made.slider.el);
      }
      made.slider.set(values[shown], defaultOf(defaults, shown));
    },
  };
}
