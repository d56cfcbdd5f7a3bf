/** The learning rate over the run as a share of its largest, with the playhead on it. */

/** @import { Look, Run } from "../types" */

import { t } from "../state/words.js";
import { h } from "./dom.js";

const [WIDTH, HEIGHT] = [100, 20];
const POINTS = 200; // of a line at most
const SAME = 1e-6; // shares closer than this are one line

/** The rate of each step as a share of the largest; the last row belongs to no step. @param {Float32Array} lr */
function sharesOf(lr) {
  const rates = lr.subarray(0, Math.max(1, lr.length - 1));
  const high = rates.reduce((a, b) => Math.max(a, b), 0) || 1;
  return rates.map((rate) => rate / high);
}

/** @param {Float32Array} shares */
function pathOf(shares) {
  const n = Math.max(1, shares.length - 1);
  const points = [];
  for (let i = 0; i <= n; i += Math.ceil(n / POINTS)) {
    points.push(`${((WIDTH * i) / n).toFixed(2)},${(HEIGHT * (1 - shares[i])).toFixed(2)}`);
  }
  return `M${points.join("L")}`;
}

/** One line where the runs agree; where the schedule depends on the run, one for each in its colour. */
export function createCurve() {
  const el = h("div", { className: "curve", role: "img", "aria-label": t("the learning rate at every step") });
  el.innerHTML = `<svg viewBox="0 -1 ${WIDTH} ${HEIGHT + 2}" preserveAspectRatio="none"><g/><line y1="-1" y2="${HEIGHT + 1}"/></svg>`;
  const [lines, playhead] = /** @type {NodeListOf<SVGElement>} */ (el.querySelectorAll("g, line"));
  /** @type {unknown[]} */
  let drawn = [];

  return {
    el,
    /** @param {Run[]} runs @param {(run: Run) => Look} lookOf @param {number} t @param {number} steps */
    show(runs, lookOf, t, steps) {
      if (!runs.length) el.hidden = true;
      const now = runs.flatMap((run) => [run.lr, lookOf(run).color]);
      const rates = runs.flatMap(({ lr }) => (lr ? [lr] : []));
      // The rates of what a hand drags are not known: the lines stay as they are meanwhile.
      const known = runs.length > 0 && rates.length === runs.length;
      if (known && (now.length !== drawn.length || now.some((part, k) => part !== drawn[k]))) {
        drawn = now;
        const shares = rates.map(sharesOf);
        const alike = shares.every((own) => own.every((share, i) => Math.abs(share - shares[0][i]) < SAME));
        el.hidden = alike && shares[0].every((share) => share === shares[0][0]);
        lines.innerHTML = (alike ? shares.slice(0, 1) : shares).map((own) => `<path d="${pathOf(own)}"/>`).join("");
        if (!alike) {
          for (const [k, run] of runs.entries()) {
            /** @type {SVGElement} */ (lines.children[k]).style.stroke = lookOf(run).color;
          }
        }
      }
      const x = String((WIDTH * t) / steps);
      playhead.setAttribute("x1", x);
      playhead.setAttribute("x2", x);
    },
  };
}
