/** Stars at the minima of a surface, the lowest ones filled, crosses at its saddles, and a ring at the start. */

/** @import { Terrain, Theme } from "../types" */
/** @import { Sheet } from "./sheet.js" */

import { t } from "../state/words.js";

const LOWEST = 1e-9; // a minimum this much above the lowest declared value still counts as lowest

/** @typedef {(context: CanvasRenderingContext2D, size: number) => void} Sign */

/** @type {Sign} */
function star(context, size) {
  for (let i = 0; i < 10; i++) {
    const [r, a] = [i % 2 ? size * 0.45 : size * 1.2, (Math.PI * i) / 5 - Math.PI / 2];
    context.lineTo(r * Math.cos(a), r * Math.sin(a));
  }
  context.closePath();
}

/** @type {Record<string, Sign>} */
const SIGNS = {
  lowest(context, size) {
    star(context, size);
    context.fill();
  },
  minimum: star,
  saddle(context, size) {
    for (const side of [-1, 1]) {
      context.moveTo(-size * 0.8, -side * size * 0.8);
      context.lineTo(size * 0.8, side * size * 0.8);
    }
  },
};

/**
 * Whether a minimum is a lowest one.
 * @param {number} value of f there
 * @param {number} floor the lowest declared value
 */
export const isLowest = (value, floor) => value <= floor + LOWEST;

/**
 * @param {Sheet} sheet
 * @param {Terrain} terrain
 * @param {Theme} theme
 * @param {(x: number) => number} px from a coordinate to CSS pixels
 * @param {(y: number) => number} py
 * @param {number} size
 */
export function drawLandmarks(sheet, { minima, saddles, floor }, { muted }, px, py, size) {
  /** @param {string} name @param {number} x @param {number} y */
  const sign = (name, x, y) =>
    sheet.stamp(`${name} ${muted}`, px(x), py(y), 1.5 * size, (context) => {
      context.lineWidth = 1.5;
      context.strokeStyle = muted;
      context.fillStyle = muted;
      SIGNS[name](context, size);
      context.stroke();
    });
  for (const [[x, y], value] of minima) sign(isLowest(value, floor) ? "lowest" : "minimum", x, y);
  for (const [[x, y]] of saddles) sign("saddle", x, y);
}

/**
 * What the signs stand for: of those that a surface has. Of a typed formula the landmarks were searched for: there may be others.
 * @param {Terrain} terrain
 */
export function landmarkLegend({ minima, saddles, floor, searched }) {
  const others = minima.some(([, value]) => !isLowest(value, floor));
  const signs = [];
  const minimum = searched ? t("minimum found") : t("minimum");
  const lowest = searched ? t("lowest minimum found") : t("lowest minimum");
  if (minima.length) signs.push(`★ ${others ? lowest : minimum}`);
  if (others) signs.push(`☆ ${minimum}`);
  if (saddles.length) signs.push(`× ${searched ? t("saddle found") : t("saddle")}`);
  return [...signs, `○ ${t("start")}`].join("   ");
}

/**
 * @param {Sheet} sheet
 * @param {number} x in CSS pixels
 * @param {number} y
 * @param {Theme} theme
 * @param {number} unit the size of the picture beside a laptop's
 */
export function drawStart(sheet, x, y, theme, unit) {
  sheet.stamp(`start ${theme.text} ${theme.background}`, x, y, 10 * unit, (context) => {
    context.arc(0, 0, 8 * unit, 0, 7);
    for (const [width, color] of /** @type {[number, string][]} */ ([
      [2.5, theme.background],
      [1.5, theme.text],
    ])) {
      context.lineWidth = width;
      context.strokeStyle = color;
      context.stroke();
    }
  });
}
