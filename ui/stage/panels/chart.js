/** The chart: a quantity of every run against the step, with the playhead as a line that can be dragged. */

/** @import { Axis, Box, PanelKind, Picture, Quantity, Run } from "../types" */
/** @import { AxisSpec } from "../paint/axes.js" */
/** @import { Drawn } from "../paint/find.js" */
/** @import { Line } from "../paint/line.js" */

import { choice, choose, h, write } from "../controls/dom.js";
import { followPointers } from "../controls/gestures.js";
import { chosenOf, earlyStop, patienceOf, stoppingInWords } from "../data/early_stop.js";
import { seriesOf } from "../data/quantities.js";
import { axisOf, stepTicks } from "../data/scales.js";
import { drawAxes } from "../paint/axes.js";
import { drawEdges, renderBackdrop } from "../paint/backdrop.js";
import { nearestRun } from "../paint/find.js";
import { interpolate, makeLine } from "../paint/line.js";
import { drawMarker, drawPath, drawPaths, drawTail, isVeiled } from "../paint/paths.js";
import { cover, pixelRatio } from "../paint/pixels.js";
import { createSheet } from "../paint/sheet.js";
import { optimizerOf } from "../state/entries.js";
import { msg, t } from "../state/words.js";

const MARK = 7; // pixels from a marker's middle to its edge
const HESSIAN = 2; // gradients that a Hessian of two parameters counts as: one for each of its columns
const OF_STEP = ["step", "rates"]; // quantities whose first value is that of the first step
const BELOW = 9e3; // pixels below the upper edge, where a 0 is drawn on a logarithmic axis

