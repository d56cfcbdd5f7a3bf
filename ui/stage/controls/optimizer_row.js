/**
 * A row of the rail: the legend of an entry, its switch, its loss, its sliders, and buttons that enter its optimizer
 * again.
 */

/** @import { Look, OptimizerEntry, Run, Terrain, Values } from "../types" */

import { lossOf, outcomeOf } from "../data/outcome.js";
import { defaultOf, numberOf } from "../state/entries.js";
import { formatMeasured } from "../state/format.js";
import { t } from "../state/words.js";
import { h, write } from "./dom.js";
import { createSample, showSample } from "./sample.js";

/**
 * Whose settings they are, for those who do not see where they stand.
 * @param {OptimizerEntry} optimizer
 * @param {string} entry
 */
export const ownerName = ({ name }, entry) => (numberOf(entry) > 1 ? `${t(name)} (${numberOf(entry)})` : t(name));

/**
 * @typedef {object} RowAct
 * @property {() => void} toggle switch the optimizer on or off
 * @property {() => void} alone show it alone, or all again
 * @property {() => void} add enter it again
 * @property {() => void} sweep enter it again with a range of learning rates
 * @property {() => void} remove this further entry
 */

/**
 * @param {OptimizerEntry} optimizer
 * @param {string} entry
 * @param {HTMLElement[]} sliders the first stays in sight, and the main ones; a door opens the others
 * @param {RowAct} act
 */
export function createOptimizerRow(optimizer, entry, sliders, act) {
  const name = t(optimizer.name);
  const about = t(optimizer.about);
  const first = numberOf(entry) === 1;
  const whose = ownerName(optimizer, entry);
  const tick = h("input", { type: "checkbox", "aria-label": t("show {name}", { name }), onchange: act.toggle });
  const remove = button("×", t("remove {name}", { name: whose }), act.remove);
  const sample = createSample();
  const title = h("span", { className: "name", title: t("{about} (A click shows it alone.)", { about }) }, name);
  const rank = h("span", { className: "rank", title: t("its rank by the loss at the playhead") });
  const status = h("span", { className: "status" });
  const loss = h("span", { className: "loss", title: t("loss at the playhead: the value of f itself") });
  const only = button(t("only"), t("only {name}, or all again", { name: whose }), act.alone);
  const adds = h(
    "span",
    { className: "adds" },
    only,
    button("+", t("enter {name} again", { name: whose }), act.add),
    button(
      "+5",
      t("enter {name} five more times, from an eighth of its learning rate to eight times as much", { name: whose }),
      act.sweep,
    ),
  );
  const inSight = (/** @type {number} */ k) => k === 0 || optimizer.sliders[k].main;
  const behind = optimizer.sliders.filter((_, k) => !inSight(k));
  const more = h(
    "div",
    { className: "more", hidden: true },
    h("p", { className: "about" }, about),
    ...sliders.filter((_, k) => !inSight(k)),
  );
  const door = h("button", {
    type: "button",
    className: "door",
    "aria-expanded": "false",
    "aria-label": t("more settings of {name}", { name: whose }),
    title: behind.map((hyper) => t(hyper.name)).join(", "),
    textContent: "›",
  });
  door.onclick = () => {
    more.hidden = !more.hidden;
    door.setAttribute("aria-expanded", String(!more.hidden));
  };
  if (!behind.length) door.style.visibility = "hidden";
  const legend = first ? h("label", {}, tick, sample) : h("span", { className: "further" }, remove, sample);
  const label = h("span", { className: "who" }, legend, title, rank);
  const el = h(
    "section",
    { className: "row", "data-optimizer": entry },
    h("div", { className: "title" }, label, status, adds, loss, door),
    ...sliders.filter((_, k) => inSight(k)),
    more,
  );
  let worn = /** @type {Look | null} */ (null);

  return {
    entry,
    el,
    tick,
    family: optimizer.basic ? "" : optimizer.family,
    /** @param {Look} look */
    wear(look) {
      if (look === worn) return;
      worn = look;
      el.style.setProperty("--colour", look.color);
      showSample(sample, look);
    },
    /** @param {Values} values @param {string | undefined} named what tells it from the optimizer's other entries */
    show(values, named = name) {
      tick.checked = values.on.includes(entry);
      el.classList.toggle("off", first && !tick.checked);
      write(title, named);
    },
    /** Open the door where a setting behind it is not at its default. @param {Values} values @param {Values} defaults */
    openIfChanged(values, defaults) {
      const changed = behind.some(({ id }) => values[`${entry}.${id}`] !== defaultOf(defaults, `${entry}.${id}`));
      if (changed && more.hidden) door.click();
    },
    /**
     * @param {boolean} lit it is pointed at
     * @param {boolean} aside it is not seen: switched off, or others are shown alone
     * @param {boolean} alone it is shown alone
     */
    point(lit, aside, alone) {
      const pressed = String(alone);
      if (only.getAttribute("aria-pressed") !== pressed) only.setAttribute("aria-pressed", pressed);
      if (el.classList.contains("lit") !== lit) el.classList.toggle("lit", lit);
      if (el.classList.contains("aside") !== aside) el.classList.toggle("aside", aside);
    },
    /** @param {Run | undefined} run @param {Terrain} terrain @param {number} step @param {number | undefined} place */
    drawNumbers(run, terrain, step, place) {
      write(rank, place ? String(place) : "");
      const known = run && !(run.diverged !== null && step >= run.diverged);
      const said = run ? outcomeOf(run, step, terrain) : "";
      if (status.textContent !== said) status.title = said; // the words may be cut
      write(status, said);
      write(loss, known ? formatMeasured(lossOf(run, step, terrain), run.approximate ? 2 : 3) : "");
    },
  };
}

/** @param {string} text @param {string} title @param {() => void} onclick */
const button = (text, title, onclick) => h("button", { type: "button", title, "aria-label": title, onclick }, text);
