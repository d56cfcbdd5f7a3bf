/** The box round the surface in 3D: a grid on its far sides, numbers and titles along its near edges. */

/** @import { Point, Range, Terrain, Theme, Ticks } from "../types" */
/** @import { View } from "./camera.js" */

import { ticksOf } from "../data/scales.js";
import { t } from "../state/words.js";

const TICK = 0.035; // from an edge to its numbers, in sides of the box
const TITLE = 0.15; // from an edge to its title

/** @typedef {[number, number, number]} Point3 */

/**
 * An edge of the box along which numbers stand. `at` is the place of a value on the screen, `off` sides of the box away.
 * @typedef {{title: string, range: Range, ticks: Ticks, at: (value: number, off: number) => Point}} Edge
 */

/**
 * @param {CanvasRenderingContext2D} context in CSS pixels
 * @param {View} view
 * @param {Terrain} terrain
 * @param {Theme} theme
 * @param {number} size of the letters in CSS pixels
 */
export function drawBox(context, view, terrain, theme, size) {
  const { domain, low, high, data, log_height } = terrain;
  const [xs, ys] = domain;
  const { project, eye, reach } = view;
  const xTicks = ticksOf(xs, 5);
  const yTicks = ticksOf(ys, 5);
  const zTicks = terrain.ticks ?? ticksOf([low, high], 4);
  // The walls behind the surface are those on the other side of the middle from the eye.
  const [xNear, xFar] = eye[0] > (xs[0] + xs[1]) / 2 ? [xs[1], xs[0]] : xs;
  const [yNear, yFar] = eye[1] > (ys[0] + ys[1]) / 2 ? [ys[1], ys[0]] : ys;

  context.save();
  context.strokeStyle = theme.faint;
  context.lineWidth = 1;
  for (const lines of [
    xTicks.values.flatMap((x) => [
      [
        [x, ys[0], low],
        [x, ys[1], low],
      ],
      [
        [x, yFar, low],
        [x, yFar, high],
      ],
    ]),
    yTicks.values.flatMap((y) => [
      [
        [xs[0], y, low],
        [xs[1], y, low],
      ],
      [
        [xFar, y, low],
        [xFar, y, high],
      ],
    ]),
    zTicks.values.flatMap((z) => [
      [
        [xs[0], yFar, z],
        [xs[1], yFar, z],
      ],
      [
        [xFar, ys[0], z],
        [xFar, ys[1], z],
      ],
    ]),
  ]) {
    drawLines(context, view, /** @type {[Point3, Point3][]} */ (lines));
  }

  /** @param {Point3} projected @returns {Point} */
  const flat = ([x, y]) => [x, y];
  const xOut = (yNear === ys[1] ? 1 : -1) * (ys[1] - ys[0]);
  const yOut = (xNear === xs[1] ? 1 : -1) * (xs[1] - xs[0]);
  // Heights stand along the upright edge that is furthest left on the screen.
  const uprights = xs.flatMap((x) => ys.map((y) => ({ x, y, left: project(x, y, low)[0] })));
  const upright = uprights.sort((p, q) => p.left - q.left)[0];
  const title = log_height ? t("loss (log)") : t("loss");
  const labels = createLabels(context, theme, size);
  labels.floor({
    title: t(data?.names[0]) || "x",
    range: xs,
    ticks: xTicks,
    at: (x, off) => flat(project(x, yNear + off * xOut, low)),
  });
  labels.floor({
    title: t(data?.names[1]) || "y",
    range: ys,
    ticks: yTicks,
    at: (y, off) => flat(project(xNear + off * yOut, y, low)),
  });
  labels.upright({
    title,
    range: [low, high],
    ticks: zTicks,
    at(z, off) {
      const [x, y, depth] = project(upright.x, upright.y, z);
      return [x - (off * reach) / depth, y];
    },
  });
  context.restore();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {View} view
 * @param {[Point3, Point3][]} lines
 */
function drawLines(context, { project }, lines) {
  context.beginPath();
  for (const [[ax, ay, az], [bx, by, bz]] of lines) {
    const [fromX, fromY] = project(ax, ay, az);
    const [toX, toY] = project(bx, by, bz);
    context.moveTo(fromX, fromY);
    context.lineTo(toX, toY);
  }
  context.stroke();
}

/**
 * The numbers and titles of the edges. A text that would overlap an earlier one is left out.
 * @param {CanvasRenderingContext2D} context
 * @param {Theme} theme
 * @param {number} size
 */
function createLabels(context, theme, size) {
  context.fillStyle = theme.muted;
  context.textBaseline = "middle";
  /** @type {{left: number, right: number, y: number}[]} */
  const taken = [];

  /** @param {string} text @param {Point} place @param {"left" | "center" | "right"} align @param {number} width */
  function write(text, [x, y], align, width) {
    const left = x - { left: 0, center: width / 2, right: width }[align];
    const right = left + width;
    if (taken.some((other) => left < other.right && right > other.left && Math.abs(y - other.y) < size)) return;
    taken.push({ left, right, y });
    context.textAlign = align;
    context.fillText(text, x, y);
  }

  /** The numbers of an edge. @param {Edge} edge @returns {number[]} their widths */
  function numbers({ range, ticks, at }) {
    const middle = (range[0] + range[1]) / 2;
    const [[ax, ay], [bx, by]] = [at(middle, 0), at(middle, TICK)];
    const align = Math.abs(bx - ax) < 0.35 * Math.abs(by - ay) ? "center" : bx < ax ? "right" : "left";
    context.font = `${size}px ${theme.font}`;
    const widths = ticks.labels.map((label) => context.measureText(label).width);
    ticks.values.forEach((value, k) => {
      write(ticks.labels[k], at(value, TICK), align, widths[k]);
    });
    context.font = `${1.15 * size}px ${theme.font}`;
    return widths;
  }

  /** An edge of the floor: its title stands upright. @param {Edge} edge */
  function floor(edge) {
    numbers(edge);
    const { title, range, at } = edge;
    write(title, at((range[0] + range[1]) / 2, TITLE), "center", context.measureText(title).width);
  }

  /** An upright edge: its title runs upwards, left of the numbers; without room there it stands above. @param {Edge} edge */
  function upright(edge) {
    const widths = numbers(edge);
    const { title, range, ticks, at } = edge;
    const [x, y] = at((range[0] + range[1]) / 2, TICK);
    const ends = ticks.values.map((value, k) => at(value, TICK)[0] - widths[k]);
    const left = Math.min(x, ...ends) - size;
    if (left < 0.6 * size) {
      const [right, top] = at(range[1], TICK);
      const { width } = context.measureText(title);
      write(title, [Math.max(right, width + 2), top - 1.5 * size], "right", width);
      return;
    }
    context.save();
    context.translate(left, y);
    context.rotate(-Math.PI / 2);
    context.textAlign = "center";
    context.fillText(title, 0, 0);
    context.restore();
  }

  return { floor, upright };
}
