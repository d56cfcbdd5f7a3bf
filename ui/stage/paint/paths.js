/** Paths and markers on a sheet. */

/** @import { Look, Point, Theme } from "../types" */
/** @import { Line } from "./line.js" */
/** @import { Sheet } from "./sheet.js" */

import { dashOf } from "./dash.js";
import { vertexAt } from "./line.js";
import { outline } from "./theme.js";

export const AHEAD = 0.28; // opacity of the part of a path that is still to come
const HALO = 1.6; // pixels by which a halo is wider than its path
const CROWD = 3; // if a hand moves more paths than this, they are drawn without halos, which halves the work

/**
 * What the picture on a sheet was painted from: the step, everything else, and the vertex that each line had reached;
 * and whether it was painted bit by bit.
 * @typedef {{t: number, parts: unknown[], reached: number[], continued: boolean}} Painted
 */

let veiled = false;

/** Hide what is still to come of all paths, while a reader is asked what it will be. @param {boolean} hidden */
export function veil(hidden) {
  veiled = hidden;
}

/** Whether it is hidden: what tells of the end in another way is not drawn, either. */
export const isVeiled = () => veiled;

/** @type {WeakMap<Sheet, Painted>} */
const painted = new WeakMap();

/**
 * Draw the paths of a panel, in full up to step t and faint beyond. What has not changed since the last picture is not
 * painted again: while the playhead runs the paths continue from where they were, and paths that a hand moves are
 * painted over the others, which stay. Paths painted bit by bit cross one another in another order than paths painted
 * at once, so when the playhead rests they are painted at once: a scene has one picture, however it was reached.
 * @param {Sheet} sheet
 * @param {() => void} begin opens the sheet and paints what lies below the paths
 * @param {Line[]} lines
 * @param {boolean[]} moves which of them a hand moves
 * @param {number} t
 * @param {boolean} playing the playhead runs
 * @param {unknown[]} parts what else the picture depends on: if one of them is another object, it is painted afresh
 * @param {(k: number, first: number, last: number, past: boolean, bare: boolean) => void} draw the k-th path between two
 *   vertices; bare: without a halo
 */
export function drawPaths(sheet, begin, lines, moves, t, playing, parts, draw) {
  const reached = lines.map((line) => vertexAt(line, t));
  const still = lines.map((_, k) => k).filter((k) => !moves[k]);
  const all = [veiled, ...parts, ...still, ...still.map((k) => lines[k])];
  const last = painted.get(sheet);
  const same = last && all.length === last.parts.length && all.every((part, i) => part === last.parts[i]);
  const continues = same && (playing ? t >= last.t : t === last.t && !last.continued);
  if (continues) sheet.restore();
  else {
    begin();
    if (!veiled) for (const k of still) draw(k, reached[k], lines[k].step.length - 1, false, false);
  }
  const from = (/** @type {number} */ k) => (continues ? last.reached[k] : 0);
  const grows = still.some((k) => reached[k] > from(k));
  if (!continues || grows) {
    for (const k of still) draw(k, from(k), reached[k], true, false);
    sheet.save();
  }
  painted.set(sheet, { t, parts: all, reached, continued: !!continues && (grows || last.continued) });
  const bare = lines.length - still.length > CROWD;
  lines.forEach((line, k) => {
    if (!moves[k]) return;
    if (!veiled) draw(k, reached[k], line.step.length - 1, false, bare);
    draw(k, 0, reached[k], true, bare);
  });
}

/**
 * One path between two vertices: its past in full on a halo, its future faint.
 * @param {Sheet} sheet
 * @param {Line} line
 * @param {number} first
 * @param {number} last
 * @param {boolean} past
 * @param {boolean} bare without a halo
 * @param {Look} look
 * @param {Theme} theme
 * @param {number} width
 */
export function drawPath(sheet, line, first, last, past, bare, look, theme, width) {
  const style = { color: look.color, width, dash: dashOf(look, line, first, width) };
  if (!past) {
    sheet.stroke(line, first, last, { ...style, width: width * 0.6, opacity: AHEAD });
    return;
  }
  if (!bare) sheet.stroke(line, first, last, { color: theme.halo, width: width + HALO, halo: true });
  const [x, y] = coveredFrom(line, first, width + HALO);
  const covered = Math.hypot(line.x[first] - x, line.y[first] - y);
  const dash = dashOf(look, line, first, width, covered);
  sheet.segment(x, y, line.x[first], line.y[first], { ...style, dash });
  sheet.stroke(line, first, last, style);
}

/**
 * From where on the segment that ends at a vertex is covered by the halo of the one that begins there: it is painted
 * again from there. To paint all of it again would make it bolder, since its smooth edges would count twice.
 * @param {Line} line
 * @param {number} vertex
 * @param {number} width of the halo
 * @returns {Point} NaN where nothing is covered
 */
function coveredFrom({ x, y }, vertex, width) {
  const [ux, uy] = [x[vertex] - x[vertex - 1], y[vertex] - y[vertex - 1]];
  const [vx, vy] = [x[vertex + 1] - x[vertex], y[vertex + 1] - y[vertex]];
  const [u, v] = [Math.hypot(ux, uy), Math.hypot(vx, vy)];
  if (!(u > 0 && v > 0)) return [Number.NaN, Number.NaN]; // the line begins or ends here, or has a break
  const turnsBack = ux * vx + uy * vy < 0;
  const length = turnsBack ? width / (Math.abs(ux * vy - uy * vx) / (u * v)) : width / 2; // where both are side by side
  const share = Math.min(1, length / u);
  return [x[vertex] - share * ux, y[vertex] - share * uy];
}

/**
 * The end of a path, from the last vertex reached to its place at t. A thinned line lacks that place.
 * @param {Sheet} sheet
 * @param {Line} line
 * @param {number} t
 * @param {Point} place
 * @param {Look} look
 * @param {number} width
 */
export function drawTail(sheet, line, t, [x, y], look, width) {
  const i = vertexAt(line, t);
  sheet.segment(line.x[i], line.y[i], x, y, { color: look.color, width, dash: dashOf(look, line, i, width) });
}

/**
 * A run that is shown for a moment, whole, in the color of the text.
 * @param {Sheet} sheet
 * @param {Line} line
 * @param {Theme} theme
 * @param {number} width
 */
export function drawGhost(sheet, line, theme, width) {
  const last = line.x.length - 1;
  drawPath(sheet, line, 0, last, true, false, { color: theme.text, mark: [], dash: [] }, theme, width);
}

/**
 * The marker of an optimizer: filled with its color, ringed with the background's.
 * @param {Sheet} sheet
 * @param {Look} look
 * @param {Theme} theme
 * @param {number} x
 * @param {number} y
 * @param {number} size
 * @param {number} opacity
 */
export function drawMarker(sheet, look, theme, x, y, size, opacity = 1) {
  const draw = (/** @type {CanvasRenderingContext2D} */ context) => {
    outline(context, look.mark, size);
    context.lineJoin = "bevel";
    context.lineWidth = 2.5;
    context.strokeStyle = theme.background;
    context.stroke();
    context.fillStyle = look.color;
    context.fill();
  };
  sheet.stamp(`${look.color} ${look.mark} ${theme.background}`, x, y, size + 2, draw, opacity);
}
