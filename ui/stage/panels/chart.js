/** The chart panel: a quantity of every run against the step, with the playhead as a line that can be dragged. */

import { choice, h, sideways } from "./dom.js";
import { between, makeLine } from "./line.js";
import { drawMark, drawPath, drawPaths, drawTail } from "./paint.js";
import { axisOf, earlyStop, QUANTITIES, roundSteps, seriesOf } from "./quantity.js";
import { printAxes, printed, printEdges } from "./print.js";
import { cover, createSheet, finesse, fits } from "./raster.js";

const MARK = 7; // pixels from a mark's middle to its edge
const BELOW = 9e3; // pixels: where a 0 stands on a logarithmic axis

/**
 * @param {HTMLElement} box @param {(step: number) => void} onSeek the playhead was put there by hand
 * @param {(key: string, value: string, done: boolean) => void} change
 */
export function createChart(box, onSeek, change) {
  const plot = h("div", { className: "plot" });
  const canvas = h("canvas");
  const sheet = createSheet(canvas);
  const what = choice("", QUANTITIES, (id) => change("chart", id, true));
  what.select.setAttribute("aria-label", "what the chart shows");
  const scale = choice("", [{ id: "log", name: "log" }, { id: "linear", name: "linear" }], (id) => change("scale", id, true));
  scale.select.setAttribute("aria-label", "scale of the chart");
  const note = h("div", { className: "remark" });
  const top = h("div", { className: "head" }, note, h("div", { className: "picks" }, what.el, scale.el));
  box.append(plot, canvas, top);
  let picture = null;
  let axis = null;
  let shown = ""; // the quantity and scale of the axis
  let key = "";
  let theme = null;
  let size = [0, 0];
  let frame = [0, 0, 0, 0]; // left, top, width, height

  /** Take what is to be drawn from here on; while a hand drags the axes stand still. */
  function see(next) {
    picture = next;
  }

  async function show(next) {
    picture = next;
    const { terrain, runs, steps, plotly, held, chart, scale: kind } = picture;
    size = cover(box, canvas, plot);
    const [width, height] = size;
    if (!(width > 0 && height > 0)) return;
    what.select.value = chart;
    scale.select.value = kind;
    const quantity = QUANTITIES.find(({ id }) => id === chart);
    note.textContent = (terrain.data ? quantity.ofData : quantity.remark) ?? "";
    const wanted = [chart, kind, terrain.surface].join();
    // While a hand drags the axis stands still; it fits itself to the new paths when the hand lets go.
    if (!axis || !held || wanted !== shown) axis = axisOf(chart, kind, runs, terrain);
    shown = wanted;
    const now = [width, height, finesse(), steps, axis.title, axis.range, picture.large].join();
    if (now === key && theme === picture.theme) return;
    key = now;
    theme = picture.theme;
    const wide = Math.min(1.5, picture.large); // room for larger type
    const margin = { l: 58 * wide, r: 12 * wide, t: 36, b: 38 * wide }; // the choices stand above: over the sheet they would be dear
    top.style.left = `${margin.l}px`;
    frame = [margin.l, margin.t, width - margin.l - margin.r, height - margin.t - margin.b];
    const lines = { showgrid: false, zeroline: false, fixedrange: true, ticklen: 3, ticks: "outside", tickcolor: theme.faint };
    await plotly.react(plot, [{ x: [], y: [] }], {
      width,
      height,
      margin,
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { color: theme.muted, family: theme.font, size: 12 * Math.min(1.5, picture.large) },
      showlegend: false,
      dragmode: false,
      xaxis: { ...lines, range: [0, steps], title: { text: "step", standoff: 4 }, tickvals: roundSteps(steps) },
      yaxis: { ...lines, range: axis.range, tickvals: axis.tickvals, ticktext: axis.ticktext, title: { text: axis.title, standoff: 4 } },
    }, { staticPlot: true, responsive: false });
    const ratio = finesse();
    surround = printed(...size.map((side) => Math.round(side * ratio)), ratio, theme.background, (context) => {
      printAxes(plot, context);
      printEdges(box, context, theme);
    });
  }
  let surround = null; // the axes, as pixels

  function draw(t) {
    const [, , width, height] = frame;
    if (!picture || !fits(surround, size) || width <= 0 || height <= 0) return;
    const { large } = picture;
    const room = MARK * large;
    const wide = ({ k }) => (k ? 1 : 1.8) * large;
    const [low, high] = axis.range;
    const px = (step) => (step / picture.steps) * width;
    const py = (level) => ((high - level) / (high - low)) * height;
    const curves = picture.runs.flatMap((run) =>
      seriesOf(run, picture.chart, picture.terrain).map((series, k) => {
        const level = (i) => {
          const at = axis.to(series[i]);
          return at === -Infinity ? BELOW : py(at);
        };
        return { run, k, level, line: lineOf(run, k, series, px, level), head: [px(t), between(level, Math.min(t, series.length - 1))] };
      }));
    const lines = curves.map(({ line }) => line);
    const begin = () => {
      sheet.open(...size, () => surround);
      sheet.within(frame);
      for (const step of roundSteps(picture.steps)) sheet.rule(px(step), 0, px(step), height, { colour: theme.faint, width: 1 });
      for (const value of axis.tickvals) sheet.rule(0, py(value), width, py(value), { colour: theme.faint, width: 1 });
    };
    sheet.within(frame);
    drawPaths(sheet, begin, lines, curves.map(({ run }) => run.moves), t, [...curves.map(({ run }) => run.look), axis, surround, large], (k, first, last, past, bare) =>
      drawPath(sheet, lines[k], first, last, past, bare, curves[k].run.look, theme, wide(curves[k])));
    sheet.rule(px(t), 0, px(t), height, { colour: theme.muted, width: 1 });
    for (const curve of curves) drawTail(sheet, curve.line, t, curve.head, curve.run.look, wide(curve));
    for (const { run, k, line } of curves) if (k && picture.chart === "loss") stop(run, line, px);
    const [left, top] = frame;
    sheet.within([left - room, top - room, width + 2 * room, height + 2 * room]); // a mark at the last step is seen whole
    for (const { run, head: [x, y] } of curves) drawMark(sheet, run.look, theme, x + room, y + room, 5 * large);
    sheet.close();
  }

  /** On the validation loss a cross where early stopping would stop, and a ring where it would go back to. */
  function stop(run, line, px) {
    const { stop, back } = earlyStop(run);
    for (const [name, step] of Object.entries({ stop, back })) {
      if (step === null) continue;
      const y = line.y[line.step.findLastIndex((at) => at <= step)];
      sheet.stamp(`${name} ${run.look.color}`, px(step), y, 6, (context) => {
        if (name === "back") context.arc(0, 0, 4.5, 0, 7);
        else for (const side of [-4, 4]) [context.moveTo(-4, side), context.lineTo(4, -side)];
        context.lineWidth = 1.5;
        context.strokeStyle = run.look.color;
        context.stroke();
      });
    }
  }

  /** A run's line on the screen, kept until the run or the scale changes. A 0 stands far below a logarithmic axis. */
  function lineOf(run, k, series, px, level) {
    const stamp = [px(1), axis.range, axis.title, frame].join();
    run.chart ??= [];
    if (run.chart[k]?.stamp !== stamp || run.chart[k].series !== series) run.chart[k] = { stamp, series, line: makeLine(series.length, px, level) };
    return run.chart[k].line;
  }

  const seek = (event) => {
    if (!picture || !frame[2]) return;
    const step = ((event.clientX - box.getBoundingClientRect().left - frame[0]) / frame[2]) * picture.steps;
    onSeek(Math.round(Math.min(picture.steps, Math.max(0, step))));
  };
  let finger = null; // where one came down that may yet scroll the page
  box.addEventListener("pointerdown", (event) => {
    if (event.target.closest(".picks") || event.button > 0) return;
    box.setPointerCapture(event.pointerId);
    finger = event.pointerType === "mouse" ? null : [event.clientX, event.clientY];
    if (!finger) seek(event);
  });
  box.addEventListener("pointerup", (event) => box.hasPointerCapture(event.pointerId) && seek(event));
  box.addEventListener("pointermove", (event) => {
    if (!box.hasPointerCapture(event.pointerId)) return;
    if (finger) {
      if (!sideways(finger, event)) return;
      finger = null;
    }
    seek(event);
  });

  return { show, see, draw, plot };
}
