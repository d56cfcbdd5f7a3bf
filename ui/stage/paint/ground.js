/**
 * The surface from above: bands of color between contour lines. Each pixel is computed by itself, which takes 5 ms, so
 * that the picture follows a slider.
 */

/** @import { Range, Terrain, Theme } from "../types" */

import { levelsIn } from "../data/terrain.js";
import { channels } from "./color.js";

const LINE = 0.4; // half the width of a contour line in CSS pixels

/**
 * Cubic interpolation along one axis (Catmull & Rom 1974): for each pixel the grid point before it and the weights of
 * the four points round it. A pixel outside the domain has the index -1.
 * @param {number} n pixels
 * @param {number} from the coordinate at the first pixel's edge
 * @param {number} to the coordinate at the last pixel's edge
 * @param {Range} domain
 * @param {number} points of the grid
 */
function cubicWeights(n, from, to, [low, high], points) {
  const index = new Int32Array(n);
  const weight = new Float32Array(4 * n);
  for (let p = 0; p < n; p++) {
    const at = ((from + ((to - from) * (p + 0.5)) / n - low) / (high - low)) * (points - 1);
    if (!(at >= 0 && at <= points - 1)) {
      index[p] = -1;
      continue;
    }
    const i = Math.min(Math.floor(at), points - 2);
    const u = at - i;
    index[p] = i;
    weight[4 * p] = (((2 - u) * u - 1) * u) / 2;
    weight[4 * p + 1] = ((3 * u - 5) * u * u + 2) / 2;
    weight[4 * p + 2] = (((4 - 3 * u) * u + 1) * u) / 2;
    weight[4 * p + 3] = ((u - 1) * u * u) / 2;
  }
  return { index, weight };
}

/** Packed as a pixel: every browser runs on a little-endian machine. @param {number} r @param {number} g @param {number} b */
const pack = (r, g, b) => 0xff000000 | (b << 16) | (g << 8) | r;

/**
 * @param {Terrain} terrain
 * @param {[Range, Range]} range the part of the plane that is shown
 * @param {number} width in device pixels
 * @param {number} height
 * @param {number} ratio device pixels for a CSS pixel
 * @param {Theme} theme
 * @param {Uint32Array} pixels of the picture to paint into
 * @param {number} corner the index of its first pixel to paint
 * @param {number} stride from one of its rows to the next
 */
export function paintGround(
  terrain,
  [[x0, x1], [y0, y1]],
  width,
  height,
  ratio,
  theme,
  pixels,
  corner = 0,
  stride = width,
) {
  const { heights, low, high, domain } = terrain;
  const levels = levelsIn(terrain, [
    [x0, x1],
    [y0, y1],
  ]);
  const n = terrain.n;
  const across = cubicWeights(width, x0, x1, domain[0], n);
  const down = cubicWeights(height, y1, y0, domain[1], n);

  // Heights in units of contour lines above the lowest one, interpolated along the rows of the grid first, then between
  // the rows.
  const scaled = heights.map((h) => (h - levels.start) / levels.size);
  const rows = new Float32Array(n * width);
  for (let p = 0; p < width; p++) {
    const i = across.index[p];
    if (i < 0) continue;
    const [a, b, c, d] = across.weight.subarray(4 * p, 4 * p + 4);
    const [before, after] = [i > 0 ? -1 : 0, i < n - 2 ? 2 : 1];
    for (let j = 0, q = i; j < n; j++, q += n)
      rows[j * width + p] = a * scaled[q + before] + b * scaled[q] + c * scaled[q + 1] + d * scaled[q + after];
  }
  /**
   * @param {Float32Array} into
   * @param {number} p
   */
  const row = (into, p) => {
    const j = down.index[p];
    const [a, b, c, d] = down.weight.subarray(4 * p, 4 * p + 4);
    const [r1, r2] = [j * width, (j + 1) * width];
    const [r0, r3] = [j > 0 ? r1 - width : r1, j < n - 2 ? r2 + width : r2];
    for (let q = 0; q < width; q++) into[q] = a * rows[r0 + q] + b * rows[r1 + q] + c * rows[r2 + q] + d * rows[r3 + q];
  };

  const [from, to, line, empty] = [theme.low, theme.high, theme.line, theme.background].map(channels);
  const bands = Math.ceil((levels.end - levels.start) / levels.size) + 1;
  const colors = Uint8ClampedArray.from({ length: 3 * (bands + 1) }, (_, k) => {
    const share = Math.min(
      1,
      Math.max(0, (levels.start + (Math.floor(k / 3) - 0.5) * levels.size - low) / (high - low)),
    );
    return from[k % 3] + (to[k % 3] - from[k % 3]) * share;
  });
  const bandPixels = Uint32Array.from({ length: bands + 1 }, (_, k) =>
    pack(colors[3 * k], colors[3 * k + 1], colors[3 * k + 2]),
  );
  const outside = pack(empty[0], empty[1], empty[2]);
  const reach = LINE * ratio + 0.5;
  const reach2 = reach * reach;
  let [now, next] = [new Float32Array(width), new Float32Array(width)];
  for (let p = 0; p < height; p++) {
    const start = corner + p * stride;
    if (down.index[p] < 0) {
      pixels.fill(outside, start, start + width);
      continue;
    }
    const follows = p + 1 < height && down.index[p + 1] >= 0;
    if (p === 0 || down.index[p - 1] < 0) row(now, p);
    if (follows) row(next, p + 1);
    let right = now[0];
    for (let q = 0; q < width; q++) {
      const level = right;
      right = q + 1 < width ? now[q + 1] : level;
      if (across.index[q] < 0 || Number.isNaN(level)) {
        pixels[start + q] = outside;
        continue;
      }
      const k = level < 0 ? 0 : level < bands ? (level | 0) + 1 : bands;
      // The distance to the nearest line is the height above it over the slope.
      const rise = level < 0 ? level : level - ((level + 0.5) | 0);
      const sx = right - level;
      const sy = follows ? next[q] - level : 0;
      const slope = sx * sx + sy * sy;
      if (rise * rise >= slope * reach2) {
        pixels[start + q] = bandPixels[k];
        continue;
      }
      const opacity = line[3] * Math.min(1, reach - Math.abs(rise) / Math.sqrt(slope));
      const [r, g, b] = [colors[3 * k], colors[3 * k + 1], colors[3 * k + 2]];
      pixels[start + q] = pack(r + (line[0] - r) * opacity, g + (line[1] - g) * opacity, b + (line[2] - b) * opacity);
    }
    [now, next] = [next, now];
  }
}
