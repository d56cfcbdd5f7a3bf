/** The loss panel: loss against step on a logarithmic axis, with the playhead as a line that can be dragged. */

import { between, makeLine } from "./line.js";
import { drawMark, drawPath, wipe } from "./paint.js";
import { lossAxis } from "./terrain.js";

const BELOW = 9e3; // pixels: where a loss of 0 stands on a logarithmic axis

/** The least loss of all runs that the axis can show. */
const least = (runs) => runs.reduce((low, { gap }) => gap.reduce((a, b) => (b < a ? b : a), low), 1);

/**
 * @param {HTMLElement} box @param {(step: number) => void} onSeek the playhead was put there by hand
 */
export function createChart(box, onSeek) {
  const plot = Object.assign(document.createElement("div"), { className: "plot" });
  const canvas = document.createElement("canvas");
  box.append(plot, canvas);
  let picture = null;
  let axis = null;
  let key = "";
  let theme = null;
  let size = [0, 0];

  async function show(next) {
    picture = next;
    const { terrain, runs, steps, plotly, held } = picture;
    const { clientWidth: width, clientHeight: height } = box;
    if (!width || !height) return;
    size = [width, height];
    const bounded = terrain.minima.length > 0;
    // While a hand drags the axis stands still; it fits itself to the new start when the hand lets go.
    if (!axis || !held) axis = lossAxis(bounded, runs.length ? runs[0].gap[0] : 1, least(runs));
    const now = [width, height, steps, bounded, axis.range].join();
    if (now === key && theme === picture.theme) return;
    key = now;
    theme = picture.theme;
    const lines = { gridcolor: theme.faint, zeroline: false, fixedrange: true, ticklen: 3 };
    await plotly.react(plot, [{ x: [], y: [] }], {
      width,
      height,
      margin: { l: 58, r: 12, t: 8, b: 38 },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { color: theme.muted, family: theme.font, size: 12 },
      showlegend: false,
      dragmode: false,
      xaxis: { ...lines, range: [0, steps], title: { text: "step", standoff: 4 }, nticks: 7 },
      yaxis: { ...lines, range: axis.range, tickvals: axis.tickvals, ticktext: axis.ticktext, title: { text: axis.title, standoff: 4 } },
    }, { displayModeBar: false, responsive: false });
  }

  function frame() {
    const { xaxis, yaxis } = plot._fullLayout;
    return [xaxis._offset, yaxis._offset, xaxis._length, yaxis._length];
  }

  function draw(t) {
    if (!picture || !plot._fullLayout || !axis) return;
    const context = wipe(canvas, ...size);
    const [left, top, width, height] = frame();
    const [low, high] = axis.range;
    const px = (step) => left + (step / picture.steps) * width;
    const py = (gap) => top + ((high - axis.to(gap)) / (high - low)) * height;
    context.save();
    context.beginPath();
    context.rect(left, top, width, height);
    context.clip();
    context.strokeStyle = theme.muted;
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(px(t), top);
    context.lineTo(px(t), top + height);
    context.stroke();
    const level = (run) => (i) => (axis.to(run.gap[i]) === -Infinity ? BELOW : py(run.gap[i]));
    const heads = picture.runs.map((run) => [px(t), between(level(run), t)]);
    picture.runs.forEach((run, k) => drawPath(context, lineOf(run, px, level(run)), t, heads[k], run.look, theme, 1.8));
    picture.runs.forEach((run, k) => drawMark(context, run.look, theme, ...heads[k], 5));
    context.restore();
  }

  /** A run's line on the screen, kept until the run or the scale changes. A loss of 0 stands far below the axis. */
  function lineOf(run, px, level) {
    const stamp = [px(0), px(1), axis.range, axis.title, size].join();
    if (run.chart?.stamp !== stamp) {
      run.chart = { stamp, line: makeLine(run.gap.length, px, level) };
    }
    return run.chart.line;
  }

  const seek = (event) => {
    if (!plot._fullLayout) return;
    const [left, , width] = frame();
    const step = ((event.clientX - box.getBoundingClientRect().left - left) / width) * picture.steps;
    onSeek(Math.round(Math.min(picture.steps, Math.max(0, step))));
  };
  box.addEventListener("pointerdown", (event) => {
    box.setPointerCapture(event.pointerId);
    seek(event);
  });
  box.addEventListener("pointermove", (event) => event.buttons && seek(event));

  return { show, draw, plot };
}
