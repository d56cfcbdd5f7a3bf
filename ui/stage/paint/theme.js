/** Colours and marks. Colour belongs to the optimizers; the surface and the page are quiet. */

// Okabe & Ito's eight, darkened for a light ground and lightened for a dark one until each has a contrast of 3:1.
export const PALETTE = {
  light: ["#111111", "#a46200", "#1c77b2", "#00815d", "#847000", "#0057a0", "#c14c00", "#b04a86"],
  dark: ["#f5f5f5", "#f0a830", "#6cc4f5", "#1fc394", "#f0e442", "#69a5f1", "#ff7d37", "#e08fc0"],
};
export const GROUND = {
  light: { low: "#fbfcfd", high: "#c3cfdb", line: "rgba(60,80,105,.30)", ridge: "#93a3b5", halo: "rgba(255,255,255,.85)" },
  dark: { low: "#12161c", high: "#43536a", line: "rgba(190,210,235,.22)", ridge: "#5f7188", halo: "rgba(14,17,22,.8)" },
};

/** The marks that tell optimizers apart without colour, as outlines in a unit circle. */
const polygon = (sides, turn = 0) =>
  Array.from({ length: sides }, (_, i) => {
    const a = (2 * Math.PI * i) / sides - Math.PI / 2 + turn;
    return [Math.cos(a), Math.sin(a)];
  });
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
 * The look of the optimizer that stands k-th in the catalogue: 64 pairs of colour and mark before one comes back.
 * Each eight begin two colours on, so that a rule and its variants, which are compared, seldom share one.
 */
export function look(theme, k) {
  const round = Math.floor(k / MARKS.length);
  return { color: theme.palette[(k + 2 * round) % theme.palette.length], mark: MARKS[(k + round) % MARKS.length] };
}

/** A mark's outline round (x, y), to be filled or stroked. */
export function outline(context, mark, x, y, size) {
  context.beginPath();
  mark.forEach(([a, b], i) => context[i ? "lineTo" : "moveTo"](x + a * size, y + b * size));
  context.closePath();
}

/** The same outline for an SVG polygon. */
export const points = (mark, x, y, size) => mark.map(([a, b]) => `${(x + a * size).toFixed(2)},${(y + b * size).toFixed(2)}`).join(" ");

/** The reader's theme, from Streamlit's own variables. @param {HTMLElement} root */
export function readTheme(root) {
  const style = getComputedStyle(root);
  const read = (name) => style.getPropertyValue(name).trim();
  const background = read("--st-background-color") || "#ffffff";
  const probe = document.createElement("canvas").getContext("2d");
  probe.fillStyle = background;
  const [r, g, b] = [1, 3, 5].map((i) => parseInt(probe.fillStyle.slice(i, i + 2), 16));
  const scheme = 0.299 * r + 0.587 * g + 0.114 * b < 128 ? "dark" : "light";
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
