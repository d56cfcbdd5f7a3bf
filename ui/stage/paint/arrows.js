/**
 * What an optimizer computes its step from, drawn at the playhead: gradient, velocity, look-ahead point, accumulated
 * squares and quadratic model.
 */

/** @import { Catalogue, Look, Point, Run, Theme } from "../types" */
/** @import { Sheet, Stroke } from "./sheet.js" */

import { largestOf } from "../data/quantities.js";
import { msg, t } from "../state/words.js";
import { clipSegment, FAR } from "./line.js";
import { isVeiled } from "./paths.js";

const HEAD = 7; // pixels of an arrow's head
const DIRECTION = 38; // pixels of an arrow whose length means nothing
const LARGEST = 44; // pixels of the side of a run's largest accumulated square

/** How each internal is drawn, by its id in the catalogue. @type {[id: string, mark: string][]} */
const MARKS = [
  ["velocity", msg("thin")],
  ["ahead", msg("ring")],
  ["squares", msg("squares")],
  ["hessian", msg("curve")],
];

/**
 * What the arrows and marks of some runs stand for.
 * @param {Run[]} runs
 * @param {Catalogue["internals"]} internals
 * @returns {{mark: string, label: string}[]}
 */
export const arrowLegend = (runs, internals) =>
  legendOf(internals.filter(({ id }) => runs.some((run) => run.internals[id])));

/** @param {Catalogue["internals"]} internals those that are drawn */
function legendOf(internals) {
  const labels = new Map(internals.map(({ id, label }) => [id, label]));
  const shown = MARKS.filter(([id]) => labels.has(id));
  return [
    { mark: t("thick"), label: t("the step") },
    { mark: t("grey"), label: t("the gradient downhill") },
    ...shown.map(([id, mark]) => ({ mark: t(mark), label: t(labels.get(id)) })),
  ];
}

/** The same in a sentence, for all that there is. @param {Catalogue["internals"]} internals */
export const arrowsTitle = (internals) =>
  t("arrows at the playhead: {legend}", {
    legend: legendOf(internals)
      .map(({ mark, label }) => `${mark}, ${label}`)
      .join("; "),
  });

/**
 * @param {number} times the factor by which arrows are drawn longer than they are
 * @param {Theme} theme
 * @param {Sheet} sheet
 * @param {Run[]} runs
 * @param {number} t
 * @param {{px: (x: number) => number, py: (y: number) => number}} scales from coordinates to CSS pixels
 * @param {number} unit the size of the picture beside a laptop's
 * @param {(run: Run) => Look} lookOf
 */
export function drawArrows(times, theme, sheet, runs, t, { px, py }, unit, lookOf) {
  if (t === 0 && isVeiled()) return; // the first step is what a reader is asked about
  for (const run of runs) {
    const { position, gradient } = run;
    const { velocity, squares, ahead, hessian } = run.internals;
    const step = Math.min(Math.floor(t), position.length / 2 - 2); // at the end those of the last step
    if (!gradient || step < 0) continue; // a run of a fan has none
    /** @param {ArrayLike<number>} pairs @returns {Point} */
    const at = (pairs) => [pairs[2 * step], pairs[2 * step + 1]];
    const [x, y] = at(position);
    const { color } = lookOf(run);
    /** An arrow to the point that is a vector away. @param {Point} vector @param {Stroke} style */
    const drawVector = ([dx, dy], style) =>
      drawArrow(sheet, px(x), py(y), px(x + times * dx), py(y + times * dy), style, unit, theme.halo);
    /** @param {Point} vector @param {Stroke} style */
    const drawDownhill = ([vx, vy], style) =>
      drawDirection(sheet, [x, y], [-vx, -vy], { px, py }, style, unit, theme.halo);
    if (hessian) {
      const matrix = hessian.subarray(3 * step, 3 * step + 3);
      drawModel(sheet, [x, y], at(gradient), matrix, px, py, { color, width: 1.2 }, unit);
    }
    if (squares) drawSquares(sheet, at(squares), largestOf(squares), px(x), py(y), color, unit);
    drawDownhill(at(gradient), { color: theme.muted, width: 1.5 });
    if (velocity) {
      const [vx, vy] = at(velocity);
      if (squares) drawDownhill([vx, vy], { color, width: 1.5 });
      else drawVector([-vx, -vy], { color, width: 1.5 });
    }
    drawVector([position[2 * step + 2] - x, position[2 * step + 3] - y], { color, width: 2.6 });
    if (ahead) {
      const [dx, dy] = at(ahead);
      const ring = ringAt(px(x + dx), py(y + dy), 5 * unit);
      sheet.stroke(ring, 0, ring.x.length - 1, { color, width: 2 * unit });
    }
  }
}

/**
 * An arrow of a fixed length. A gradient, or a mean of gradients that is not multiplied by the learning rate, is not a
 * step: its length has another unit.
 * @param {Sheet} sheet
 * @param {Point} from
 * @param {Point} vector
 * @param {{px: (x: number) => number, py: (y: number) => number}} scales
 * @param {Stroke} style
 * @param {number} unit
 * @param {string} halo
 * @returns {Point} its tip in pixels
 */
