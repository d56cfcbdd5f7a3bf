/** Paths laid over a surface and projected by a camera. */

/** @import { Point, Run, Terrain } from "../types" */
/** @import { View } from "./camera.js" */
/** @import { Hides } from "./hills.js" */
/** @import { Line } from "./line.js" */

import { clipSegment, fractionAlong, thin, vertexAt } from "./line.js";

const PIECES = 48; // a step across the whole domain is bent over the surface in this many pieces
export const LIFT = 0.008; // of the surface's height: how far above it a path is drawn

/**
 * A path on the surface: its vertices inside the domain, each with its fractional step. NaN breaks it.
 * @typedef {{x: number[], y: number[], z: number[], step: number[]}} Draped
 */

/** @type {WeakMap<Pick<Run, "position">, {terrain: Terrain, draped: Draped}>} */
const drapedRuns = new WeakMap();
/** @type {WeakMap<Draped, {view: View, hides: Hides, line: Line}>} */
const projected = new WeakMap();

/**
 * The path of a run on a terrain. The same object comes back until the terrain changes.
 * @param {Pick<Run, "position">} run
 * @param {Terrain} terrain
 */
export function drape(run, terrain) {
  const known = drapedRuns.get(run);
  if (known?.terrain === terrain) return known.draped;
  const draped = drapePath(run.position, terrain);
  drapedRuns.set(run, { terrain, draped });
  return draped;
}

/**
 * @param {Float64Array} position
 * @param {Terrain} terrain
 * @returns {Draped}
 */
function drapePath(position, { domain, low, high, height }) {
  const [[x0, x1], [y0, y1]] = domain;
  const lift = LIFT * (high - low);
  /** @type {Draped} */
  const draped = { x: [], y: [], z: [], step: [] };
  /** @param {number} x @param {number} y @param {number} step */
  function add(x, y, step) {
    draped.x.push(x);
    draped.y.push(y);
    // A clipped end may lie outside the domain by a rounding error.
    draped.z.push(height(Math.min(x1, Math.max(x0, x)), Math.min(y1, Math.max(y0, y))) + lift);
    draped.step.push(step);
  }
  add(position[0], position[1], 0);
  for (let i = 0; i + 1 < position.length / 2; i++) {
    const [ax, ay, bx, by] = [position[2 * i], position[2 * i + 1], position[2 * i + 2], position[2 * i + 3]];
    const inside = Number.isFinite(ax + ay + bx + by) ? clipSegment(ax, ay, bx, by, x0, y0, x1, y1) : null;
    if (!inside) continue;
    const [cx, cy, dx, dy] = inside;
    const [from, to] = [fractionAlong(ax, ay, bx, by, cx, cy), fractionAlong(ax, ay, bx, by, dx, dy)];
    if (from > 0) {
      // The path enters the domain here.
      add(Number.NaN, Number.NaN, i + from);
      add(cx, cy, i + from);
    }
    const length = Math.max(Math.abs(dx - cx) / (x1 - x0), Math.abs(dy - cy) / (y1 - y0));
    const pieces = Math.max(1, Math.ceil(PIECES * length));
    for (let k = 1; k <= pieces; k++) {
      const u = k / pieces;
      add(cx + (dx - cx) * u, cy + (dy - cy) * u, i + from + (bx === ax && by === ay ? 1 : to - from) * u);
    }
  }
  return draped;
}

/**
 * Where a path stands on the screen at step t; once it has left the domain, where it left.
 * @param {Draped} draped
 * @param {number} t
 * @param {Pick<View, "project">} view
 * @returns {Point}
 */
export function headOf({ x, y, z, step }, t, view) {
  const i = vertexAt({ step }, t);
  const j = i + 1 < step.length && step[i + 1] > step[i] && Number.isFinite(x[i + 1]) ? i + 1 : i;
  const u = j > i ? (t - step[i]) / (step[j] - step[i]) : 0;
  const mix = (/** @type {number[]} */ a) => (j > i ? a[i] * (1 - u) + a[j] * u : a[i]);
  const [px, py] = view.project(mix(x), mix(y), mix(z));
  return [px, py];
}

/**
 * A path as a line on the screen, with `hidden` where a hill stands before it. The same object comes back until the view
 * changes.
 * @param {Draped} draped
 * @param {View} view
 * @param {Hides} hides of the surface painted with this view
 */
export function projectPath(draped, view, hides) {
  const known = projected.get(draped);
  if (known?.view === view && known.hides === hides) return known.line;
  const line = thin(projectVertices(draped, view, hides));
  projected.set(draped, { view, hides, line });
  return line;
}

/**
 * @param {Draped} draped
 * @param {View} view
 * @param {Hides} hides
 */
function projectVertices({ x, y, z, step }, view, hides) {
  const n = step.length;
  const seen = { x: new Float64Array(n), y: new Float64Array(n), step, hidden: new Uint8Array(n) };
  // view.project inlined: while the camera turns there are thousands of vertices in each frame.
  const [[a, b, c, d], [e, f, g, h], [p, q, r, s]] = view.rows;
  const { middle, reach } = view;
  const [left, top] = middle;
  for (let i = 0; i < n; i++) {
    const depth = p * x[i] + q * y[i] + r * z[i] + s;
    const px = left + (reach * (a * x[i] + b * y[i] + c * z[i] + d)) / depth;
    const py = top - (reach * (e * x[i] + f * y[i] + g * z[i] + h)) / depth;
    seen.x[i] = px;
    seen.y[i] = py;
    seen.hidden[i] = hides(px, py, depth) ? 1 : 0; // false at a break, whose place is NaN
  }
  return seen;
}
