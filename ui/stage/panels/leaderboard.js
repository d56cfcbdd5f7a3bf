/** The leaderboard: a table of where every run stands at the playhead, the best first. It is the legend in numbers. */

/** @import { Look, PanelKind, Picture, Run } from "../types" */

import { choice, choose, h, write } from "../controls/dom.js";
import { createSample, showSample } from "../controls/sample.js";
import { patienceOf, stoppingInWords } from "../data/early_stop.js";
import { firstWithin, lossOf, outcomeOf } from "../data/outcome.js";
import { distanceToNearest } from "../data/quantities.js";
import { optimizerOf } from "../state/entries.js";
import { formatMeasured, formatValue } from "../state/format.js";
import { msg, t } from "../state/words.js";

const TOLERANCES = [1, 1e-2, 1e-4, 1e-8];
const HEADS = [
  ["", ""],
  [msg("loss"), msg("loss at the playhead")],
  [msg("distance"), msg("to the nearest minimum")],
  [msg("gradient"), msg("length of the gradient that the optimizer saw")],
  [msg("reached"), msg("first step within the tolerance of the lowest minimum")],
  [msg("cost"), msg("gradients (and Hessians) evaluated so far")],
];

/** @type {PanelKind} */
export const leaderboard = {
  id: "leaderboard",
  label: msg("Leaderboard"),
  slot: "rail",
  projected: true,
  applies: () => true,

  create(box, { catalogue: { optimizers } }) {
    let tolerance = 1e-2;
    /** @type {Picture | null} */
    let picture = null;
    let drawnAt = 0;
    const options = TOLERANCES.map((value) => ({ id: String(value), name: formatValue(value) }));
    const within = choice(t("within"), options, (value) => {
      tolerance = Number(value);
      draw(drawnAt);
    });
    choose(within.select, String(tolerance));
    within.el.title = t("a run has reached the minimum once its loss is within this tolerance of the lowest minimum");
    const body = h("tbody");
    const heads = HEADS.map(([name, title]) => h("th", { scope: "col", title: t(title) }, t(name)));
    const remark = h("p", { className: "remark" });
    const endless = t("This surface has no minimum: there is no distance to one, and no tolerance to reach.");
    const stops = h("ul", {
      className: "stops",
      "aria-label": t("What early stopping does to every run"),
      hidden: true,
    });
    const caption = h("caption", {}, t("Where the optimizers stand at the playhead"));
    box.append(
      h("table", { className: "board" }, caption, h("thead", {}, h("tr", {}, ...heads)), body),
      within.el,
      remark,
      stops,
    );
    /** @typedef {{el: HTMLElement, cells: HTMLElement[], sample: HTMLElement, name: HTMLElement, status: HTMLElement, stop: HTMLElement, look: Look | null}} Row */
    /** @type {Map<string, Row>} by entry */
    const rows = new Map();
    /** @param {Run} run @returns {Row} */
    function rowOf({ id }) {
      const known = rows.get(id);
      if (known) return known;
      const cells = HEADS.slice(1).map(() => h("td"));
      const [sample, name] = [createSample(), h("span", { className: "name" })];
      const status = h("span", { className: "status" });
      const el = h("tr", { "data-optimizer": id }, h("th", { scope: "row" }, sample, name, status), ...cells);
      const stop = h("li", { "data-optimizer": id });
      const row = { el, cells, sample, name, status, stop, look: null };
      rows.set(id, row);
      return row;
    }
    const spends = new Map(optimizers.map((optimizer) => [optimizer.id, optimizer.spends]));

    /** @param {Picture} next */
    function show(next) {
      picture = next;
      const tells = !!next.terrain.data;
      if (stops.hidden === tells) stops.hidden = !tells;
      for (const run of next.runs) {
        const row = rowOf(run);
        write(row.name, next.nameOf(run));
        if (tells) write(row.stop, stoppingInWords(next.nameOf(run), run, patienceOf(next.display)));
        const look = next.lookOf(run);
        if (look === row.look) continue;
        row.look = look;
        row.el.style.setProperty("--colour", look.color);
        showSample(row.sample, look);
      }
    }

    /** @param {number} t */
    function draw(t) {
      drawnAt = t;
      if (!picture) return;
      const { runs, terrain } = picture;
      const step = Math.floor(t);
      const bounded = terrain.minima.length > 0;
      const order = [...runs].sort((a, b) => rank(a, step) - rank(b, step)).map(rowOf);
      if (order.length !== body.children.length || order.some(({ el }, i) => el !== body.children[i])) {
        body.replaceChildren(...order.map(({ el }) => el));
        stops.replaceChildren(...order.map(({ stop }) => stop));
      }
      for (const run of runs) {
        const { cells, status } = rowOf(run);
        const { gradients, hessians } = spends.get(optimizerOf(run.id)) ?? { gradients: 0, hessians: 0 };
        const gone = run.diverged !== null && step >= run.diverged;
        const spent = gone ? (run.diverged ?? step) : step;
        const reached = bounded ? firstWithin(run, tolerance) : null;
        const [x, y] = [run.position[2 * step], run.position[2 * step + 1]];
        const slope = run.gradient ? Math.hypot(run.gradient[2 * step], run.gradient[2 * step + 1]) : Number.NaN;
        const digits = run.approximate ? 2 : 3;
        const curvature = hessians ? ` +\u00a0${spent * hessians}\u00a0H` : ""; // it may break before the plus
        const numbers = [
          gone ? "" : formatMeasured(lossOf(run, step, terrain), digits),
          gone || !bounded ? "" : formatMeasured(distanceToNearest(x, y, terrain.minima), digits),
          gone ? "" : formatMeasured(slope, digits),
          reached === null || reached > step ? "" : String(reached),
          spent * gradients + curvature,
        ];
        for (const [i, cell] of cells.entries()) write(cell, numbers[i] || "–");
        write(status, outcomeOf(run, step, terrain));
      }
      write(remark, bounded ? "" : endless);
    }

    return { show, draw };
  },
};

/** The order of the board: the lower loss first, what diverged last. @param {Run} run @param {number} step */
const rank = (run, step) => (Number.isFinite(run.gap[step]) ? run.gap[step] : Number.POSITIVE_INFINITY);
