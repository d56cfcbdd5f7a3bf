/** The data panel: the examples that a surface is made of, and the curve of every optimizer's model at the playhead. */

import { h } from "./dom.js";
import { between } from "./line.js";
import { printAxes, printed, printEdges } from "./print.js";
import { cover, createSheet, finesse, fits } from "./raster.js";

const POINTS = 65; // of a curve

/** The models of two parameters, as `predict` of the surfaces made of data computes them. */
export const CURVES = {
  line: (w1, w2, x) => w1 + w2 * x,
  logistic: (w1, w2, x) => 1 / (1 + Math.exp(-(w1 + w2 * x))),
  neuron: (w1, w2, x) => w2 * Math.tanh(w1 * x),
  step: (w1, w2, x) => (x < 2 ? w1 : 20 * w2),
};

/** The smallest interval round some numbers, with some room. */
function spread(numbers) {
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const room = 0.08 * (high - low);
  return [low - room, high + room];
}

/** @param {HTMLElement} box */
export function createData(box) {
  const plot = h("div", { className: "plot" });
  const canvas = h("canvas");
  const sheet = createSheet(canvas);
  box.append(plot, canvas, h("div", { className: "remark" }, "● training   ○ validation"));
  let picture = null;
  let frame = [0, 0, 0, 0]; // left, top, width, height
  let axes = null; // the ranges of x and y
  let key = "";
  let size = [0, 0];
  let surround = null; // the axes, as pixels

  /** Take what is to be drawn from here on. */
  function see(next) {
    picture = next;
  }

  async function show(next) {
    picture = next;
    const { terrain, theme, plotly, large } = picture;
    if (!terrain.data) return;
    size = cover(box, canvas, plot);
    const [width, height] = size;
    if (!(width > 0 && height > 0)) return;
    const { train, valid } = terrain.data;
    axes = [0, 1].map((side) => spread([...train[side], ...valid[side]]));
    const now = JSON.stringify([width, height, finesse(), axes, theme, large]);
    if (now === key) return;
    key = now;
    const wide = Math.min(1.5, large); // room for larger type
    const margin = { l: 46 * wide, r: 12 * wide, t: 26, b: 34 * wide };
    frame = [margin.l, margin.t, width - margin.l - margin.r, height - margin.t - margin.b];
    const lines = { showgrid: false, zeroline: false, fixedrange: true, ticklen: 3, ticks: "outside", tickcolor: theme.faint, nticks: 5 };
    await plotly.react(plot, [{ x: [], y: [] }], {
      width,
      height,
      margin,
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { color: theme.muted, family: theme.font, size: 12 * Math.min(1.5, large) },
      dragmode: false,
      xaxis: { ...lines, range: axes[0], title: { text: "x", standoff: 2 } },
      yaxis: { ...lines, range: axes[1], title: { text: "y", standoff: 2 } },
    }, { staticPlot: true, responsive: false });
    const ratio = finesse();
    surround = printed(...size.map((side) => Math.round(side * ratio)), ratio, theme.background, (context) => {
      printAxes(plot, context);
      printEdges(box, context, theme);
    });
  }

  function draw(t) {
    const [, , width, height] = frame;
    if (!picture?.terrain.data || !fits(surround, size) || width <= 0 || height <= 0) return;
    const { runs, theme, terrain, large } = picture;
    const { train, valid, curve } = terrain.data;
    const [[x0, x1], [y0, y1]] = axes;
    const px = (x) => ((x - x0) / (x1 - x0)) * width;
    const py = (y) => ((y1 - y) / (y1 - y0)) * height;
    sheet.open(...size, () => surround);
    sheet.within(frame);
    const dot = (filled) => (context) => {
      context.arc(0, 0, 3 * large, 0, 7);
      context.strokeStyle = context.fillStyle = theme.muted;
      context[filled ? "fill" : "stroke"]();
    };
    for (const [name, [xs, ys]] of [["valid", valid], ["train", train]]) {
      xs.forEach((x, i) => sheet.stamp(`${name} ${theme.muted}`, px(x), py(ys[i]), 4 * large, dot(name === "train")));
    }
    const x = Float64Array.from({ length: POINTS }, (_, i) => (width * i) / (POINTS - 1));
    for (const { position, look } of runs) {
      const [w1, w2] = [0, 1].map((side) => between((i) => position[2 * i + side], t));
      const y = x.map((at) => py(CURVES[curve](w1, w2, x0 + (at / width) * (x1 - x0))));
      sheet.stroke({ x, y }, 0, POINTS - 1, { colour: look.color, width: 2 * large });
    }
    sheet.close();
  }

  return { show, see, draw, plot };
}
