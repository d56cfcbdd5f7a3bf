/**
 * Lines and marks, painted point by point into memory and put on the screen as a whole.
 *
 * A browser paints a canvas with the graphics card; where there is none, it emulates one, and a hundred lines then take
 * 100 ms. The loops below take 2 ms anywhere. Everything here knows pixels alone: a place is in CSS pixels, and a
 * colour a whole number 0xBBGGRR, as it lies in memory.
 */

import { cut } from "./line.js";

const FINEST = 2; // pixels of the screen painted for one of CSS, each way: no eye tells more
const PLACES = 4; // a mark is kept at so many places within a pixel, each way, so that it glides

const inks = new Map();

/** A colour as a whole number, and its opacity. @param {string} colour as #rrggbb or rgba(...) */
export function ink(colour) {
  if (!inks.has(colour)) inks.set(colour, mixed(colour));
  return inks.get(colour);
}
function mixed(colour) {
  const [r, g, b, opacity = 1] = colour.startsWith("#")
    ? [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16))
    : colour.match(/[\d.]+/g).map(Number);
  return { paint: (b << 16) | (g << 8) | r, opacity };
}

/** Its red, green and blue, 0 to 255, and its opacity. */
export function channels(colour) {
  const { paint, opacity } = ink(colour);
  return [paint & 255, (paint >> 8) & 255, paint >> 16, opacity];
}

/** How many pixels of the screen stand for one of CSS. */
export const finesse = () => Math.min(FINEST, devicePixelRatio || 1);

/** Whether what was printed is of a size in CSS pixels, on this screen; where it is not, Plotly is setting the axes anew. */
export const fits = (pixels, size) => pixels?.length === size.reduce((n, side) => n * Math.round(side * finesse()), 1);

/**
 * Lay elements over the whole of a box, from pixel to pixel of the screen. A sheet that lies between two is smeared; and
 * only where sheets meet without a gap does the browser leave out what lies below them.
 * @returns {[number, number]} their size in CSS pixels
 */
export function cover(box, ...elements) {
  const sides = box.getBoundingClientRect();
  const snap = (at) => Math.round(at * devicePixelRatio) / devicePixelRatio;
  const [left, top, right, bottom] = [sides.left, sides.top, sides.right, sides.bottom].map(snap);
  const place = { left: left - sides.left, top: top - sides.top, width: right - left, height: bottom - top };
  for (const { style } of elements) for (const [name, length] of Object.entries(place)) style[name] = `${length}px`;
  return [place.width, place.height];
}

/** A box of CSS pixels as whole pixels of the screen: its left, top, right and bottom. */
export const onGrid = ([left, top, width, height], ratio) => [left, top, left + width, top + height].map((at) => Math.round(at * ratio));

