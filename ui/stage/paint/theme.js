/** Colors and marks. Strong colors belong to the optimizers; the surface and the page are pale. */

/** @import { Look, OptimizerEntry, Point, Theme, ThemeSource } from "../types" */

import { channels } from "./color.js";

/**
 * A regular polygon in the unit circle.
 * @param {number} sides
 * @param {number} turn radians
 * @returns {Point[]}
 */
const polygon = (sides, turn = 0) =>
  Array.from({ length: sides }, (_, i) => {
    const a = (2 * Math.PI * i) / sides - Math.PI / 2 + turn;
    return [Math.cos(a), Math.sin(a)];
  });

/**
 * How an entry of an optimizer is drawn, as `look` in ui/theme.py has it.
 * @param {Pick<Theme, "palette" | "shades" | "marks" | "dashes">} theme
 * @param {Pick<OptimizerEntry, "look">} optimizer
 * @param {number} number which entry it is, from 1
 * @returns {Look}
 */
export const lookOf = ({ palette, shades, marks, dashes }, { look: { color, mark } }, number = 1) => ({
  color: number > 1 ? shades[color][number - 2] : palette[color],
  mark: marks[(mark + number - 1) % marks.length],
  dash: dashes[number - 1],
});

const BACK = 0.78; // how far an entry's color goes towards the ground's when another one is pointed at

/** The look of an entry that steps back. @param {Look} look @param {Theme} theme @returns {Look} */
export function steppedBack(look, { low }) {
  const [from, to] = [channels(look.color), channels(low)];
  const mixed = [0, 1, 2].map((i) => Math.round(from[i] + (to[i] - from[i]) * BACK));
  return { ...look, color: `rgb(${mixed})` };
}

/**
 * Trace the outline of a mark round the origin, to be filled or stroked.
 * @param {CanvasRenderingContext2D} context
 * @param {Point[]} mark
 * @param {number} size
 */
export function outline(context, mark, size) {
  context.beginPath();
  for (const [a, b] of mark) context.lineTo(a * size, b * size);
  context.closePath();
}

/**
 * The same outline as the `points` of an SVG polygon.
 * @param {Point[]} mark
 * @param {number} x
 * @param {number} y
 * @param {number} size
 */
export const markPoints = (mark, x, y, size) =>
  mark.map(([a, b]) => `${(x + a * size).toFixed(2)},${(y + b * size).toFixed(2)}`).join(" ");

/**
 * The theme for the page's own colors, which Streamlit has in CSS variables.
 * @param {HTMLElement} root
 * @param {ThemeSource} source
 * @returns {Theme}
 */
export function readTheme(root, { palette, shades, ground, marks, lines }) {
  const style = getComputedStyle(root);
  const read = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  const background = read("--st-background-color") || "#ffffff";
  const scheme = isDark(background) ? "dark" : "light";
  return {
    palette: palette[scheme],
    shades: shades[scheme],
    dashes: lines.map(({ pattern }) => pattern),
    ...ground[scheme],
    marks: marks.map(({ sides, turn }) => polygon(sides, Math.PI * turn)),
    background,
    text: read("--st-text-color") || "#222222",
    font: read("--st-font") || "sans-serif",
  };
}

/**
 * Whether a color of any CSS spelling is dark, by its luma (ITU-R BT.601).
 * @param {string} color
 */
function isDark(color) {
  const context = /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d"));
  context.fillStyle = color;
  const [r, g, b] = channels(context.fillStyle); // the canvas spells every opaque color as #rrggbb
  return 0.299 * r + 0.587 * g + 0.114 * b < 128;
}
