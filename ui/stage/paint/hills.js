/**
 * The surface in perspective: triangles with a z-buffer (Catmull 1974), shading and contour lines. Without a graphics
 * card WebGL takes 150 ms for such a picture; this takes 5 to 10.
 */

/** @import { Terrain, Theme } from "../types" */
/** @import { View } from "./camera.js" */

import { channels } from "./color.js";

const LINE = 0.5; // half the width of a contour line in CSS pixels
const LIGHT = [-0.64, 0.25, 0.73]; // where the light comes from, in the box: a unit vector
const AMBIENT = 0.8; // brightness where no light falls
const DIFFUSE = 0.26; // what full light adds to it
const UNDERSIDE = 0.88; // brightness of a face seen from below
const TONES = 256;
const FOOT = 0.3; // from the theme's lowest color to its highest: the surface's own foot would melt into the page
const TOLERANCE = 0.025; // of the box: what lies less than this behind the surface counts as on it

/**
 * Whether the surface hides a point: its place in CSS pixels and its depth.
 * @typedef {(px: number, py: number, depth: number) => boolean} Hides
 */

/**
 * @param {Terrain} terrain
 * @param {View} view
 * @param {Theme} theme
 * @param {number} width in device pixels
 * @param {number} height
 * @param {number} ratio device pixels for a CSS pixel
 * @param {number} grain samples for a device pixel, each way: more than one smooth the edges
 * @param {number} stride every how many-th point of the surface's grid is used
 * @param {Uint32Array} pixels to paint over, width * height
 * @returns {Hides}
 */
