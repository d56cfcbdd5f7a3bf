/** A row of the rail: the legend of an optimizer, its switch, its loss, and a button that opens its other sliders. */

/** @import { Look, OptimizerEntry, Run, Terrain, Values } from "../types" */

import { outcomeOf } from "../data/outcome.js";
import { formatMeasured } from "../state/format.js";
import { h, write } from "./dom.js";
import { createSample, showSample } from "./sample.js";

/**
 * @param {OptimizerEntry} optimizer
 * @param {HTMLElement[]} sliders the first is always visible, the others are in the part that the door opens
 * @param {() => void} onSwitch
 */
export function createOptimizerRow(optimizer, [first, ...others], onSwitch) {
  const { id, name } = optimizer;
  const tick = h("input", { type: "checkbox", "aria-label": `show ${name}`, onchange: onSwitch });
  const sample = createSample();
  const status = h("span", { className: "status" });
  const loss = h("span", { className: "loss", title: "loss at the playhead" });
  const more = h("div", { className: "more", hidden: true }, ...others);
  const door = h("button", {
    type: "button",
    className: "door",
    "aria-expanded": "false",
    "aria-label": `more settings of ${name}`,
    title: optimizer.sliders
      .slice(1)
      .map((hyper) => hyper.name)
      .join(", "),
    textContent: "›",
  });
  door.onclick = () => {
    more.hidden = !more.hidden;
    door.setAttribute("aria-expanded", String(!more.hidden));
  };
  if (!others.length) door.style.visibility = "hidden";
  const label = h("label", {}, tick, sample, h("span", { className: "name" }, name));
  const title = h("div", { className: "title" }, label, status, loss, door);
  const el = h("section", { className: "row", "data-optimizer": id }, title, first, more);

  return {
    id,
    el,
    tick,
    family: optimizer.basic ? "" : optimizer.family,
    /** @param {Look} look */
    wear(look) {
      el.style.setProperty("--colour", look.color);
      showSample(sample, look);
    },
    /** @param {Values} values */
    show(values) {
      tick.checked = values.on.includes(id);
      el.classList.toggle("off", !tick.checked);
    },
    /** Open the door where a setting behind it is not at its default. @param {Values} values @param {Values} defaults */
    openIfChanged(values, defaults) {
      const changed = optimizer.sliders.slice(1).some(({ key }) => values[key] !== defaults[key]);
      if (changed && more.hidden) door.click();
    },
    /** @param {Run | undefined} run @param {Terrain} terrain @param {number} step */
    drawNumbers(run, terrain, step) {
      const known = run && !(run.diverged !== null && step >= run.diverged);
      write(status, run ? outcomeOf(run, step, terrain) : "");
      write(loss, known ? formatMeasured(run.gap[step] + terrain.floor, run.approximate ? 2 : 3) : "");
    },
  };
}
