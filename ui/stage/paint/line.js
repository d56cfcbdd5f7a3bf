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

// A line is gathered here before it is thinned: a drag makes thousands of vertices a frame, and would leave them as garbage.
const room = { x: new Float64Array(4096), y: new Float64Array(4096), step: new Float64Array(4096), kept: new Int32Array(4096) };

function make(length) {
  if (room.x.length >= length) return;
  for (const name of ["x", "y", "step"]) room[name] = new Float64Array(2 * length);
  room.kept = new Int32Array(2 * length);
}

/**
 * The line of n points one step apart, ready for a canvas: cut far outside it and thinned to what the eye can see.
 * @param {number} n @param {(i: number) => number} x @param {(i: number) => number} y pixels of point i
 * @returns {Line}
 */
export function makeLine(n, x, y) {
  make(3 * n + 1);
  const { x: xs, y: ys, step: steps } = room;
  let count = 0;
  const add = (px, py, step) => {
    xs[count] = px;
    ys[count] = py;
    steps[count] = step;
    count++;
  };
  const near = (px, py) => px < FAR && px > -FAR && py < FAR && py > -FAR;
  let [ax, ay] = [x(0), y(0)];
  let before = near(ax, ay);
  if (before) add(ax, ay, 0);
  for (let i = 1; i < n; i++) {
    const bx = x(i);
    const by = y(i);
    const now = near(bx, by);
    if (before && now) add(bx, by, i);
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
      } else if (now) {
        add(NaN, NaN, i);
        add(bx, by, i);
      }
    }
    ax = bx;
    ay = by;
    before = now;
  }
  // Where the line does not go on, the break has a step too, so that nothing stands there later.
  if (count && steps[count - 1] < n - 1) add(NaN, NaN, steps[count - 1]);
  return thin({ x: xs.subarray(0, count), y: ys.subarray(0, count), step: steps.subarray(0, count) });
}

/**
 * The same line without the vertices that the eye does not miss: between two kept ones it strays by less than half a pixel.
 * A cone of directions from the last kept vertex narrows with every vertex passed; one outside it, or a turn back,
 * keeps the vertex before. Where `hidden`, if the line has it, changes, a vertex is kept.
 */
export function thin({ x, y, step, hidden }) {
  const n = x.length;
  make(n + 1);
  const { kept } = room;
  let count = 0;
  let anchor = -1;
  let [ax, ay] = [NaN, NaN]; // of the anchor
  let [lx, ly, hx, hy] = [0, 0, 0, 0]; // the cone's edges, as directions
  let [open, reach] = [true, 0];
  for (let i = 0; i < n; i++) {
    const dx = x[i] - ax;
    const dy = y[i] - ay;
    const sum = dx + dy;
    let next = i;
    if (anchor < 0 || !(sum - sum === 0) || (hidden && i > 0 && hidden[i] !== hidden[i - 1])) {
      // The first vertex, a break on either side, or a change of what is hidden.
      if (anchor >= 0 && anchor !== i - 1) kept[count++] = i - 1;
    } else {
      const far = Math.sqrt(dx * dx + dy * dy);
      if (far <= SLACK && reach <= SLACK) continue; // still on the same pixel
      if (far >= reach - SLACK && (open || (lx * dy - ly * dx >= 0 && dx * hy - dy * hx >= 0 && lx * dx + ly * dy > 0))) {
        if (far > reach) reach = far;
        // The cone in which the line may run and pass this vertex by less than SLACK.
        const sx = (-dy / far) * SLACK;
        const sy = (dx / far) * SLACK;
        if (open || lx * (dy - sy) - ly * (dx - sx) > 0) {
          lx = dx - sx;
          ly = dy - sy;
        }
        if (open || (dx + sx) * hy - (dy + sy) * hx > 0) {
          hx = dx + sx;
          hy = dy + sy;
        }
        open = false;
        continue;
      }
      next = i - 1; // and this vertex is looked at again from there
    }
    kept[count++] = anchor = next;
    ax = x[next];
    ay = y[next];
    open = true;
    reach = 0;
    i = next;
  }
  if (n && kept[count - 1] !== n - 1) kept[count++] = n - 1;
  const out = { x: new Float64Array(count), y: new Float64Array(count), step: new Float64Array(count) };
  if (hidden) out.hidden = new Uint8Array(count);
  for (let k = 0; k < count; k++) {
    const i = kept[k];
    out.x[k] = x[i];
    out.y[k] = y[i];
    out.step[k] = step[i];
    if (hidden) out.hidden[k] = hidden[i];
  }
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
