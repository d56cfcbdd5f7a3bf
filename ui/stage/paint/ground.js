/**
 * The surface from above: bands of colour between contour lines, painted point by point on the screen, so that it can
 * follow a slider. (Plotly's own contours take 90 ms, this 5.)
 */

import { channels } from "./raster.js";

const LINE = 0.4; // half the width of a contour line in CSS pixels

/**
 * For each of n pixels the grid point before it and the weights of the four round it (Catmull & Rom 1974: smooth, and
 * through the points); a pixel outside the domain has the index -1.
 */
function taps(n, from, to, [low, high], points) {
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
    weight.set([((2 - u) * u - 1) * u / 2, ((3 * u - 5) * u * u + 2) / 2, ((4 - 3 * u) * u + 1) * u / 2, ((u - 1) * u * u) / 2], 4 * p);
  }
  return { index, weight };
}

/**
 * @param {object} terrain as in terrain.js @param {[number, number][]} range the part of the plane that is seen
 * @param {number} width @param {number} height in pixels of the screen @param {number} ratio of them to CSS pixels
 * @param {object} theme @param {Uint32Array} pixels of a picture to paint into @param {number} corner where in it
 * @param {number} stride from one of its rows to the next
 */
export function paintGround(terrain, [[x0, x1], [y0, y1]], width, height, ratio, theme, pixels, corner = 0, stride = width) {
  const { heights, low, high, levels, domain } = terrain;
  const n = terrain.x.length;
  const across = taps(width, x0, x1, domain[0], n);
  const down = taps(height, y1, y0, domain[1], n);

  // In contour lines above the lowest one: along the rows of the grid first, then between them.
  const scaled = heights.map((h) => (h - levels.start) / levels.size);
  const rows = new Float32Array(n * width);
  for (let p = 0; p < width; p++) {
    const i = across.index[p];
    if (i < 0) continue;
    const [a, b, c, d] = across.weight.subarray(4 * p, 4 * p + 4);
    const [before, after] = [i > 0 ? -1 : 0, i < n - 2 ? 2 : 1];
    for (let j = 0, q = i; j < n; j++, q += n) rows[j * width + p] = a * scaled[q + before] + b * scaled[q] + c * scaled[q + 1] + d * scaled[q + after];
  }
  const row = (into, p) => {
    const j = down.index[p];
    const [a, b, c, d] = down.weight.subarray(4 * p, 4 * p + 4);
    const [r1, r2] = [j * width, (j + 1) * width];
    const [r0, r3] = [j > 0 ? r1 - width : r1, j < n - 2 ? r2 + width : r2];
    for (let q = 0; q < width; q++) into[q] = a * rows[r0 + q] + b * rows[r1 + q] + c * rows[r2 + q] + d * rows[r3 + q];
  };

  const [from, to, line, empty] = [theme.low, theme.high, theme.line, theme.background].map(channels);
  const bands = Math.ceil((high - levels.start) / levels.size) + 1;
  const colours = Uint8ClampedArray.from({ length: 3 * (bands + 1) }, (_, k) => {
    const share = Math.min(1, Math.max(0, (levels.start + (Math.floor(k / 3) - 0.5) * levels.size - low) / (high - low)));
    return from[k % 3] + (to[k % 3] - from[k % 3]) * share;
  });
  // A whole pixel at a time: little-endian, as every browser's machine.
  const packed = (r, g, b) => 0xff000000 | (b << 16) | (g << 8) | r;
  const whole = Uint32Array.from({ length: bands + 1 }, (_, k) => packed(...colours.subarray(3 * k, 3 * k + 3)));
  const outside = packed(...empty);
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
      if (across.index[q] < 0 || level !== level) {
        pixels[start + q] = outside;
        continue;
      }
      const k = level < 0 ? 0 : level < bands ? (level | 0) + 1 : bands;
      // How far the nearest line is: the height to it over the slope.
      const rise = level < 0 ? level : level - ((level + 0.5) | 0);
      const sx = right - level;
      const sy = follows ? next[q] - level : 0;
      const slope = sx * sx + sy * sy;
      if (rise * rise >= slope * reach2) {
        pixels[start + q] = whole[k];
        continue;
      }
      const opacity = line[3] * Math.min(1, reach - Math.abs(rise) / Math.sqrt(slope));
      const [r, g, b] = [colours[3 * k], colours[3 * k + 1], colours[3 * k + 2]];
      pixels[start + q] = packed(r + (line[0] - r) * opacity, g + (line[1] - g) * opacity, b + (line[2] - b) * opacity);
    }
    [now, next] = [next, now];
  }
}
