/**
 * The fan of a slider: the paths at each of its stops, as ui/fan.py encodes them, and interpolated between the stops, so
 * that a drag needs no further request.
 */

/** @import { Answer, Fan, Run, Terrain } from "../types" */

import { terrainOfHeights } from "./terrain.js";

/**
 * The constants of the encoding (ui/fan.py): the code of the domain's edge, how many powers of e beyond the edge the
 * largest code stands for, the code of "not a number", that of a loss of 0, the codes in a decade of the loss, and the
 * code of the highest height.
 * @typedef {{edge: number, e_folds: number, none: number, zero: number, decade: number, top: number}} Coding
 */

/**
 * Each int16 code, plus 32768, as a coordinate: 0 is the middle of the domain and ±1 its edges.
 * @param {Coding} coding
 */
function coordinateTable({ edge, e_folds, none }) {
  const table = new Float64Array(65536);
  const rate = e_folds / (32767 - edge);
  for (let i = 0; i < 65536; i++) {
    const code = i - 32768;
    const size = Math.abs(code);
    table[i] =
      code === none ? Number.NaN : Math.sign(code) * (size <= edge ? size / edge : Math.exp((size - edge) * rate));
  }
  return table;
}

/** @param {number} p @param {number} q @param {number} u */
const mix = (p, q, u) => (u ? p * (1 - u) + q * u : p);

/**
 * Decode int16 numbers from the differences along rows of a length. All high bytes come first, then all low bytes.
 * @param {Uint8Array} bytes
 * @param {number} from the first number
 * @param {number} count
 * @param {number} length of a row
 * @param {number} total how many numbers the bytes hold
 */
function cumulativeSums(bytes, from, count, length, total) {
  const out = new Int16Array(count);
  let sum = 0;
  for (let i = 0; i < count; i++) {
    if (i % length === 0) sum = 0;
    sum = (sum + (bytes[from + i] << 8) + bytes[total + from + i]) & 65535;
    out[i] = sum;
  }
  return out;
}

/**
 * @param {Answer} answer of /fan
 * @param {Terrain} base the terrain that the paths run on
 * @returns {Fan & {runs(place: number): Run[]}} a Fan that needs no value
 */
