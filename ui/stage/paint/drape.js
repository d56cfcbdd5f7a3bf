/** Paths laid over a surface and seen through a camera. Pure functions, no DOM. */

import { along, cut, thin, vertexAt } from "./line.js";

const PIECES = 48; // a step that crosses the whole domain is laid over the surface in so many pieces

/** The path laid on the surface: vertices inside the domain, each with the fractional step it belongs to. */
export function onGround(run, terrain) {
  if (run.lifted?.terrain === terrain) return run.lifted;
  const [[x0, x1], [y0, y1]] = terrain.domain;
  const lift = 0.008 * (terrain.high - terrain.low);
  const { position } = run;
  const [xs, ys, zs, step] = [[], [], [], []];
  const add = (x, y, s) => {
    xs.push(x);
    ys.push(y);
    zs.push(terrain.height(Math.min(x1, Math.max(x0, x)), Math.min(y1, Math.max(y0, y))) + lift); // rounding of the cut
    step.push(s);
  };
  add(position[0], position[1], 0);
  for (let i = 0; i + 1 < position.length / 2; i++) {
    const [ax, ay, bx, by] = [position[2 * i], position[2 * i + 1], position[2 * i + 2], position[2 * i + 3]];
    const piece = Number.isFinite(ax + ay + bx + by) ? cut(ax, ay, bx, by, x0, y0, x1, y1) : null;
    if (!piece) continue;
    const [cx, cy, dx, dy] = piece;
    const [from, to] = [along(ax, ay, bx, by, cx, cy), along(ax, ay, bx, by, dx, dy)];
    if (from > 0) {
      add(NaN, NaN, i + from); // it comes back into the picture here
      add(cx, cy, i + from);
    }
    const pieces = Math.max(1, Math.ceil(PIECES * Math.max(Math.abs(dx - cx) / (x1 - x0), Math.abs(dy - cy) / (y1 - y0))));
    for (let k = 1; k <= pieces; k++) {
      const u = k / pieces;
      add(cx + (dx - cx) * u, cy + (dy - cy) * u, i + from + (bx === ax && by === ay ? 1 : to - from) * u);
    }
  }
  run.lifted = { terrain, x: xs, y: ys, z: zs, step };
  run.seen = null;
  return run.lifted;
}

/** Where the path stands on the screen at step t; once it has left the domain, where it left. */
export function headOf({ x, y, z, step }, t, view) {
  const i = vertexAt({ step }, t);
  const j = i + 1 < step.length && step[i + 1] > step[i] && Number.isFinite(x[i + 1]) ? i + 1 : i;
  const u = j > i ? (t - step[i]) / (step[j] - step[i]) : 0;
  const mix = (a) => (j > i ? a[i] * (1 - u) + a[j] * u : a[i]);
  return view.project(mix(x), mix(y), mix(z)).slice(0, 2);
}

/** The vertices on the screen, and whether a hill stands before them. Kept until the view or the path changes. */
export function through(run, { x, y, z, step }, view) {
  if (run.seen?.view === view) return run.seen;
  const n = step.length;
  const seen = { x: new Float64Array(n), y: new Float64Array(n), hidden: new Uint8Array(n) };
  // view.project, written out: thousands of points at each move of a hand.
  const { rows: [[a, b, c, d], [e, f, g, h], [p, q, r, s]], middle: [left, top], reach } = view;
  for (let i = 0; i < n; i++) {
    const depth = p * x[i] + q * y[i] + r * z[i] + s;
    const px = left + (reach * (a * x[i] + b * y[i] + c * z[i] + d)) / depth;
    const py = top - (reach * (e * x[i] + f * y[i] + g * z[i] + h)) / depth;
    seen.x[i] = px;
    seen.y[i] = py;
    seen.hidden[i] = view.hides(px, py, depth) ? 1 : 0; // a break in the line is nowhere
  }
  run.seen = { view, ...thin({ ...seen, step }) };
  return run.seen;
}