export function drawDirection(sheet, [x, y], [vx, vy], { px, py }, style, unit, halo) {
  const [sx, sy] = [px(x + vx) - px(x), py(y + vy) - py(y)];
  const size = Math.hypot(sx, sy) / (DIRECTION * unit);
  /** @type {Point} */
  const tip = [px(x) + sx / size, py(y) + sy / size];
  drawArrow(sheet, px(x), py(y), ...tip, style, unit, halo);
  return tip;
}

/**
 * @param {Sheet} sheet
 * @param {number} ax @param {number} ay @param {number} bx @param {number} by
 * @param {Stroke} style
 * @param {number} unit
 * @param {string} halo
 */
export function drawArrow(sheet, ax, ay, bx, by, { color, width, opacity }, unit, halo) {
  const length = Math.hypot(bx - ax, by - ay);
  if (!(length > 1)) return; // shorter than a pixel, or NaN
  const shaft = clipSegment(ax, ay, bx, by, -FAR, -FAR, FAR, FAR);
  if (!shaft) return;
  const [ux, uy] = [(bx - ax) / length, (by - ay) / length];
  const head = Math.min(HEAD * unit, length);
  const [fx, fy, x, y] = shaft;
  for (const style of [
    { color: halo, width: width * unit + 2, opacity },
    { color, width: width * unit, opacity },
  ]) {
    sheet.segment(fx, fy, x, y, style);
    for (const side of [-1, 1]) {
      sheet.segment(x, y, x - ux * head - side * uy * head * 0.5, y - uy * head + side * ux * head * 0.5, style);
    }
  }
}

/**
 * A closed line round a place.
 * @param {number} x
 * @param {number} y
 * @param {number} radius
 */
export function ringAt(x, y, radius) {
  const angles = Array.from({ length: 25 }, (_, k) => (k * Math.PI) / 12);
  return { x: angles.map((a) => x + radius * Math.cos(a)), y: angles.map((a) => y + radius * Math.sin(a)) };
}

/**
 * Two squares whose areas are a size in x and one in y, relative to the run's largest. Of accumulated squares of the
 * gradient: the larger a square, the slower its coordinate.
 * @param {Sheet} sheet
 * @param {ArrayLike<number>} sizes
 * @param {number} largest
 * @param {number} x in CSS pixels
 * @param {number} y
 * @param {string} color
 * @param {number} unit
 */
export function drawSquares(sheet, sizes, largest, x, y, color, unit) {
  const [a, b] = [0, 1].map((side) => LARGEST * unit * Math.sqrt(sizes[side] / largest));
  for (const [left, top, side] of [
    [x + 9 * unit, y - a / 2, a],
    [x - b / 2, y - 9 * unit - b, b],
  ]) {
    if (!Number.isFinite(left + top + side)) continue;
    sheet.fillRect(left, top, side, side, color, 0.2);
    const corners = { x: [left, left + side, left + side, left, left], y: [top, top, top + side, top + side, top] };
    sheet.stroke(corners, 0, 4, { color, width: 1 });
  }
}

/**
 * Newton's quadratic model: the level line through the point, which is an ellipse round a minimum and a hyperbola round a
 * saddle, and a cross where the model is stationary.
 * @param {Sheet} sheet
 * @param {Point} point
 * @param {Point} gradient
 * @param {ArrayLike<number>} hessian f_xx, f_xy, f_yy
 * @param {(x: number) => number} px
 * @param {(y: number) => number} py
 * @param {Stroke} style
 * @param {number} unit
 */
export function drawModel(sheet, [x, y], [gx, gy], { 0: a, 1: b, 2: c }, px, py, style, unit) {
  const determinant = a * c - b * b;
  const [dx, dy] = [(-c * gx + b * gy) / determinant, (b * gx - a * gy) / determinant]; // to the stationary point
  if (!Number.isFinite(dx + dy)) return;
  const height = a * dx * dx + 2 * b * dx * dy + c * dy * dy;
  const line = { x: new Float64Array(181), y: new Float64Array(181) };
  for (let k = 0; k <= 180; k++) {
    const [u, v] = [Math.cos((k * Math.PI) / 90), Math.sin((k * Math.PI) / 90)];
    const r = Math.sqrt(height / (a * u * u + 2 * b * u * v + c * v * v));
    const [qx, qy] = [px(x + dx + r * u), py(y + dy + r * v)];
    const near = Math.abs(qx) < FAR && Math.abs(qy) < FAR; // false for NaN
    line.x[k] = near ? qx : Number.NaN;
    line.y[k] = near ? qy : Number.NaN;
  }
  const wide = { ...style, width: style.width * unit };
  sheet.stroke(line, 0, 180, wide);
  const [cx, cy, arm] = [px(x + dx), py(y + dy), 5 * unit];
  sheet.segment(cx - arm, cy, cx + arm, cy, wide);
  sheet.segment(cx, cy - arm, cx, cy + arm, wide);
}
