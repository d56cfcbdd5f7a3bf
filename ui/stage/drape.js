/** Paths laid over a surface and seen through a camera. Pure functions, no DOM. */

import { along, cut, thin, vertexAt } from "./line.js";

const PIECES = 48; // a step that crosses the whole domain is laid over the surface in so many pieces
const SPOTS = 61; // points along each side of the grid on which it is looked up what a hill hides
const LOOKS = 24; // places looked at between a point and the eye

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
  return view.project(mix(x), mix(y), mix(z));
}

/** Which of SPOTS x SPOTS places on the surface a hill hides from the eye, row by row: 1 where it does. */
export function shadow({ eye: [ex, ey, ez] }, terrain) {
  const [[x0, x1], [y0, y1]] = terrain.domain;
  const slack = 0.012 * (terrain.high - terrain.low);
  const hidden = new Uint8Array(SPOTS * SPOTS);
  for (let j = 0; j < SPOTS; j++) {
    for (let i = 0; i < SPOTS; i++) {
      const [x, y] = [x0 + ((x1 - x0) * i) / (SPOTS - 1), y0 + ((y1 - y0) * j) / (SPOTS - 1)];
      const z = terrain.height(x, y);
      const [dx, dy, dz] = [ex - x, ey - y, ez - z];
      const reach = Math.min(1, 1 / Math.max(Math.abs(dx) / (x1 - x0), Math.abs(dy) / (y1 - y0), 1e-9)); // once across the domain
      for (let k = 1; k <= LOOKS; k++) {
        const u = reach * (k / LOOKS) ** 1.5;
        const h = terrain.height(x + dx * u, y + dy * u);
        if (Number.isNaN(h)) break; // past the edge nothing stands in the way
        if (h > z + dz * u + slack) {
          hidden[j * SPOTS + i] = 1;
          break;
        }
      }
    }
  }
  return hidden;
}

/** The vertices on the screen, and whether a hill stands before them. Kept until the camera or the path changes. */
export function through(run, { x, y, z, step }, view, hidden, { domain: [[x0, x1], [y0, y1]] }) {
  if (run.seen?.view === view) return run.seen;
  const n = step.length;
  const seen = { x: new Float32Array(n), y: new Float32Array(n), hidden: new Uint8Array(n) };
  for (let i = 0; i < n; i++) {
    [seen.x[i], seen.y[i]] = view.project(x[i], y[i], z[i]);
    const [u, v] = [((x[i] - x0) / (x1 - x0)) * (SPOTS - 1), ((y[i] - y0) / (y1 - y0)) * (SPOTS - 1)];
    seen.hidden[i] = hidden[Math.round(v) * SPOTS + Math.round(u)] ?? 0; // a break in the line is nowhere
  }
  run.seen = { view, ...thin({ ...seen, step }) };
  return run.seen;
}
