/** Paths as lines in pixels. */

/** @import { Box, Point } from "../types" */

/**
 * A line: the fractional step of each vertex and, of a line in 3D, whether the surface hides it. A vertex that is not
 * finite breaks the line.
 * @typedef {{x: Float64Array, y: Float64Array, step: Float64Array, hidden?: Uint8Array}} Line
 */

export const FAR = 1e4; // pixels: beyond this a canvas loses precision, so segments are clipped there
const TOLERANCE = 0.35; // pixels by which a thinned line may pass a vertex that it leaves out

/**
 * The part of the segment a-b inside a box (Liang & Barsky 1984).
 * @param {number} ax @param {number} ay @param {number} bx @param {number} by
 * @param {number} left @param {number} top @param {number} right @param {number} bottom
 * @returns {[number, number, number, number] | null} its two ends; null if no part is inside
 */
export function clipSegment(ax, ay, bx, by, left, top, right, bottom) {
  let from = 0;
  let to = 1;
  let [enters, leaves] = [-1, -1]; // the sides through which it does
  const [dx, dy] = [bx - ax, by - ay];
  // Towards each side of the box: the component of the segment, and how far away the side is.
  const sides = [
    [-dx, ax - left],
    [dx, right - ax],
    [-dy, ay - top],
    [dy, bottom - ay],
  ];
  for (let side = 0; side < 4; side++) {
    const [step, room] = sides[side];
    if (step === 0) {
      if (room < 0) return null;
    } else if (step < 0) {
      if (room / step > from) [from, enters] = [room / step, side];
    } else if (room / step < to) [to, leaves] = [room / step, side];
  }
  if (from > to) return null;
  /** @type {[number, number, number, number]} */
  const ends = [ax + from * dx, ay + from * dy, ax + to * dx, ay + to * dy];
  // Where the ends of the segment are far away, their difference has no digit left for the place of the side.
  const box = [left, right, top, bottom];
  if (enters >= 0) ends[enters >> 1] = box[enters];
  if (leaves >= 0) ends[2 + (leaves >> 1)] = box[leaves];
  return ends;
}

/**
 * The fraction of the way from a to b at which the point (x, y) of that segment lies.
 * @param {number} ax @param {number} ay @param {number} bx @param {number} by
 * @param {number} x @param {number} y
 */
export function fractionAlong(ax, ay, bx, by, x, y) {
  if (Math.abs(bx - ax) > Math.abs(by - ay)) return (x - ax) / (bx - ax);
  return by === ay ? 0 : (y - ay) / (by - ay);
}

/** @param {number} length */
const createBuffers = (length) => ({
  x: new Float64Array(length),
  y: new Float64Array(length),
  step: new Float64Array(length),
  kept: new Int32Array(length),
});

// Reused for every line before it is thinned: during a drag new arrays would be megabytes of garbage a second.
let buffers = createBuffers(4096);

/** @param {number} length */
function reserve(length) {
  if (buffers.x.length < length) buffers = createBuffers(2 * length);
}

/**
 * The line through n points one step apart: clipped FAR outside the canvas, and thinned.
 * @param {number} n
 * @param {(i: number) => number} x of point i in pixels
 * @param {(i: number) => number} y
 * @returns {Line}
 */
export function makeLine(n, x, y) {
  reserve(3 * n + 1);
  const { x: xs, y: ys, step: steps } = buffers;
  let count = 0;
  const add = (/** @type {number} */ px, /** @type {number} */ py, /** @type {number} */ step) => {
    xs[count] = px;
    ys[count] = py;
    steps[count] = step;
    count++;
  };
  const near = (/** @type {number} */ px, /** @type {number} */ py) => px < FAR && px > -FAR && py < FAR && py > -FAR;
  let [ax, ay] = [x(0), y(0)];
  let before = near(ax, ay);
  if (before) add(ax, ay, 0);
  for (let i = 1; i < n; i++) {
    const bx = x(i);
    const by = y(i);
    const now = near(bx, by);
    if (before && now) add(bx, by, i);
    else {
      const piece = Number.isFinite(ax + ay + bx + by) ? clipSegment(ax, ay, bx, by, -FAR, -FAR, FAR, FAR) : null;
      if (piece) {
        const [cx, cy, dx, dy] = piece;
        const [from, to] = [fractionAlong(ax, ay, bx, by, cx, cy), fractionAlong(ax, ay, bx, by, dx, dy)];
        if (from > 0) {
          add(Number.NaN, Number.NaN, i - 1 + from);
          add(cx, cy, i - 1 + from);
        }
        add(dx, dy, i - 1 + to);
      } else if (now) {
        add(Number.NaN, Number.NaN, i);
        add(bx, by, i);
      }
    }
    ax = bx;
    ay = by;
    before = now;
  }
  // If the line ends before the last step, it ends in a break, so that vertexAt finds no place after its end.
  if (count && steps[count - 1] < n - 1) add(Number.NaN, Number.NaN, steps[count - 1]);
  return thin({ x: xs.subarray(0, count), y: ys.subarray(0, count), step: steps.subarray(0, count) });
}

