/** The unchanging part of a panel's picture: the browser draws it once, and it is kept as pixels. */

/** @import { Theme } from "../types" */

/** @type {CanvasRenderingContext2D | undefined} shared by all panels: its pixels are read as soon as they are drawn */
let scratch;

function createScratch() {
  const canvas = document.createElement("canvas");
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { alpha: false, willReadFrequently: true }));
}

/**
 * A picture of one color, and what `draw` adds in CSS pixels.
 * @param {number} width in device pixels
 * @param {number} height
 * @param {number} ratio device pixels for a CSS pixel
 * @param {string} background
 * @param {(context: CanvasRenderingContext2D) => void} draw
 * @returns {Uint32Array} its pixels
 */
export function renderBackdrop(width, height, ratio, background, draw) {
  scratch ??= createScratch();
  const context = scratch;
  const { canvas } = context;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  context.save();
  context.fillStyle = background;
  context.fillRect(0, 0, width, height);
  context.scale(ratio, ratio);
  draw(context);
  context.restore();
  return new Uint32Array(context.getImageData(0, 0, width, height).data.buffer);
}

/**
 * The hairlines between a panel and those left of it and above it.
 * @param {HTMLElement} box of the panel
 * @param {CanvasRenderingContext2D} context
 * @param {Theme} theme
 */
export function drawEdges(box, context, theme) {
  const { clientWidth, clientHeight } = box;
  const own = box.getBoundingClientRect();
  const all = (box.closest(".panels") ?? box).getBoundingClientRect();
  context.save();
  context.fillStyle = theme.text;
  context.globalAlpha = 0.14;
  if (own.left > all.left + 1) context.fillRect(0, 0, 1, clientHeight);
  if (own.top > all.top + 1) context.fillRect(0, 0, clientWidth, 1);
  context.restore();
}
