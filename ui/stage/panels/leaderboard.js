/** The leaderboard: a table of where every run stands at the playhead, the best first. It is the legend in numbers. */

import { choice, h, write } from "./dom.js";
import { nearest } from "./quantity.js";
import { measure, show } from "./scene.js";

const TOLERANCES = [1, 1e-2, 1e-4, 1e-8];
const STILL = 1e-9; // of the domain: shorter steps are no steps

/** What became of a run by a step, in words; empty while it just runs. */
export function fate(run, step, { domain, saddles, minima }) {
  const [x, y] = [run.position[2 * step], run.position[2 * step + 1]];
  if (run.diverged !== null && step >= run.diverged) return Number.isFinite(x + y) && Number.isNaN(run.gap[step]) ? `f undefined since step ${run.diverged}` : `diverged at step ${run.diverged}`;
  if (run.left !== null && step >= run.left && run.outside(step)) return `left the picture at step ${run.left}`;
  if (Number.isNaN(run.gap[step])) return "f undefined here";
  const span = Math.hypot(domain[0][1] - domain[0][0], domain[1][1] - domain[1][0]);
  const before = Math.max(0, step - 1);
  const moved = Math.hypot(x - run.position[2 * before], y - run.position[2 * before + 1]);
  const near = (places) => places.length > 0 && nearest(x, y, places) < 1e-4 * span;
  if (near(saddles) && !near(minima) && step > 0 && moved < 1e-4 * span) return moved < STILL * span ? "stands at a saddle" : "at a saddle";
  return "";
}

/** The first step at which a run's loss is within a tolerance of the lowest minimum; null if it never is. */
export function reaches(run, tolerance) {
  const step = run.gap.findIndex((gap) => gap <= tolerance);
  return step < 0 ? null : step;
}

/**
 * @param {HTMLElement} box @param {object[]} optimizers of the catalogue
 * @returns {{el: HTMLElement, tick: (runs: object[], terrain: object, t: number) => void}}
 */
export function createBoard(box, optimizers) {
  let tolerance = 1e-2;
  let last = null;
  const spends = new Map(optimizers.map(({ id, spends }) => [id, spends]));
  const within = choice("within", TOLERANCES.map((v) => ({ id: v, name: show(v) })), (v) => {
    tolerance = Number(v);
    if (last) tick(...last);
  });
  within.select.value = tolerance;
  within.el.title = "how near to the lowest minimum the loss must come to count as there";
  const heads = [["", ""], ["loss", "loss at the playhead"], ["distance", "to the nearest minimum"], ["gradient", "length of the gradient that the optimizer saw"],
    ["reached", "first step within the tolerance of the lowest minimum"], ["cost", "gradients (and Hessians) evaluated so far"]];
  const body = h("tbody");
  const table = h("table", { className: "board" },
    h("caption", {}, "Where the optimizers stand at the playhead"),
    h("thead", {}, h("tr", {}, ...heads.map(([name, title]) => h("th", { scope: "col", title }, name)))), body);
  const remark = h("p", { className: "remark" });
  box.append(table, within.el, remark);
  const rows = new Map(optimizers.map(({ id, name }) => {
    const cells = Array.from({ length: 5 }, () => h("td"));
    const sample = h("span", { className: "sample", "aria-hidden": "true" });
    const status = h("span", { className: "status" });
    const el = h("tr", { "data-optimizer": id }, h("th", { scope: "row" }, sample, h("span", { className: "name" }, name), status), ...cells);
    return [id, { el, cells, sample, status }];
  }));

  function tick(runs, terrain, t) {
    last = [runs, terrain, t];
    const step = Math.floor(t);
    const bounded = terrain.minima.length > 0;
    const order = [...runs].sort((a, b) => rank(a, step) - rank(b, step));
    const shown = order.map((run) => rows.get(run.id).el);
    if (shown.length !== body.children.length || shown.some((el, i) => el !== body.children[i])) body.replaceChildren(...shown);
    for (const run of runs) {
      const { cells, status } = rows.get(run.id);
      const gone = run.diverged !== null && step >= run.diverged;
      const { gradients, hessians } = spends.get(run.id);
      const spent = gone ? run.diverged : step;
      const there = bounded ? reaches(run, tolerance) : null;
      const [x, y] = [run.position[2 * step], run.position[2 * step + 1]];
      const size = run.gradient ? Math.hypot(run.gradient[2 * step], run.gradient[2 * step + 1]) : NaN;
      const digits = run.moves ? 2 : 3;
      const numbers = [
        gone ? "" : measure(run.gap[step] + terrain.floor, digits),
        gone || !bounded ? "" : measure(nearest(x, y, terrain.minima), digits),
        gone ? "" : measure(size, digits),
        there === null ? "" : there > step ? "" : String(there),
        spent * gradients + (hessians ? ` +\u00a0${spent * hessians}\u00a0H` : ""), // broken, if at all, before the plus
      ];
      cells.forEach((cell, i) => write(cell, numbers[i] || "–"));
      write(status, fate(run, step, terrain));
    }
    write(remark, bounded ? "" : "This surface has no minimum: nothing can be near one.");
  }
  return { rows, tick };
}

/** The order of the board: the lower loss first, what diverged last. */
const rank = (run, step) => (Number.isFinite(run.gap[step]) ? run.gap[step] : Infinity);