/**
 * The same line with fewer vertices: it strays by less than half a pixel from those left out. From the last vertex kept,
 * the directions that pass every vertex since within TOLERANCE form a cone, which narrows with each vertex. A vertex
 * outside the cone, or a turn back, keeps the vertex before it (cone intersection: Sklansky & Gonzalez 1980). Where
 * `hidden` changes, a vertex is kept.
 * @param {{x: ArrayLike<number>, y: ArrayLike<number>, step: ArrayLike<number>, hidden?: ArrayLike<number>}} line
 * @returns {Line}
 */
export function thin({ x, y, step, hidden }) {
  const n = x.length;
  reserve(n + 1);
  const { kept } = buffers;
  let count = 0;
  let anchor = -1;
  let [ax, ay] = [Number.NaN, Number.NaN]; // of the anchor, the last vertex kept
  let [lx, ly, hx, hy] = [0, 0, 0, 0]; // the directions of the cone's edges
  let [open, reach] = [true, 0]; // no direction is ruled out yet; how far from the anchor the line has been
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
      if (far <= TOLERANCE && reach <= TOLERANCE) continue; // still at the anchor
      if (
        far >= reach - TOLERANCE &&
        (open || (lx * dy - ly * dx >= 0 && dx * hy - dy * hx >= 0 && lx * dx + ly * dy > 0))
      ) {
        if (far > reach) reach = far;
        // Narrow the cone to the directions that pass this vertex by less than TOLERANCE.
        const sx = (-dy / far) * TOLERANCE;
        const sy = (dx / far) * TOLERANCE;
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
      next = i - 1; // this vertex is tested again from there
    }
    kept[count++] = anchor = next;
    ax = x[next];
    ay = y[next];
    open = true;
    reach = 0;
    i = next;
  }
  if (n && kept[count - 1] !== n - 1) kept[count++] = n - 1;
  /** @type {Line} */
  const out = { x: new Float64Array(count), y: new Float64Array(count), step: new Float64Array(count) };
  for (let k = 0; k < count; k++) {
    const i = kept[k];
    out.x[k] = x[i];
    out.y[k] = y[i];
    out.step[k] = step[i];
  }
  if (!hidden) return out;
  out.hidden = new Uint8Array(count);
  for (let k = 0; k < count; k++) out.hidden[k] = hidden[kept[k]];
  return out;
}

/**
 * The last vertex at or before step t.
 * @param {{step: ArrayLike<number>}} line
 * @param {number} t
 */
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

/**
 * A quantity at a fractional step: linear between its values at the two whole steps round it.
 * @param {(i: number) => number} value
 * @param {number} t
 */
export function interpolate(value, t) {
  const i = Math.floor(t);
  return t === i ? value(i) : value(i) * (1 - t + i) + value(i + 1) * (t - i);
}

/**
 * Where a line that is outside a frame at step t last crossed the frame's edge; NaN if it never was inside.
 * @param {Line} line
 * @param {number} t
 * @param {Box} frame
 * @returns {Point}
 */
export function lastCrossing({ x, y, step }, t, [left, top, width, height]) {
  for (let i = step.length - 1; i > 0; i--) {
    if (step[i - 1] > t) continue;
    const [ax, ay, bx, by] = [x[i - 1], y[i - 1], x[i], y[i]];
    const inside = clipSegment(ax, ay, bx, by, left, top, left + width, top + height);
    if (!inside || !Number.isFinite(inside[0])) continue;
    const [cx, cy, dx, dy] = inside;
    // A segment that begins outside may cross the frame after step t only.
    const beginsOutside = cx !== ax || cy !== ay;
    const reached = (t - step[i - 1]) / (step[i] - step[i - 1]);
    if (beginsOutside && reached < fractionAlong(ax, ay, bx, by, dx, dy)) continue;
    return [dx, dy];
  }
  return [Number.NaN, Number.NaN];
}
