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
  let low, high, reach;
  const start = (i) => {
    keep.push(i);
    anchor = i;
    low = -Infinity;
    high = Infinity;
    reach = 0;
  };
  for (let i = 0; i < x.length; i++) {
    const finite = Number.isFinite(x[i] + y[i]);
    const same = also.every((name) => i === 0 || line[name][i] === line[name][i - 1]);
    if (anchor < 0 || !finite || !Number.isFinite(x[anchor] + y[anchor]) || !same) {
      if (i > 0 && anchor >= 0 && anchor !== i - 1) keep.push(i - 1);
      start(i);
      continue;
    }
    const [dx, dy] = [x[i] - x[anchor], y[i] - y[anchor]];
    const far = Math.hypot(dx, dy);
    if (far <= SLACK && reach <= SLACK) continue; // still on the same pixel
    const angle = Math.atan2(dy, dx);
    const width = Math.asin(Math.min(1, SLACK / Math.max(far, SLACK)));
    const turn = low === -Infinity ? 0 : wrap(angle - low);
    const inside = low === -Infinity || (turn >= 0 && turn <= high);
    if (!inside || far < reach - SLACK) {
      start(i - 1);
      i--; // look at this vertex again from the new anchor
      continue;
    }
    reach = Math.max(reach, far);
    if (low === -Infinity) {
      low = angle - width;
      high = 2 * width;
    } else {
      const from = Math.max(0, turn - width);
      const to = Math.min(high, turn + width);
      low += from;
      high = to - from;
    }
  }
  if (keep[keep.length - 1] !== x.length - 1 && x.length) keep.push(x.length - 1);
  const pick = (a) => Float64Array.from(keep, (i) => a[i]);
  const out = { x: pick(x), y: pick(y), step: pick(line.step) };
  for (const name of also) out[name] = pick(line[name]);
  return out;
}

/** An angle brought to -pi..pi. */
const wrap = (angle) => angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI));

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