export function createFan({ head, arrays }, base) {
  const { steps } = head;
  const { zero, none, decade, top } = /** @type {Coding} */ (head.coding);
  const coordinates = coordinateTable(head.coding);
  const stops = head.values.length;
  const n = steps + 1;
  /** Whether f has a minimum at a stop: its losses are coded as logarithms of their distance from it. @param {number} s */
  const isBounded = (s) => (head.landmarks?.[s] ?? base).minima.length > 0;
  const [[x0, x1], [y0, y1]] = base.domain;
  const total = arrays.codes.length / 2;
  let from = 0;
  // Where each path begins among the codes, by run and stop.
  const parts = head.runs.map((_, r) =>
    Array.from({ length: stops }, (_, s) => {
      const stride = arrays.stride[r * stops + s];
      const length = Math.ceil(steps / stride) + 1;
      const part = { from, length, stride, path: /** @type {{place: Float32Array, loss: Float32Array}?} */ (null) };
      from += 3 * length;
      return part;
    }),
  );

  /** @param {number} code */
  const decodeLoss = (code) => (code === none ? Number.NaN : code);
  /**
   * Between the codes of two losses, which are logarithms. A logarithm cannot be interpolated to a loss of 0: if one of
   * them is 0, the nearer one is taken.
   * @param {number} p @param {number} q @param {number} u
   */
  const mixLoss = (p, q, u) => (p <= zero === q <= zero ? mix(p, q, u) : u < 0.5 ? p : q);

  /**
   * The path of run r at stop s, decoded when it is first asked for: coordinates (2 n) and codes of the loss (n).
   * @param {number} r
   * @param {number} s
   */
  function pathAt(r, s) {
    const part = parts[r][s];
    if (part.path) return part.path;
    const { length, stride } = part;
    const codes = cumulativeSums(arrays.codes, part.from, 3 * length, length, total);
    const place = new Float32Array(2 * n);
    const loss = new Float32Array(n);
    for (let i = 0; i < n; i++) {
      const before = Math.floor(i / stride);
      const after = Math.min(before + 1, length - 1);
      const t0 = before * stride;
      const t1 = Math.min(after * stride, steps);
      const u = t1 > t0 ? (i - t0) / (t1 - t0) : 0;
      place[2 * i] = mix(coordinates[codes[before] + 32768], coordinates[codes[after] + 32768], u);
      place[2 * i + 1] = mix(
        coordinates[codes[length + before] + 32768],
        coordinates[codes[length + after] + 32768],
        u,
      );
      loss[i] = mixLoss(decodeLoss(codes[2 * length + before]), decodeLoss(codes[2 * length + after]), u);
    }
    part.path = { place, loss };
    return part.path;
  }

  /**
   * Between two stops coordinates and losses are interpolated; where one of the two is not a number, the nearer stop is
   * taken.
   * @param {number} place
   * @returns {Run[]}
   */
  function runs(place) {
    const q = Math.min(1, Math.max(0, place)) * (stops - 1);
    const s = Math.min(Math.floor(q), stops - 2);
    const u = q - s < 1e-9 ? 0 : q - s;
    const nearest = Math.round(q);
    const orNearer = (/** @type {number} */ m, /** @type {number} */ p, /** @type {number} */ q) =>
      Number.isNaN(m) ? (u < 0.5 ? p : q) : m;
    const mixed = (/** @type {number} */ p, /** @type {number} */ q) => orNearer(p * (1 - u) + q * u, p, q);
    const bounded = isBounded(nearest);
    const alike = isBounded(s) === isBounded(s + 1); // or the codes of their losses cannot be mixed
    return head.runs.map(({ id, left, diverged }, r) => {
      const [a, b] = [pathAt(r, s), pathAt(r, u ? s + 1 : s)];
      const near = u < 0.5 ? a : b;
      const position = new Float64Array(2 * n);
      const gap = new Float64Array(n);
      for (let i = 0; i < n; i++) {
        position[2 * i] = (x0 + x1) / 2 + (mixed(a.place[2 * i], b.place[2 * i]) * (x1 - x0)) / 2;
        position[2 * i + 1] = (y0 + y1) / 2 + (mixed(a.place[2 * i + 1], b.place[2 * i + 1]) * (y1 - y0)) / 2;
        const code = alike ? orNearer(mixLoss(a.loss[i], b.loss[i], u), a.loss[i], b.loss[i]) : near.loss[i];
        const size = 10 ** (Math.abs(code) / decade);
        gap[i] = bounded ? (code <= zero ? 0 : code < 0 ? 1 / size : size) : Math.sign(code) * (size - 1);
      }
      return { id, left: left[nearest], diverged: diverged[nearest], position, gap, approximate: true, internals: {} };
    });
  }

  if (!arrays.ground) return { runs };
  const points = arrays.ground.length / 2 / head.low.length;
  const grids = head.low.map((/** @type {number} */ low, /** @type {number} */ k) => {
    const codes = cumulativeSums(arrays.ground, k * points, points, Math.sqrt(points), arrays.ground.length / 2);
    const height = (/** @type {number} */ code) =>
      code > top ? Number.NaN : low + (code / top) * (head.high[k] - low);
    return Float32Array.from(codes, (code) => height(code & 65535));
  });
  /** @param {number} place */
  function terrain(place) {
    const q = Math.min(1, Math.max(0, place)) * (grids.length - 1);
    const k = Math.min(Math.floor(q), grids.length - 2);
    const [a, b] = [grids[k], grids[k + 1]];
    const near = q - k < 0.5 ? a : b; // it decides where f has a value
    const heights = a.map((/** @type {number} */ h, /** @type {number} */ i) => {
      const height = h * (1 - q + k) + b[i] * (q - k);
      return Number.isNaN(height) ? near[i] : height;
    });
    return terrainOfHeights({ ...base, ...head.landmarks[Math.round(place * (stops - 1))] }, heights);
  }
  return { runs, terrain };
}

/**
 * The first steps of some runs: what the slider of the steps needs, since the longest run holds all the shorter ones.
 * @template {Run} T
 * @param {T[]} runs
 * @param {number} steps
 */
export const truncate = (runs, steps) =>
  runs.map((run) => {
    const rows = run.position.length / 2;
    /** @template {Float32Array | Float64Array} A @param {A} array @returns {A} */
    const cut = (array) => /** @type {A} */ (array.subarray(0, (array.length / rows) * (steps + 1)));
    const { position, gap, gradient, lr, validation, test, internals } = run;
    return {
      ...run,
      approximate: true,
      ...{ position: cut(position), gap: cut(gap) },
      ...{ gradient: gradient && cut(gradient), lr: lr && cut(lr) },
      ...(validation && test && { validation: cut(validation), test: cut(test) }),
      internals: Object.fromEntries(Object.entries(internals).map(([id, array]) => [id, cut(array)])),
    };
  });
