/** Colors and marks. Strong colors belong to the optimizers; the surface and the page are pale. */

/** @import { Look, Point, Theme } from "../types" */

import { channels } from "./color.js";

// The eight colors of Okabe & Ito (2002), darkened or lightened until each has a contrast of 3:1 to the surface.
export const PALETTE = {
  light: ["#111111", "#a46200", "#1c77b2", "#00815d", "#847000", "#0057a0", "#c14c00", "#b04a86"],
  dark: ["#f5f5f5", "#f0a830", "#6cc4f5", "#1fc394", "#f0e442", "#69a5f1", "#ff7d37", "#e08fc0"],
};
export const GROUND = {
  light: {
    low: "#fbfcfd",
    high: "#c3cfdb",
    line: "rgba(60,80,105,.30)",
    ridge: "#93a3b5",
    halo: "rgba(255,255,255,.85)",
  },
  dark: { low: "#12161c", high: "#43536a", line: "rgba(190,210,235,.22)", ridge: "#5f7188", halo: "rgba(14,17,22,.8)" },
};

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

// They tell the optimizers apart without color.
const MARKS = [
  polygon(24),
  polygon(4, Math.PI / 4),
  polygon(3),
  polygon(3, Math.PI / 2),
  polygon(4),
  polygon(3, Math.PI),
  polygon(3, -Math.PI / 2),
  polygon(6, Math.PI / 6),
];

/**
 * The look of the k-th optimizer of the catalogue. There are 64 pairs of color and mark; each group of eight starts two
 * colors later, so that a rule and its variants, which are often compared, seldom share a color.
 * @param {Pick<Theme, "palette">} theme
 * @param {number} k
 * @returns {Look}
 */
export function lookAt({ palette }, k) {
  const round = Math.floor(k / MARKS.length);
  return { color: palette[(k + 2 * round) % palette.length], mark: MARKS[(k + round) % MARKS.length] };
}

/**
 * Trace the outline of a mark round (x, y), to be filled or stroked.
 * @param {CanvasRenderingContext2D} context
 * @param {Point[]} mark
 * @param {number} x
 * @param {number} y
 * @param {number} size
 */
export function outline(context, mark, x, y, size) {
  context.beginPath();
  for (const [a, b] of mark) context.lineTo(x + a * size, y + b * size);
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
 * The reader's theme, from Streamlit's CSS variables.
 * @param {HTMLElement} root
 * @returns {Theme}
 */
export function readTheme(root) {
  const style = getComputedStyle(root);
  const read = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  const background = read("--st-background-color") || "#ffffff";
  const scheme = isDark(background) ? "dark" : "light";
  return {
    scheme,
    palette: PALETTE[scheme],
    ...GROUND[scheme],
    background,
    text: read("--st-text-color") || "#222222",
    faint: scheme === "dark" ? "rgba(255,255,255,.12)" : "rgba(0,0,0,.09)",
    muted: scheme === "dark" ? "#a7b0bb" : "#59626d",
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
