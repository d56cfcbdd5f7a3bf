/** The markers at the ends of paths: the leader on top, and how many lie in one heap. */

/** @import { Look, Run, Theme } from "../types" */
/** @import { Sheet } from "./sheet.js" */

import { drawMarker } from "./paths.js";

const HEAP = 4; // pixels: markers whose middles are nearer than this hide one another

/**
 * The order in which markers are drawn: the lowest loss last, and last of all the entry that is pointed at.
 * @param {Pick<Run, "id" | "gap">[]} runs
 * @param {number} step
 * @param {string | null} lit
 * @returns {number[]} indices of the runs
 */
export function orderOfHeads(runs, step, lit) {
  const loss = (/** @type {number} */ k) =>
    Number.isFinite(runs[k].gap[step]) ? runs[k].gap[step] : Number.POSITIVE_INFINITY;
  const key = (/** @type {number} */ k) => (runs[k].id === lit ? Number.NEGATIVE_INFINITY : loss(k));
  return runs.map((_, k) => k).sort((a, b) => (key(a) === key(b) ? 0 : key(b) - key(a)));
}

/**
 * The heaps among some markers: of each the place of its topmost marker, and how many it holds.
 * @param {number[][]} places in the order in which they are drawn
 * @param {number} unit the size of the picture beside a laptop's
 * @returns {{place: number[], count: number}[]} those of two and more
 */
export function heapsOf(places, unit) {
  /** @type {{place: number[], count: number}[]} */
  const heaps = [];
  for (const place of [...places].reverse()) {
    const heap = heaps.find((one) => Math.hypot(place[0] - one.place[0], place[1] - one.place[1]) < HEAP * unit);
    if (heap) heap.count++;
    else if (Number.isFinite(place[0] + place[1])) heaps.push({ place, count: 1 });
  }
  return heaps.filter(({ count }) => count > 1);
}

/**
 * @typedef {{look: Look, x: number, y: number, radius: number, opacity?: number}} Head
 *
 * Draw markers of one clip box, and beside each heap how many it holds.
 * @param {Sheet} sheet
 * @param {Head[]} heads in the order in which they are drawn
 * @param {Theme} theme
 * @param {number} unit
 */
export function drawHeads(sheet, heads, theme, unit) {
  for (const { look, x, y, radius, opacity } of heads) drawMarker(sheet, look, theme, x, y, radius, opacity);
  const places = heads.map(({ x, y }) => [x, y]);
  const size = 11 * unit;
  /** @type {number[][]} */
  const labels = [];
  for (const { place, count } of heapsOf(places, unit)) {
    if (labels.some(([x, y]) => Math.abs(x - place[0]) < 2 * size && Math.abs(y - place[1]) < size)) continue;
    labels.push(place);
    const [x, y] = [place[0] + 1.5 * size, place[1] - size].map(Math.round); // on whole pixels one stamp is enough
    sheet.stamp(`heap ${count} ${theme.text} ${theme.background} ${size}`, x, y, 1.3 * size, (context) => {
      Object.assign(context, { font: `600 ${size}px ${theme.font}`, textAlign: "center", textBaseline: "middle" });
      Object.assign(context, { lineJoin: "round", lineWidth: 3, strokeStyle: theme.background, fillStyle: theme.text });
      context.strokeText(`×${count}`, 0, 0);
      context.fillText(`×${count}`, 0, 0);
    });
  }
}
