/** Pointing at a run, in a panel or at its name: it lights up everywhere, and a note says what stands there. */

/** @import { Found, Panel, Picture } from "../types" */
/** @import { Spotlight } from "../state/spotlight.js" */

import { h } from "../controls/dom.js";
import { STRAY } from "../controls/gestures.js";
import { lossOf } from "../data/outcome.js";
import { isVeiled } from "../paint/paths.js";
import { formatMeasured } from "../state/format.js";
import { t } from "../state/words.js";
import { equationAt } from "./step.js";

const APART = 14; // pixels from the pointer to the note

/**
 * @param {HTMLElement} root the stage
 * @param {{panel: Panel, box: HTMLElement}[]} panels
 * @param {Spotlight} spotlight
 * @param {() => Picture | null} picture
 */
export function createPointing(root, panels, spotlight, picture) {
  const tip = h("div", { className: "tip", hidden: true, "aria-hidden": "true" });
  root.append(tip);
  const stop = new AbortController();
  const { signal } = stop;

  function off() {
    tip.hidden = true;
    spotlight.point(null);
    spotlight.pointAtTerm(null);
  }
  /** @param {Found} found @param {PointerEvent} event */
  function show(found, event) {
    const shown = picture();
    const run = shown?.runs.find(({ id }) => id === found.entry);
    if (!shown || !run) return off();
    spotlight.pointAtTerm(found.term ?? null);
    spotlight.point(found.term ? null : found.entry);
    const step = Math.min(Math.round(found.step), run.gap.length - 1);
    const [x, y] = [0, 1].map((side) => formatMeasured(run.position[2 * step + side]));
    const loss = formatMeasured(lossOf(run, step, shown.terrain), run.approximate ? 2 : 3);
    const where = t("loss {loss} at ({x}, {y})", { loss, x, y });
    const name = h("b", {}, shown.nameOf(run));
    const inside = shown.inside?.inside;
    if (found.term && inside) tip.replaceChildren(name, " ", equationAt(inside, found.term, step));
    else tip.replaceChildren(name, " ", t("step {n}", { n: step }), h("br"), where);
    tip.hidden = false;
    const { left, top, width } = root.getBoundingClientRect();
    const [px, py] = [event.clientX - left, event.clientY - top];
    tip.style.left = `${px + APART + tip.offsetWidth > width ? px - APART - tip.offsetWidth : px + APART}px`;
    tip.style.top = `${Math.max(0, py - APART - tip.offsetHeight)}px`;
  }

  for (const { panel, box } of panels) {
    const { find } = panel;
    if (!find) continue;
    /** @param {PointerEvent} event */
    const at = (event) => {
      const { left, top } = box.getBoundingClientRect();
      return isVeiled() ? null : find(event.clientX - left, event.clientY - top); // what is still to come is not told
    };
    box.addEventListener(
      "pointermove",
      (event) => {
        if (event.buttons || event.pointerType === "touch") return tip.hidden || off();
        const found = at(event);
        if (found) show(found, event);
        else off();
      },
      { signal },
    );
    box.addEventListener("pointerleave", (event) => event.pointerType !== "touch" && off(), { signal });
    // A finger cannot hover: a tap on a run points at it.
    let from = [0, 0];
    box.addEventListener(
      "pointerdown",
      (event) => {
        from = [event.clientX, event.clientY];
        off();
      },
      { signal },
    );
    box.addEventListener(
      "pointerup",
      (event) => {
        if (event.pointerType !== "touch" || Math.hypot(event.clientX - from[0], event.clientY - from[1]) > STRAY)
          return;
        const found = at(event);
        if (found) show(found, event);
      },
      { signal },
    );
  }

  const entryAt = (/** @type {Event} */ { target }) =>
    (target instanceof Element &&
      /** @type {HTMLElement | null} */ (target.closest("[data-optimizer]"))?.dataset.optimizer) ||
    null;
  /** Whether it is about a name, not about a slider of its row. @param {Event} event */
  const isLegend = ({ target }) => target instanceof Element && !!target.closest(".name, .sample, .board tr");
  root.addEventListener(
    "pointerover",
    (event) => {
      if (event.pointerType === "touch" || event.buttons) return;
      const entry = isLegend(event) && entryAt(event);
      if (entry && picture()?.runs.some(({ id }) => id === entry)) spotlight.point(entry);
    },
    { signal },
  );
  root.addEventListener(
    "pointerout",
    (event) => {
      if (event.pointerType !== "touch" && isLegend(event)) spotlight.point(null);
    },
    { signal },
  );

  root.addEventListener(
    "click",
    (event) => {
      const entry = event.target instanceof Element && event.target.closest(".name") && entryAt(event);
      if (entry && picture()) spotlight.toggle(entry);
    },
    { signal },
  );

  // A key may change what stands below the pointer, and Escape puts the note away.
  document.addEventListener("keydown", () => tip.hidden || off(), { signal });

  return {
    /** Other paths are there: what the note says is over. */
    clear: () => tip.hidden || off(),
    destroy: () => stop.abort(),
  };
}