/** @param {HTMLCanvasElement} canvas */
export function createSheet(canvas) {
  const context = canvas.getContext("2d", { alpha: false }); // opaque: what lies below costs the browser nothing
  Object.assign(canvas, { width: 0, height: 0 }); // it would be black until the first picture
  let image = null;
  let pixels = null; // of the image, one number each
  let [w, h, ratio] = [0, 0, 1];
  let kept = null; // a picture to go on from
  let [low, high] = [0, 0]; // the rows painted on since the last of both was restored
  let [x0, y0, x1, y1] = [0, 0, 0, 0]; // the box that is painted in

  function touch(top, bottom) {
    if (top < low) low = Math.max(0, Math.floor(top));
    if (bottom >= high) high = Math.min(h, Math.ceil(bottom) + 1);
  }
  function restore(from) {
    if (high > low) pixels.set(from.subarray(low * w, high * w), low * w);
    [low, high] = [h, 0];
  }

  /**
   * Begin a picture of a size in CSS pixels.
   * @param {(w: number, h: number, ratio: number) => Uint32Array} ground gives what to paint upon, in pixels of the
   *   screen; the same array as long as it has not changed
   */
  function open(width, height, ground) {
    ratio = finesse();
    const [nw, nh] = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))];
    if (nw !== w || nh !== h) {
      [w, h] = [nw, nh];
      Object.assign(canvas, { width: w, height: h });
      image = new ImageData(w, h);
      pixels = new Uint32Array(image.data.buffer);
      kept = new Uint32Array(w * h);
    }
    [low, high] = [0, h];
    restore(ground(w, h, ratio));
    [x0, y0, x1, y1] = [0, 0, w, h];
  }
  /** Paint in a box alone from here on, and count places from its corner. @param {number[]} box left, top, width, height */
  function within(box) {
    [x0, y0, x1, y1] = onGrid(box, ratio);
  }
  /** Keep what is painted by now, to go on from there. */
  function keep() {
    kept.set(pixels);
    [low, high] = [h, 0];
  }
  /** Begin with what was kept. */
  const again = () => restore(kept);

  /** Put it on the screen, whole: for a part of it the browser would first copy the picture before, which takes longer. */
  const close = () => context.putImageData(image, 0, 0);

  function blend(i, paint, opacity) {
    if (opacity >= 0.998) {
      pixels[i] = paint | 0xff000000;
      return;
    }
    const a = (opacity * 256) | 0;
    const below = pixels[i];
    const rb = below & 0xff00ff;
    const g = below & 0x00ff00;
    // Red and blue at once: what one spills over into the other is masked away.
    pixels[i] = 0xff000000 | ((rb + (Math.imul((paint & 0xff00ff) - rb, a) >> 8)) & 0xff00ff) | ((g + (Math.imul((paint & 0x00ff00) - g, a) >> 8)) & 0x00ff00);
  }

  /** One stroke from a to b in pixels of the screen, along the axis it runs along more; the last column is not its own. */
  function segment(ax, ay, bx, by, half, paint, opacity) {
    const edge = half + 1;
    const inside = (x, y) => x >= x0 - edge && y >= y0 - edge && x <= x1 + edge && y <= y1 + edge;
    if (!inside(ax, ay) || !inside(bx, by)) {
      const piece = cut(ax, ay, bx, by, x0 - edge, y0 - edge, x1 + edge, y1 + edge);
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
      const end = bottom < across ? bottom : across;
      let q = top > least ? Math.floor(top) : least;
      for (let i = q * stepAcross + p * stepAlong; q < end; q++, i += stepAcross) {
        const covered = (q + 1 < bottom ? q + 1 : bottom) - (q > top ? q : top);
        const a = (covered * full) | 0;
        if (a >= 255) {
          all[i] = solid;
          continue;
        }
        const rb = all[i] & 0xff00ff; // blend, written out: here alone a call is felt
        const g = all[i] & 0x00ff00;
        all[i] = 0xff000000 | ((rb + (Math.imul(prb - rb, a) >> 8)) & 0xff00ff) | ((g + (Math.imul(pg - g, a) >> 8)) & 0x00ff00);
      }
    }
  }

  /** A disc in pixels of the screen: a round corner or end. */
  function disc(x, y, radius, paint, opacity) {
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
   * The line from vertex `first` to `last`; `wanted` picks vertices by `hidden`. A vertex that is not finite breaks the
   * line. A stroke from outside to outside, as of a run that diverges, is a hairline: hundreds of them must not wall up
   * the picture. It has no `halo`.
   */
  function stroke({ x, y, hidden }, first, last, { colour, width, opacity = 1, wanted, halo = false }) {
    const { paint, opacity: own } = ink(colour);
    const half = (width * ratio) / 2;
    const solid = opacity * own;
    const out = (px, py) => px < x0 || py < y0 || px > x1 || py > y1;
    let [px, py, ux, uy, pen] = [NaN, NaN, 0, 0, false];
    for (let i = first; i <= last; i++) {
      const qx = x0 + x[i] * ratio;
      const qy = y0 + y[i] * ratio;
      const draws = i > first && Number.isFinite(qx - px + qy - py) && (wanted === undefined || hidden[i] === wanted);
      if (draws && out(px, py) && out(qx, qy)) {
        if (!halo) segment(px, py, qx, qy, ratio / 2, paint, solid / 2);
        ux = NaN;
      } else if (draws) {
        const length = Math.hypot(qx - px, qy - py);
        const [vx, vy] = length > 0 ? [(qx - px) / length, (qy - py) / length] : [ux, uy];
        // Where a turn would leave a gap, and where the line begins, the corner is round.
        const open = half * Math.abs(ux * vy - uy * vx) > 0.4 || !(ux * vx + uy * vy > 0);
        if (!halo && (!pen || open)) disc(px, py, half, paint, solid);
        segment(px, py, qx, qy, half, paint, solid);
        ux = vx;
        uy = vy;
      }
      pen = draws;
      px = qx;
      py = qy;
    }
  }

  /** A straight stroke. */
  const rule = (ax, ay, bx, by, style) => stroke({ x: [ax, bx], y: [ay, by] }, 0, 1, style);

  /** A filled box. */
  function fill(x, y, width, height, colour, opacity = 1) {
    const { paint, opacity: own } = ink(colour);
    const [left, top] = [Math.max(x0, x0 + Math.round(x * ratio)), Math.max(y0, y0 + Math.round(y * ratio))];
    const [right, bottom] = [Math.min(x1, x0 + Math.round((x + width) * ratio)), Math.min(y1, y0 + Math.round((y + height) * ratio))];
    if (!(right > left && bottom > top)) return;
    touch(top, bottom);
    for (let q = top; q < bottom; q++) for (let p = left; p < right; p++) blend(q * w + p, paint, opacity * own);
  }

  /**
   * A small picture, its middle at a place. It is drawn once by the browser and then kept.
   * @param {string} name tells it from others @param {number} reach from its middle to its edge
   * @param {(context: CanvasRenderingContext2D) => void} draw round the origin
   */
  function stamp(name, x, y, reach, draw, opacity = 1) {
    const [sx, sy] = [x0 + x * ratio, y0 + y * ratio];
    const size = 2 * Math.ceil(reach * ratio + 1) + 1;
    if (!(sx > x0 - size && sy > y0 - size && sx < x1 + size && sy < y1 + size)) return;
    const [ix, iy] = [Math.floor(sx), Math.floor(sy)];
    const [fx, fy] = [Math.floor((sx - ix) * PLACES), Math.floor((sy - iy) * PLACES)];
    const stamped = stampOf(`${name} ${reach} ${ratio} ${fx} ${fy}`, size, (context) => {
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

  return { open, within, keep, again, close, stroke, rule, fill, stamp };
}

const stamps = new Map();

function stampOf(key, size, draw) {
  if (stamps.size > 4000) stamps.clear();
  if (!stamps.has(key)) {
    const canvas = Object.assign(document.createElement("canvas"), { width: size, height: size });
    const context = canvas.getContext("2d", { willReadFrequently: true });
    draw(context);
    stamps.set(key, new Uint32Array(context.getImageData(0, 0, size, size).data.buffer));
  }
  return stamps.get(key);
}
