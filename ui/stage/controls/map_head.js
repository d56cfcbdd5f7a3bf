/** The controls over a map: what lies across and up, what the colors say, and how far it is computed. */

/** @import { MapAxis } from "../data/map_axes.js" */

import { COLORINGS } from "../data/map_colors.js";
import { formatPower } from "../state/format.js";
import { t, tn } from "../state/words.js";
import { choice, choose, h, write } from "./dom.js";

export const GOALS = ["1", "0.01", "0.0001", "1e-08"]; // above the lowest minimum, as the server spells them

/**
 * What is shown of a map, as the link spells it.
 * @typedef {{x: string, y: string, coloring: string, goal: string}} MapView
 */

/**
 * @param {HTMLElement} box
 * @param {{choose: (change: Partial<MapView>) => void, stop: () => void, go: () => void}} act
 */
export function createMapHead(box, act) {
  const across = choice("→", [], (x) => act.choose({ x }));
  const up = choice("↑", [], (y) => act.choose({ y }));
  const coloring = choice("", COLORINGS, (id) => act.choose({ coloring: id }));
  const goals = GOALS.map((id) => ({ id, name: t("goal {value}", { value: formatPower(Number(id)) }) }));
  const goal = choice("", goals, (id) => act.choose({ goal: id }));
  const names = { [t("across")]: across, [t("up")]: up, [t("colors")]: coloring, [t("goal")]: goal };
  for (const [name, { select }] of Object.entries(names)) select.setAttribute("aria-label", name);
  goal.el.title = t("how near to the lowest minimum the loss shall come");
  const done = h("span", { className: "done", role: "status" });
  const button = h("button", { type: "button" }, t("Stop"));
  let stopped = false;
  button.onclick = () => (stopped ? act.go() : act.stop());
  const progress = h("span", { className: "progress" }, done, button);
  box.append(h("div", { className: "head over-sheet" }, across.el, up.el, coloring.el, goal.el, progress));
  /** @type {MapAxis[]} */
  let offered = [];

  return {
    /** @param {MapAxis[]} axes @param {MapView} view */
    show(axes, view) {
      const same = axes.length === offered.length && axes.every(({ name }, k) => name === offered[k].name);
      offered = axes;
      if (!same) {
        for (const { select } of [across, up]) {
          select.replaceChildren(...axes.map(({ word, name }) => h("option", { value: word }, name)));
        }
      }
      choose(across.select, view.x);
      choose(up.select, view.y);
      choose(coloring.select, view.coloring);
      choose(goal.select, view.goal);
      goal.el.hidden = view.coloring !== "reached";
    },
    /**
     * @param {number} share of all cells that is known
     * @param {boolean} now whether it was stopped
     * @param {number} others that wait, too
     */
    progress(share, now, others) {
      stopped = now;
      progress.hidden = share === 1;
      const waiting = others && !stopped ? `, ${tn("{n} other waits", "{n} others wait", others)}` : "";
      write(done, t("{n} %", { n: Math.floor(100 * share) }) + waiting);
      write(button, stopped ? t("Refine") : t("Stop"));
    },
    /** @param {string} text */
    say: (text) => write(done, text),
  };
}
