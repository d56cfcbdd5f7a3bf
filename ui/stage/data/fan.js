/** A slider's fan: the paths at each of its stops, as ui/fan.py packs them, and every place between. No DOM. */

import { ofHeights } from "./terrain.js";

const NEAR = 16384; // the code of the domain's edge
const FAR = 89;
const NONE = -32768;
const ZERO = -32700; // the code of a loss of 0

/** Codes to places in half domains from its middle. */
const PLACES = Float64Array.from({ length: 65536 }, (_, i) => {
  const code = i - 32768;
  if (code === NONE) return NaN;
  const size = Math.abs(code);
  return Math.sign(code) * (size <= NEAR ? size / NEAR : Math.exp(((size - NEAR) * FAR) / (32767 - NEAR)));
});

const mix = (p, q, u) => (u ? p * (1 - u) + q * u : p);
/** Between the codes of two losses, which are logarithms: how small one is on the way to 0 nobody knows, the nearer counts. */
const mixLoss = (p, q, u) => ((p <= ZERO) === (q <= ZERO) ? mix(p, q, u) : u < 0.5 ? p : q);
const numberOf = (code) => (code === NONE ? NaN : code);

/** Whole numbers from their differences along rows of a length, given all high bytes and then all low ones. */
function sums(bytes, from, count, length, total) {
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
 * @param {{head: object, arrays: object}} answer of /fan @param {object} ground the terrain that the paths run on
 * @returns {{runs: (place: number) => object[], terrain: ?(place: number) => object}} at a slider's place from 0 to 1
 */
export function createFan({ head, arrays }, ground) {
  const { steps, values } = head;
  const stops = values.length;
  const n = steps + 1;
  const bounded = ground.minima.length > 0;
  const [[x0, x1], [y0, y1]] = ground.domain;
  const total = arrays.codes.length / 2;
  let from = 0;
  // Where each path begins among the codes, by run and stop.
  const parts = head.runs.map((_, r) =>
    Array.from({ length: stops }, (_, s) => {
      const stride = arrays.stride[r * stops + s];
      const length = Math.ceil(steps / stride) + 1;
      const part = { from, length, stride };
      from += 3 * length;
      return part;
    }));

  /** The path of run r at stop s: place (2 n) and code of the loss (n). Unpacked when first asked for. */
  function path(r, s) {
    const part = parts[r][s];
    if (part.path) return part.path;
    const { length, stride } = part;
    const codes = sums(arrays.codes, part.from, 3 * length, length, total);
    const place = new Float32Array(2 * n);
    const loss = new Float32Array(n);
    for (let i = 0; i < n; i++) {
      const before = Math.floor(i / stride);
      const after = Math.min(before + 1, length - 1);
      const [t0, t1] = [before * stride, Math.min(after * stride, steps)];
      const u = t1 > t0 ? (i - t0) / (t1 - t0) : 0;
      place[2 * i] = mix(PLACES[codes[before] + 32768], PLACES[codes[after] + 32768], u);
      place[2 * i + 1] = mix(PLACES[codes[length + before] + 32768], PLACES[codes[length + after] + 32768], u);
      loss[i] = mixLoss(numberOf(codes[2 * length + before]), numberOf(codes[2 * length + after]), u);
    }
    part.path = { place, loss };
    return part.path;
  }

  /** Between two stops each coordinate lies between theirs; where one of them is no number, the nearer one counts. */
  function runs(place) {
    const q = Math.min(1, Math.max(0, place)) * (stops - 1);
    const s = Math.min(Math.floor(q), stops - 2);
    const u = q - s < 1e-9 ? 0 : q - s;
    const next = Math.round(q);
    return head.runs.map(({ id, left, diverged }, r) => {
      const [a, b] = [path(r, s), path(r, u ? s + 1 : s)];
      const number = (m, p, q) => (m === m ? m : u < 0.5 ? p : q);
      const mixed = (p, q) => number(p * (1 - u) + q * u, p, q);
      const position = new Float64Array(2 * n);
      const gap = new Float64Array(n);
      for (let i = 0; i < n; i++) {
        position[2 * i] = (x0 + x1) / 2 + (mixed(a.place[2 * i], b.place[2 * i]) * (x1 - x0)) / 2;
        position[2 * i + 1] = (y0 + y1) / 2 + (mixed(a.place[2 * i + 1], b.place[2 * i + 1]) * (y1 - y0)) / 2;
        const code = number(mixLoss(a.loss[i], b.loss[i], u), a.loss[i], b.loss[i]);
        const size = 10 ** (Math.abs(code) / 100);
        gap[i] = bounded ? (code <= ZERO ? 0 : code < 0 ? 1 / size : size) : Math.sign(code) * (size - 1);
      }
      return { id, left: left[next], diverged: diverged[next], position, gap };
    });
  }

  if (!arrays.ground) return { runs };
  const points = arrays.ground.length / 2 / head.low.length;
  const grounds = head.low.map((low, k) => {
    const share = sums(arrays.ground, k * points, points, Math.sqrt(points), arrays.ground.length / 2);
    return Float32Array.from(share, (v) => low + ((v & 65535) / 65535) * (head.high[k] - low));
  });
  function terrain(place) {
    const q = Math.min(1, Math.max(0, place)) * (grounds.length - 1);
    const k = Math.min(Math.floor(q), grounds.length - 2);
    const [a, b] = [grounds[k], grounds[k + 1]];
    const heights = a.map((h, i) => h * (1 - q + k) + b[i] * (q - k));
    return ofHeights({ ...ground, ...head.landmarks[Math.round(place * (stops - 1))] }, heights);
  }
  return { runs, terrain };
}

/** The fan of the steps slider: the longest run holds all the shorter ones. What was drawn of it is not taken along. */
export const cutAt = (runs, steps) =>
  runs.map(({ contour, chart, lifted, seen, series, ...run }) => ({ ...run, position: run.position.subarray(0, 2 * steps + 2), gap: run.gap.subarray(0, steps + 1) }));