export function paintHills(terrain, view, theme, width, height, ratio, grain, stride, pixels) {
  const {
    n,
    heights,
    levels,
    low,
    high,
    domain: [[x0, x1], [y0, y1]],
  } = terrain;
  const side = Math.floor((n - 1) / stride) + 1;
  const fine = ratio * grain;
  const [w, h] = [width * grain, height * grain];
  const near = new Float32Array(w * h); // the z-buffer: 1 / depth, which is linear on the screen
  const colors = grain > 1 ? new Uint32Array(w * h) : pixels;

  // Of each vertex: its place in samples, 1 / depth, height in units of contour lines, and brightness.
  const [sx, sy, sn, sl, ss] = Array.from({ length: 5 }, () => new Float32Array(side * side));
  const {
    rows: [right, up, deep],
    middle,
    reach,
    scale,
  } = view;
  const [stepX, stepY] = [((x1 - x0) / (n - 1)) * stride, ((y1 - y0) / (n - 1)) * stride];
  // From a difference of heights to a slope in the box.
  const [riseX, riseY] = [scale[2] / (scale[0] * stepX), scale[2] / (scale[1] * stepY)];
  for (let j = 0, k = 0; j < side; j++) {
    const y = y0 + j * stepY;
    for (let i = 0; i < side; i++, k++) {
      const x = x0 + i * stepX;
      const q = stride * (j * n + i);
      const z = heights[q];
      const depth = deep[0] * x + deep[1] * y + deep[2] * z + deep[3];
      sx[k] = fine * (middle[0] + (reach * (right[0] * x + right[1] * y + right[2] * z + right[3])) / depth);
      sy[k] = fine * (middle[1] - (reach * (up[0] * x + up[1] * y + up[2] * z + up[3])) / depth);
      sn[k] = 1 / depth;
      sl[k] = (z - levels.start) / levels.size;
      const west = i > 0 ? q - stride : q;
      const east = i < side - 1 ? q + stride : q;
      const south = j > 0 ? q - stride * n : q;
      const north = j < side - 1 ? q + stride * n : q;
      const dx = ((heights[east] - heights[west]) * riseX * stride) / (east - west);
      const dy = ((heights[north] - heights[south]) * riseY * stride * n) / (north - south);
      ss[k] =
        AMBIENT + (DIFFUSE * Math.max(0, LIGHT[2] - LIGHT[0] * dx - LIGHT[1] * dy)) / Math.sqrt(1 + dx * dx + dy * dy);
      if (Number.isNaN(ss[k])) ss[k] = AMBIENT; // beside a point where f has no value
    }
  }

  const [lowest, to, line] = [theme.low, theme.high, theme.ridge].map(channels);
  const from = lowest.map((channel, c) => channel + FOOT * (to[c] - channel));
  const tone = [0, 1, 2].map((c) =>
    Float32Array.from({ length: TONES }, (_, k) => from[c] + ((to[c] - from[c]) * k) / (TONES - 1)),
  );
  const toTone = ((TONES - 1) * levels.size) / (high - low);
  const zeroTone = ((TONES - 1) * (levels.start - low)) / (high - low);
  const wide = LINE * fine + 0.5;

  /** @param {number} a @param {number} b @param {number} c indices of the vertices */
  function triangle(a, b, c) {
    const na = sn[a];
    const nb = sn[b];
    const nc = sn[c];
    if (!(na > 0 && nb > 0 && nc > 0)) return; // f has no value there, or it is behind the eye
    const ax = sx[a];
    const ay = sy[a];
    const bx = sx[b];
    const by = sy[b];
    const cx = sx[c];
    const cy = sy[c];
    // The vertices sorted from top to bottom.
    let [tx, ty, mx, my, ex, ey] = [ax, ay, bx, by, cx, cy];
    if (my < ty) [tx, ty, mx, my] = [mx, my, tx, ty];
    if (ey < my) [mx, my, ex, ey] = [ex, ey, mx, my];
    if (my < ty) [tx, ty, mx, my] = [mx, my, tx, ty];
    const first = ty > 0.5 ? Math.ceil(ty - 0.5) : 0;
    const last = ey < h ? Math.ceil(ey - 0.5) : h;
    if (!(first < last)) return;
    const ux = bx - ax;
    const uy = by - ay;
    const vx = cx - ax;
    const vy = cy - ay;
    const area = ux * vy - uy * vx;
    if (!(area !== 0)) return;
    const nx = ((nb - na) * vy - (nc - na) * uy) / area;
    const ny = ((nc - na) * ux - (nb - na) * vx) / area;
    const la = sl[a];
    const lx = ((sl[b] - la) * vy - (sl[c] - la) * uy) / area;
    const ly = ((sl[c] - la) * ux - (sl[b] - la) * vx) / area;
    const sa = ss[a];
    const hx = ((ss[b] - sa) * vy - (ss[c] - sa) * uy) / area;
    const hy = ((ss[c] - sa) * ux - (ss[b] - sa) * vx) / area;
    const under = area > 0 ? UNDERSIDE : 1;
    const slope = Math.sqrt(lx * lx + ly * ly);
    const band = wide * slope;
    const long = (ex - tx) / (ey - ty);
    const upper = (mx - tx) / (my - ty);
    const lower = (ex - mx) / (ey - my);
    for (let row = first; row < last; row++) {
      const y = row + 0.5;
      let left = tx + (y - ty) * long;
      let right = y < my ? tx + (y - ty) * upper : mx + (y - my) * lower;
      if (left > right) [left, right] = [right, left];
      let p = left > 0.5 ? Math.ceil(left - 0.5) : 0;
      const end = right < w ? Math.ceil(right - 0.5) : w;
      if (p >= end) continue;
      const [dx, dy] = [p + 0.5 - ax, y - ay];
      let nearness = na + nx * dx + ny * dy;
      let level = la + lx * dx + ly * dy;
      let light = sa + hx * dx + hy * dy;
      for (let i = row * w + p; p < end; p++, i++, nearness += nx, level += lx, light += hx) {
        if (nearness <= near[i]) continue;
        near[i] = nearness;
        const k = level * toTone + zeroTone;
        const t = k > 0 ? (k < TONES - 1 ? k | 0 : TONES - 1) : 0;
        const shade = light * under;
        let r = tone[0][t] * shade;
        let g = tone[1][t] * shade;
        let bl = tone[2][t] * shade;
        const off = level - Math.floor(level + 0.5);
        const from = off < 0 ? -off : off;
        if (from < band && level > -0.5) {
          const covered = wide - from / slope;
          const opacity = Math.min(covered, 1);
          r += (line[0] - r) * opacity;
          g += (line[1] - g) * opacity;
          bl += (line[2] - bl) * opacity;
        }
        colors[i] = 0xff000000 | (Math.min(bl, 255) << 16) | (Math.min(g, 255) << 8) | Math.min(r, 255);
      }
    }
  }
  for (let j = 0; j + 1 < side; j++) {
    for (let i = 0, k = j * side; i + 1 < side; i++, k++) {
      triangle(k, k + 1, k + side + 1);
      triangle(k, k + side + 1, k + side);
    }
  }
  if (grain > 1) average(colors, near, pixels, width, height, grain);
  return (px, py, depth) => {
    const [p, q] = [Math.floor(px * fine), Math.floor(py * fine)];
    return p >= 0 && q >= 0 && p < w && q < h && near[q * w + p] * (depth - TOLERANCE) > 1;
  };
}

/**
 * The mean of the samples of each pixel; a sample that the surface does not cover has the color painted there before.
 * @param {Uint32Array} samples
 * @param {Float32Array} near their z-buffer
 * @param {Uint32Array} pixels
 * @param {number} width
 * @param {number} height
 * @param {number} grain samples for a pixel, each way
 */
function average(samples, near, pixels, width, height, grain) {
  const all = grain * grain;
  for (let q = 0; q < height; q++) {
    for (let p = 0; p < width; p++) {
      let [r, g, b, count] = [0, 0, 0, 0];
      for (let y = 0; y < grain; y++) {
        for (let x = 0, i = (q * grain + y) * width * grain + p * grain; x < grain; x++, i++) {
          if (near[i] === 0) continue;
          const sample = samples[i];
          r += sample & 255;
          g += (sample >> 8) & 255;
          b += (sample >> 16) & 255;
          count++;
        }
      }
      if (!count) continue;
      const i = q * width + p;
      const before = pixels[i];
      const rest = all - count;
      pixels[i] =
        0xff000000 |
        (((b + rest * ((before >> 16) & 255)) / all) << 16) |
        (((g + rest * ((before >> 8) & 255)) / all) << 8) |
        ((r + rest * (before & 255)) / all);
    }
  }
}
