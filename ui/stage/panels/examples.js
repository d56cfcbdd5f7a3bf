/** The examples that a surface is made of, and the curve of every optimizer's model at the playhead. */

/** @import { Box, PanelKind, Picture, Range } from "../types" */

import { h, write } from "../controls/dom.js";
import { MODELS } from "../data/models.js";
import { ticksOf } from "../data/scales.js";
import { drawAxes } from "../paint/axes.js";
import { drawEdges, renderBackdrop } from "../paint/backdrop.js";
import { dashOf } from "../paint/dash.js";
import { interpolate, makeLine } from "../paint/line.js";
import { cover, pixelRatio } from "../paint/pixels.js";
import { createSheet } from "../paint/sheet.js";
import { msg, t } from "../state/words.js";

const POINTS = 65; // of a curve

/** The range of some numbers with some room on both sides. @param {number[]} numbers @returns {Range} */
function rangeOf(numbers) {
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const room = 0.08 * (high - low);
  return [low - room, high + room];
}

/** @param {CanvasRenderingContext2D} context @param {number} size from its middle to its ends */
function plus(context, size) {
  context.moveTo(-size, 0);
  context.lineTo(size, 0);
  context.moveTo(0, -size);
  context.lineTo(0, size);
}

/** @type {PanelKind} */
export const examples = {
  id: "examples",
  label: msg("the examples and what every optimizer's model makes of them"),
  slot: "side",
  applies: ({ terrain }) => !!terrain.data,

  create(box) {
    const canvas = h("canvas");
    const sheet = createSheet(canvas);
    const model = h("b");
    const line = (/** @type {string} */ width) => h("i", { className: `line ${width}` });
    const legend = h("div", { className: "remark over-sheet" }, model);
    // The lines are those of the chart, which draws none of the test loss: nothing shall be chosen by it.
    legend.append(
      h("span", {}, `● ${t("training")} `, line("thick")),
      h("span", {}, `○ ${t("validation")} `, line("thin")),
    );
    legend.append(h("span", {}, `+ ${t("test")}`));
    box.append(canvas, legend);

    /** @type {Picture} */
    let picture;
    /** @type {object | null} */
    let layout = null;
    let size = [0, 0];
    /** @type {Box} of the axes */
    let frame = [0, 0, 0, 0];
    /** @type {Range[]} of x and y */
    let ranges = [];
    /** @type {Uint32Array | null} */
    let backdrop = null;

    /** @param {Picture} next */
    function show(next) {
      picture = next;
      const { data } = picture.terrain;
      if (!data || layout === picture.layout) return;
      write(model, t(data.formula));
      layout = picture.layout;
      size = cover(box, canvas);
      const [width, height] = size;
      if (!(width > 0 && height > 0)) return;
      ranges = [0, 1].map((side) => rangeOf([...data.train[side], ...data.valid[side], ...data.test[side]]));
      const { theme, magnification: large } = picture;
      const margin = {
        left: 46 * large,
        right: 12 * large,
        top: Math.max(26, legend.offsetHeight + 12),
        bottom: 34 * large,
      };
      frame = [margin.left, margin.top, width - margin.left - margin.right, height - margin.top - margin.bottom];
      const [x, y] = ["x", "y"].map((title, side) => ({ title, range: ranges[side], ticks: ticksOf(ranges[side], 5) }));
      box.dataset.axes = JSON.stringify([frame, ...ranges]);
      const ratio = pixelRatio();
      backdrop = renderBackdrop(width * ratio, height * ratio, ratio, theme.background, (context) => {
        drawAxes(context, frame, { x, y }, theme, 12 * large);
        drawEdges(box, context, theme);
      });
    }

    /** @param {number} t */
    function draw(t) {
      const [, , width, height] = frame;
      const { data } = picture.terrain;
      if (!data || !backdrop || width <= 0 || height <= 0) return;
      const { runs, theme, lookOf, magnification: unit } = picture;
      const [[x0, x1], [y0, y1]] = ranges;
      const px = (/** @type {number} */ x) => ((x - x0) / (x1 - x0)) * width;
      const py = (/** @type {number} */ y) => ((y1 - y) / (y1 - y0)) * height;
      const ground = backdrop;
      sheet.open(size[0], size[1], () => ground);
      sheet.clip(frame);
      for (const [name, [xs, ys]] of Object.entries({ test: data.test, valid: data.valid, train: data.train })) {
        const mark = (/** @type {CanvasRenderingContext2D} */ context) => {
          if (name === "test") plus(context, 3 * unit);
          else context.arc(0, 0, 3 * unit, 0, 7);
          context.strokeStyle = context.fillStyle = theme.muted;
          if (name === "train") context.fill();
          else context.stroke();
        };
        for (const [i, x] of xs.entries()) sheet.stamp(`${name} ${theme.muted}`, px(x), py(ys[i]), 4 * unit, mark);
      }
      const predict = MODELS[data.curve];
      const at = (/** @type {number} */ i) => (width * i) / (POINTS - 1);
      for (const run of runs) {
        const [w1, w2] = [0, 1].map((side) => interpolate((i) => run.position[2 * i + side], t));
        const line = makeLine(POINTS, at, (i) => py(predict(w1, w2, x0 + (at(i) / width) * (x1 - x0))));
        const look = lookOf(run);
        const dash = dashOf(look, line, 0, 2 * unit);
        sheet.stroke(line, 0, line.x.length - 1, { color: look.color, width: 2 * unit, dash });
      }
      sheet.flush();
    }

    return { show, draw };
  },
};
