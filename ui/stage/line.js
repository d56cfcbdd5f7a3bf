/**
 * A path as a line in pixels: vertices with the fractional step each belongs to. Pure functions, no DOM.
 * A vertex that is not finite breaks the line.
 * @typedef {{x: Float64Array, y: Float64Array, step: Float64Array}} Line
 */

export const FAR = 1e4; // pixels: beyond this a canvas loses precision, so segments are cut there
const SLACK = 0.35; // pixels: half the width of the cone in which a thinned line runs

/**
 * The part of the segment a-b inside the box, or null. Exact geometry (Liang & Barsky): no value is clamped.
 * @returns {?[number, number, number, number]} the two ends
 */
export function cut(ax, ay, bx, by, left, top, right, bottom) {
  let from = 0;
  let to = 1;
  const [dx, dy] = [bx - ax, by - ay];
  for (const [step, room] of [[-dx, ax - left], [dx, right - ax], [-dy, ay - top], [dy, bottom - ay]]) {
    if (step === 0) {
      if (room < 0) return null;
    } else if (step < 0) from = Math.max(from, room / step);
    else to = Math.min(to, room / step);
  }
  return from > to ? null : [ax + from * dx, ay + from * dy, ax + to * dx, ay + to * dy];
}

/** The share of the way from a to b at which the point (x, y) of that segment lies. */
export const along = (ax, ay, bx, by, x, y) => (Math.abs(bx - ax) > Math.abs(by - ay) ? (x - ax) / (bx - ax) : by === ay ? 0 : (y - ay) / (by - ay));

/**
 * The line of n points one step apart, ready for a canvas: cut far outside it and thinned to what the eye can see.
 * @param {number} n @param {(i: number) => number} x @param {(i: number) => number} y pixels of point i
 * @returns {Line}
 */
export function makeLine(n, x, y) {
  const [xs, ys, steps] = [[], [], []];
  const add = (px, py, step) => {
    xs.push(px);
    ys.push(py);
    steps.push(step);
  };
  let [ax, ay] = [x(0), y(0)];
  const near = (px, py) => Math.abs(px) < FAR && Math.abs(py) < FAR;
  if (near(ax, ay)) add(ax, ay, 0);
  for (let i = 1; i < n; i++) {
    const [bx, by] = [x(i), y(i)];
    if (near(ax, ay) && near(bx, by)) add(bx, by, i);
    else {
      const piece = Number.isFinite(ax + ay + bx + by) ? cut(ax, ay, bx, by, -FAR, -FAR, FAR, FAR) : null;
      if (piece) {
        const [cx, cy, dx, dy] = piece;
        const [from, to] = [along(ax, ay, bx, by, cx, cy), along(ax, ay, bx, by, dx, dy)];
        if (from > 0) {
          add(NaN, NaN, i - 1 + from);
          add(cx, cy, i - 1 + from);
        }
        add(dx, dy, i - 1 + to);
      } else if (near(bx, by)) {
        add(NaN, NaN, i);
        add(bx, by, i);
      }
    }
    [ax, ay] = [bx, by];
  }
  // Where the line does not go on, the break has a step too, so that nothing stands there later.
  if (steps.length && steps[steps.length - 1] < n - 1) add(NaN, NaN, steps[steps.length - 1]);
  return thin({ x: xs, y: ys, step: steps });
}

/**
 * The same line without the vertices that the eye does not miss: between two kept ones it strays by less than half a pixel.
 * A cone of directions from the last kept vertex narrows with every vertex passed; one outside it, or a turn back,
 * keeps the vertex before. `also` names further arrays to thin along.
 */
export function thin(line, also = []) {
  const { x, y } = line;
  const keep = [];
  let anchor = -1;
  let [lx, ly, hx, hy] = [0, 0, 0, 0]; // the cone's edges, as directions
  let [open, reach] = [true, 0];
  const start = (i) => {
    keep.push(i);
    anchor = i;
    open = true;
    reach = 0;
  };
  for (let i = 0; i < x.length; i++) {
    const finite = Number.isFinite(x[i] + y[i]);
    let same = true;
    for (const name of also) same &&= i === 0 || line[name][i] === line[name][i - 1];
    if (anchor < 0 || !finite || !Number.isFinite(x[anchor] + y[anchor]) || !same) {
      if (i > 0 && anchor >= 0 && anchor !== i - 1) keep.push(i - 1);
      start(i);
      continue;
    }
    const dx = x[i] - x[anchor];
    const dy = y[i] - y[anchor];
    const far = Math.sqrt(dx * dx + dy * dy);
    if (far <= SLACK && reach <= SLACK) continue; // still on the same pixel
    const inside = open || (lx * dy - ly * dx >= 0 && dx * hy - dy * hx >= 0 && lx * dx + ly * dy > 0);
    if (!inside || far < reach - SLACK) {
      start(i - 1);
      i--; // look at this vertex again from the new anchor
      continue;
    }
    if (far > reach) reach = far;
    // The cone in which the line may run and pass this vertex by less than SLACK.
    const [sx, sy] = far > 0 ? [(-dy / far) * SLACK, (dx / far) * SLACK] : [0, 0];
    const [ax, ay, bx, by] = [dx - sx, dy - sy, dx + sx, dy + sy];
    if (open || lx * ay - ly * ax > 0) [lx, ly] = [ax, ay];
    if (open || bx * hy - by * hx > 0) [hx, hy] = [bx, by];
    open = false;
  }
  if (keep[keep.length - 1] !== x.length - 1 && x.length) keep.push(x.length - 1);
  const pick = (a) => Float64Array.from(keep, (i) => a[i]);
  const out = { x: pick(x), y: pick(y), step: pick(line.step) };
  for (const name of also) out[name] = pick(line[name]);
  return out;
}

/** The last vertex at or before step t. @param {Line} line */
export function vertexAt({ step }, t) {
  let low = 0;
  let high = step.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (step[middle] <= t) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** A quantity at a fractional step, between its values at the whole steps round it. @param {(i: number) => number} value */
export function between(value, t) {
  const i = Math.floor(t);
  return t === i ? value(i) : value(i) * (1 - t + i) + value(i + 1) * (t - i);
}
