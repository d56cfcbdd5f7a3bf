/**
 * Lines and marks, rasterised into memory and put on the screen as a whole.
 *
 * A browser paints a canvas with the graphics card; where there is none it emulates one, and a hundred lines then take
 * 100 ms. The loops below take 2 ms anywhere. Places are in CSS pixels from the corner of the clip box.
 */

/** @import { Box } from "../types" */
/** @import { Dash } from "./dash.js" */

import { ink } from "./color.js";
import { eachDash } from "./dash.js";
import { clipSegment } from "./line.js";
import { pixelRatio, snapBox } from "./pixels.js";
import { stampPixels } from "./stamps.js";

const PLACES = 4; // a stamp is drawn at this many offsets within a pixel, each way, so that it moves smoothly

/** @typedef {{x: ArrayLike<number>, y: ArrayLike<number>, hidden?: ArrayLike<number>}} Vertices */
/** @typedef {{color: string, width: number, opacity?: number, wanted?: number, halo?: boolean, dash?: Dash}} Stroke */
/** @typedef {ReturnType<typeof createSheet>} Sheet */

/** @param {HTMLCanvasElement} canvas */
export function createSheet(canvas) {
  // An opaque canvas: the browser need not compose it with what lies below.
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { alpha: false }));
  Object.assign(canvas, { width: 0, height: 0 }); // it would be black until the first picture
  /** @type {ImageData} */
  let image;
  /** @type {Uint32Array} the image's, one number for each pixel */
  let pixels;
  /** @type {Uint32Array} the picture that `save` keeps and `restore` brings back */
  let saved;
  let [w, h, ratio] = [0, 0, 1];
  let [low, high] = [0, 0]; // the rows painted since the pixels last agreed with the ground or the saved picture
  let [x0, y0, x1, y1] = [0, 0, 0, 0]; // the clip box in device pixels

  /** @param {number} top @param {number} bottom */
  function touch(top, bottom) {
    if (top < low) low = Math.max(0, Math.floor(top));
    if (bottom >= high) high = Math.min(h, Math.ceil(bottom) + 1);
  }
  /** @param {Uint32Array} from */
  function copyRows(from) {
    if (high > low) pixels.set(from.subarray(low * w, high * w), low * w);
    [low, high] = [h, 0];
  }

  /**
   * Begin a picture.
   * @param {number} width in CSS pixels
   * @param {number} height
   * @param {(w: number, h: number, ratio: number) => Uint32Array} ground returns what to paint on, w by h device pixels
   */
  function open(width, height, ground) {
    ratio = pixelRatio();
    const [nw, nh] = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))];
    if (nw !== w || nh !== h) {
      [w, h] = [nw, nh];
      Object.assign(canvas, { width: w, height: h });
      image = new ImageData(w, h);
      pixels = new Uint32Array(image.data.buffer);
      saved = new Uint32Array(w * h);
    }
    [low, high] = [0, h];
    copyRows(ground(w, h, ratio));
    [x0, y0, x1, y1] = [0, 0, w, h];
  }
  /**
   * Paint inside a box alone from here on; places count from its corner.
   * @param {Box} box
   */
  function clip(box) {
    [x0, y0, x1, y1] = snapBox(box, ratio);
  }
  /** Keep what is painted by now. */
  function save() {
    saved.set(pixels);
    [low, high] = [h, 0];
  }
  /** Go on from what was saved. */
  const restore = () => copyRows(saved);

  /** Put the picture on the screen. Whole: to update a part, the browser first copies all of it, which takes longer. */
  const flush = () => context.putImageData(image, 0, 0);

  /** @param {number} i @param {number} paint @param {number} opacity */
  function blend(i, paint, opacity) {
    if (opacity >= 0.998) {
      pixels[i] = paint | 0xff000000;
      return;
    }
    const a = (opacity * 256) | 0;
    const below = pixels[i];
    const rb = below & 0xff00ff;
    const g = below & 0x00ff00;
    // Red and blue in one multiplication; the mask removes what one carries into the other.
    pixels[i] =
      0xff000000 |
      ((rb + (Math.imul((paint & 0xff00ff) - rb, a) >> 8)) & 0xff00ff) |
      ((g + (Math.imul((paint & 0x00ff00) - g, a) >> 8)) & 0x00ff00);
  }

  /**
   * A straight stroke from a to b in device pixels, column by column if it is flat, otherwise row by row. The last column
   * belongs to the next segment.
   * @param {number} ax @param {number} ay @param {number} bx @param {number} by
   * @param {number} half of the width
   * @param {number} paint
   * @param {number} opacity
   */
  function paintSegment(ax, ay, bx, by, half, paint, opacity) {
    const edge = half + 1;
    const inside = (/** @type {number} */ x, /** @type {number} */ y) =>
      x >= x0 - edge && y >= y0 - edge && x <= x1 + edge && y <= y1 + edge;
    if (!inside(ax, ay) || !inside(bx, by)) {
      const piece = clipSegment(ax, ay, bx, by, x0 - edge, y0 - edge, x1 + edge, y1 + edge);
      if (!piece) return;
      [ax, ay, bx, by] = piece;
    }
    touch(Math.min(ay, by) - half - 1, Math.max(ay, by) + half + 1);
    const flat = Math.abs(bx - ax) >= Math.abs(by - ay);
    if (flat ? bx < ax : by < ay) [ax, ay, bx, by] = [bx, by, ax, ay];
    const [from, to, start, other] = flat ? [ax, bx, ay, by] : [ay, by, ax, bx];
    if (to === from) return;
    const [least, across, first, along] = flat ? [y0, y1, x0, x1] : [x0, x1, y0, y1];
    const [stepAcross, stepAlong] = flat ? [w, 1] : [1, w];
    const slope = (other - start) / (to - from);
    const reach = half * Math.sqrt(1 + slope * slope);
    const last = Math.min(along, Math.ceil(to - 0.5));
    const all = pixels;
    const solid = paint | 0xff000000;
    const [prb, pg, full] = [paint & 0xff00ff, paint & 0x00ff00, (opacity * 256) | 0];
    let p = Math.max(first, Math.ceil(from - 0.5));
    let top = start + (p + 0.5 - from) * slope - reach;
    for (; p < last; p++, top += slope) {
      const bottom = top + 2 * reach;
      const end = Math.min(bottom, across);
      let q = top > least ? Math.floor(top) : least;
      for (let i = q * stepAcross + p * stepAlong; q < end; q++, i += stepAcross) {
        const covered = Math.min(q + 1, bottom) - Math.max(q, top);
        const a = (covered * full) | 0;
        if (a >= 255) {
          all[i] = solid;
          continue;
        }
        const rb = all[i] & 0xff00ff; // blend() inlined: only here a call would cost time
        const g = all[i] & 0x00ff00;
        all[i] =
          0xff000000 |
          ((rb + (Math.imul(prb - rb, a) >> 8)) & 0xff00ff) |
          ((g + (Math.imul(pg - g, a) >> 8)) & 0x00ff00);
      }
    }
  }

  /**
   * A disc in device pixels: a round corner or end.
   * @param {number} x
   * @param {number} y
   * @param {number} radius
   * @param {number} paint
   * @param {number} opacity
   */
  function paintDisc(x, y, radius, paint, opacity) {
    if (!(x > x0 - radius && y > y0 - radius && x < x1 + radius && y < y1 + radius)) return;
    touch(y - radius - 1, y + radius + 1);
    for (let q = Math.max(y0, Math.floor(y - radius - 0.5)); q <= Math.min(y1 - 1, y + radius + 0.5); q++) {
      for (let p = Math.max(x0, Math.floor(x - radius - 0.5)); p <= Math.min(x1 - 1, x + radius + 0.5); p++) {
        const [dx, dy] = [p + 0.5 - x, q + 0.5 - y];
        const covered = radius + 0.5 - Math.sqrt(dx * dx + dy * dy);
        if (covered > 0) blend(q * w + p, paint, Math.min(1, covered) * opacity);
      }
    }
  }

  /**
   * The dashes of a straight stroke in device pixels. Not within `stroke`: a closure there would slow its loop.
   * @param {Dash} dash
   * @param {number} before the length of the line up to there, in CSS pixels
   * @param {number} x @param {number} y where it begins
   * @param {number} ux @param {number} uy its direction
   * @param {number} length
   * @param {number} half of the width
   * @param {number} paint
   * @param {number} opacity
   */
  function paintDashes(dash, before, x, y, ux, uy, length, half, paint, opacity) {
    eachDash(dash, before, length / ratio, (a, b) => {
      const [from, to] = [a * ratio, b * ratio];
      paintSegment(x + from * ux, y + from * uy, x + to * ux, y + to * uy, half, paint, opacity);
    });
  }

  /**
   * A line from vertex `first` to `last`. A vertex that is not finite breaks it; `wanted` picks vertices by `hidden`.
   * A segment that crosses the whole clip box, as those of a run that diverges, is painted as a hairline and without a
   * halo, since hundreds of them would cover the picture.
   * @param {Vertices} line
   * @param {number} first
   * @param {number} last
   * @param {Stroke} style
   */
  function stroke({ x, y, hidden }, first, last, { color, width, opacity = 1, wanted, halo = false, dash }) {
    const { paint, opacity: own } = ink(color);
    const half = (width * ratio) / 2;
    const solid = opacity * own;
    let [px, py, ux, uy, pen] = [NaN, NaN, 0, 0, false];
    let before = dash?.from ?? 0; // how long the line is up to here, in CSS pixels
    const out = (/** @type {number} */ px, /** @type {number} */ py) => px < x0 || py < y0 || px > x1 || py > y1;
    for (let i = first; i <= last; i++) {
      const qx = x0 + x[i] * ratio;
      const qy = y0 + y[i] * ratio;
      const finite = i > first && Number.isFinite(qx - px + qy - py);
      const draws = finite && (wanted === undefined || hidden?.[i] === wanted);
      if (draws && out(px, py) && out(qx, qy)) {
        if (!halo) paintSegment(px, py, qx, qy, ratio / 2, paint, solid / 2);
        ux = NaN;
      } else if (draws) {
        const length = Math.hypot(qx - px, qy - py);
        const [vx, vy] = length > 0 ? [(qx - px) / length, (qy - py) / length] : [ux, uy];
        // A disc fills the gap at a sharp turn and rounds the start of the line.
        const open = half * Math.abs(ux * vy - uy * vx) > 0.4 || !(ux * vx + uy * vy > 0);
        if (!halo && !dash && (!pen || open)) paintDisc(px, py, half, paint, solid);
        if (dash) paintDashes(dash, before, px, py, vx, vy, length, half, paint, solid);
        else paintSegment(px, py, qx, qy, half, paint, solid);
        ux = vx;
        uy = vy;
      }
      pen = draws;
      if (dash && finite) before += Math.hypot(qx - px, qy - py) / ratio;
      px = qx;
      py = qy;
    }
  }

  /**
   * A straight stroke.
   * @param {number} ax @param {number} ay @param {number} bx @param {number} by
   * @param {Stroke} style
   */
  const segment = (ax, ay, bx, by, style) => stroke({ x: [ax, bx], y: [ay, by] }, 0, 1, style);

  /**
   * @param {number} x @param {number} y @param {number} width @param {number} height
   * @param {string} color
   * @param {number} opacity
   */
  function fillRect(x, y, width, height, color, opacity = 1) {
    const { paint, opacity: own } = ink(color);
    const left = Math.max(x0, x0 + Math.round(x * ratio));
    const top = Math.max(y0, y0 + Math.round(y * ratio));
    const right = Math.min(x1, x0 + Math.round((x + width) * ratio));
    const bottom = Math.min(y1, y0 + Math.round((y + height) * ratio));
    if (!(right > left && bottom > top)) return;
    touch(top, bottom);
    for (let q = top; q < bottom; q++) for (let p = left; p < right; p++) blend(q * w + p, paint, opacity * own);
  }

  /**
   * A small picture, centred on a place. The browser draws it once.
   * @param {string} name tells it from all other stamps
   * @param {number} x
   * @param {number} y
   * @param {number} reach from its middle to its edge
   * @param {(context: CanvasRenderingContext2D) => void} draw round the origin, in CSS pixels
   * @param {number} opacity
   */
  function stamp(name, x, y, reach, draw, opacity = 1) {
    const [sx, sy] = [x0 + x * ratio, y0 + y * ratio];
    const size = 2 * Math.ceil(reach * ratio + 1) + 1;
    if (!(sx > x0 - size && sy > y0 - size && sx < x1 + size && sy < y1 + size)) return;
    const [ix, iy] = [Math.floor(sx), Math.floor(sy)];
    const [fx, fy] = [Math.floor((sx - ix) * PLACES), Math.floor((sy - iy) * PLACES)];
    const stamped = stampPixels(`${name} ${reach} ${ratio} ${fx} ${fy}`, size, (context) => {
      context.translate((size >> 1) + (fx + 0.5) / PLACES, (size >> 1) + (fy + 0.5) / PLACES);
      context.scale(ratio, ratio);
      draw(context);
    });
    const [left, top] = [ix - (size >> 1), iy - (size >> 1)];
    touch(top, top + size);
    for (let q = Math.max(0, y0 - top); q < Math.min(size, y1 - top); q++) {
      for (let p = Math.max(0, x0 - left); p < Math.min(size, x1 - left); p++) {
        const point = stamped[q * size + p];
        const covered = point >>> 24;
        if (covered) blend((top + q) * w + left + p, point & 0xffffff, (covered / 255) * opacity);
      }
    }
  }

  return { open, clip, save, restore, flush, stroke, segment, fillRect, stamp };
}