/** @type {PanelKind} */
export const chart = {
  id: "chart",
  label: msg("a quantity of every optimizer at every step"),
  slot: "side",
  gestures: [[msg("Click the chart, drag across it"), msg("go to that step"), msg("Tap the chart, drag across it")]],
  applies: () => true,

  create(box, { catalogue, change, seek }) {
    const { quantities } = catalogue;
    const canvas = h("canvas");
    const sheet = createSheet(canvas);
    const what = choice("", quantities, (id) => change("chart", id, true));
    what.select.setAttribute("aria-label", t("what the chart shows"));
    const scale = choice("", catalogue.display.scale, (id) => change("scale", id, true));
    scale.select.setAttribute("aria-label", t("scale of the chart"));
    const remark = h("div", { className: "remark over-sheet" });
    const stopping = h("div", { className: "stopping over-sheet", hidden: true });
    const picks = h("div", { className: "picks over-sheet" }, what.el, scale.el);
    const head = h("div", { className: "head" }, remark, picks, stopping);
    box.append(canvas, head);

    /** @type {Picture} */
    let picture;
    /** @type {Axis} */
    let axis;
    let axisKey = ""; // the quantity and scale of the axis
    /** @type {object | null} */
    let layout = null;
    let size = [0, 0];
    let top = 0; // of the axes
    /** @type {Box} of the axes */
    let frame = [0, 0, 0, 0];
    /** @type {Uint32Array | null} */
    let backdrop = null;
    /** @type {unknown[]} what the backdrop was drawn from */
    let backdropKey = [];
    /** @type {Drawn[]} */
    let drawn = [];
    /** @type {ReturnType<typeof acrossOf>} */
    let across;
    const spends = new Map(catalogue.optimizers.map((optimizer) => [optimizer.id, optimizer.spends]));

    /** The axis across: steps, or what they cost; each run's cost of a step. @param {Picture} picture */
    function acrossOf({ runs, steps, display }) {
      if (!display.scale.endsWith("cost")) return { title: t("step"), end: steps, costOf: () => 1, least: 1 };
      const costOf = (/** @type {{id: string}} */ { id }) => {
        const { gradients, hessians } = spends.get(optimizerOf(id)) ?? { gradients: 1, hessians: 0 };
        return gradients + HESSIAN * hessians;
      };
      const costs = runs.length ? runs.map(costOf) : [1];
      const end = steps * Math.max(...costs);
      return { title: t("gradients evaluated"), end, costOf, least: Math.min(...costs) };
    }

    /** @param {Picture} next */
    function show(next) {
      picture = next;
      const { terrain, runs, held, display, theme, magnification: large } = picture;
      const relaid = layout !== picture.layout;
      if (relaid) {
        layout = picture.layout;
        size = cover(box, canvas);
      }
      const [width, height] = size;
      if (!(width > 0 && height > 0)) return;
      const margin = { left: 58 * large, right: 12 * large, bottom: 38 * large };
      const quantity = /** @type {Quantity} */ (quantities.find(({ id }) => id === display.chart));
      choose(what.select, quantity.id);
      choose(scale.select, display.scale);
      const said = terrain.data ? quantity.remark_on_data : quantity.remark;
      write(
        remark,
        [t(said), byCost(picture) ? t("a Hessian counts as two gradients") : ""].filter(Boolean).join("; "),
      );
      const tells = !!terrain.data && display.chart === "loss";
      if (stopping.hidden === tells) stopping.hidden = !tells;
      if (tells) write(stopping, told());
      if (stopping.title !== stopping.textContent) stopping.title = stopping.textContent ?? "";
      if (relaid) {
        head.style.left = `${margin.left}px`;
        const above = 8 + 28 * large; // the selects stand there
        top = tells ? Math.max(above, head.offsetHeight + 10) : above;
      }
      const wanted = [quantity.id, display.scale, terrain.surface].join();
      // While a hand drags, the axis stands still; it fits itself to the new paths when the hand lets go.
      if (!axis || !held || wanted !== axisKey)
        axis = axisOf(quantity.id, scaleOf(picture), runs, terrain, t(quantity.name));
      axisKey = wanted;

      across = acrossOf(picture);
      frame = [margin.left, top, width - margin.left - margin.right, height - top - margin.bottom];
      const key = [...frame, pixelRatio(), across.end, across.title, axis.title, ...axis.range, large, theme];
      if (backdrop && key.every((part, i) => part === backdropKey[i])) return;
      backdropKey = key;
      const ratio = pixelRatio();
      backdrop = renderBackdrop(width * ratio, height * ratio, ratio, theme.background, (context) => {
        const values = stepTicks(across.end);
        /** @type {AxisSpec} */
        const x = { title: across.title, range: [0, across.end], ticks: { values, labels: values.map(String) } };
        drawAxes(context, frame, { x, y: axis }, theme, 12 * large);
        drawEdges(box, context, theme);
      });
      box.dataset.axes = JSON.stringify([frame, [0, across.end], axis.range]);
    }

    /** What early stopping makes of the run that is pointed at, otherwise of the one that its validation loss chooses. */
    function told() {
      const { runs, display, lit, nameOf } = picture;
      const patience = patienceOf(display);
      const run = runs.find(({ id }) => id === lit) ?? chosenOf(runs, patience);
      return run ? stoppingInWords(nameOf(run), run, patience) : "";
    }

    /** @param {number} t @param {boolean} [playing] */
    function draw(t, playing = false) {
      const [left, top, width, height] = frame;
      const { runs, theme, terrain, display, lookOf, magnification: unit } = picture;
      if (!backdrop || width <= 0 || height <= 0) return;
      const ground = backdrop;
      const [low, high] = axis.range;
      const at = (/** @type {number} */ x) => (x / across.end) * width;
      const py = (/** @type {number} */ level) => ((high - level) / (high - low)) * height;
      const curves = runs.flatMap((run) => {
        const px = (/** @type {number} */ step) => at(step * across.costOf(run));
        return seriesOf(run, display.chart, terrain).map((series, k) => {
          const level = (/** @type {number} */ i) => {
            const value = axis.to(series[i]);
            return value === Number.NEGATIVE_INFINITY ? BELOW : py(value);
          };
          const end = [px(t), interpolate(level, Math.min(t, series.length - 1))];
          const line = lineOf(series, [px(1), axis.title, display.scale, ...axis.range, ...frame], px, level);
          return { run, k, px, level, line, end, look: lookOf(run), width: (k ? 1 : 1.8) * unit };
        });
      });
      const lines = curves.map(({ line }) => line);
      drawn = curves.map(({ run, line, end, px }) => {
        const stepAt = (/** @type {number} */ x) => Math.max(0, Math.round(x / px(1)));
        return { entry: run.id, line, box: frame, head: end, stepAt };
      });
      const begin = () => {
        sheet.open(size[0], size[1], () => ground);
        sheet.clip(frame);
        const faint = { color: theme.faint, width: 1 };
        for (const x of stepTicks(across.end)) sheet.segment(at(x), 0, at(x), height, faint);
        for (const value of axis.ticks.values) sheet.segment(0, py(value), width, py(value), faint);
      };
      sheet.clip(frame);
      const moves = curves.map(({ run }) => !!run.approximate);
      const stamp = [...curves.map(({ look }) => look), axis, ground, unit];
      drawPaths(sheet, begin, lines, moves, t, playing, stamp, (k, first, last, past, bare) =>
        drawPath(sheet, lines[k], first, last, past, bare, curves[k].look, theme, curves[k].width),
      );
      if (!byCost(picture)) sheet.segment(at(t), 0, at(t), height, { color: theme.muted, width: 1 });
      const heads = t === 0 && isVeiled() && OF_STEP.includes(display.chart) ? [] : curves; // that is what is asked
      for (const { line, end, look, width } of heads) drawTail(sheet, line, t, end, look, width);
      for (const { run, k, px, level } of curves) if (k && display.chart === "loss") drawEarlyStop(run, level, px);
      const room = MARK * unit;
      sheet.clip([left - room, top - room, width + 2 * room, height + 2 * room]); // a marker at the last step is whole
      for (const { look, end } of heads) drawMarker(sheet, look, theme, end[0] + room, end[1] + room, 5 * unit);
      sheet.flush();
    }

    /**
     * On the validation loss: a cross where early stopping would stop, and a ring at the step that it would go back to.
     * @param {Run} run @param {(i: number) => number} level @param {(step: number) => number} px
     */
    function drawEarlyStop(run, level, px) {
      const patience = patienceOf(picture.display);
      if (!run.validation || !patience || isVeiled()) return;
      const { color } = picture.lookOf(run);
      const { stop, best } = earlyStop(run.validation, patience);
      const sign = (/** @type {string} */ name, /** @type {number} */ step, /** @type {(c: any) => void} */ outline) =>
        sheet.stamp(`${name} ${color}`, px(step), level(step), 6, (context) => {
          outline(context);
          context.lineWidth = 1.5;
          context.strokeStyle = color;
          context.stroke();
        });
      sign("best", best, (context) => context.arc(0, 0, 4.5, 0, 7));
      if (stop === null) return;
      sign("stop", stop, (context) => {
        for (const side of [-4, 4]) {
          context.moveTo(-4, side);
          context.lineTo(4, -side);
        }
      });
    }

    const stepAt = (/** @type {number} */ x) => {
      const share = Math.min(1, Math.max(0, (x - frame[0]) / frame[2]));
      if (frame[2] > 0) seek(Math.min(picture.steps, Math.round((share * across.end) / across.least)));
    };
    const destroy = followPointers(box, {
      accepts: ({ target }) => !!picture && !(target instanceof Element && target.closest(".picks")),
      mayScroll: ({ pointerType }) => pointerType !== "mouse",
      down: ([x]) => stepAt(x),
      drag: ([x]) => stepAt(x),
      up: ([x], { type }) => type === "pointerup" && stepAt(x),
    });

    const find = (/** @type {number} */ x, /** @type {number} */ y) => nearestRun(drawn, x, y);

    return { show, draw, find, destroy };
  },
};

/** @param {Picture} picture */
const scaleOf = ({ display }) => (display.scale.startsWith("linear") ? "linear" : "log");

/** Whether what the steps cost lies across, not the steps. @param {Picture} picture */
const byCost = ({ display }) => display.scale.endsWith("cost");

/** @type {WeakMap<Float64Array, {stamp: unknown[], line: Line}>} */
const lineCache = new WeakMap();

/**
 * A series as a line on the screen, kept until the scale changes.
 * @param {Float64Array} series
 * @param {unknown[]} stamp the scale
 * @param {(step: number) => number} px
 * @param {(i: number) => number} level
 */
function lineOf(series, stamp, px, level) {
  const known = lineCache.get(series);
  if (known && stamp.every((part, i) => part === known.stamp[i])) return known.line;
  const line = makeLine(series.length, px, level);
  lineCache.set(series, { stamp, line });
  return line;
}
