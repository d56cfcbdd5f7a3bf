/** Lines and marks on a canvas. Everything here knows pixels alone. */

import { cut, FAR, vertexAt } from "./line.js";
import { outline } from "./theme.js";

/**
 * Whether the page is drawn without a graphics card. Then canvases are better rastered by the plain path than by an
 * emulated one: measured 60 frames a second instead of 12.
 */
function drawsInSoftware() {
  const gl = document.createElement("canvas").getContext("webgl");
  const info = gl?.getExtension("WEBGL_debug_renderer_info");
  const renderer = gl ? String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER)) : "none";
  gl?.getExtension("WEBGL_lose_context")?.loseContext(); // browsers allow few at a time
  return /none|swiftshader|llvmpipe|software|basic render/i.test(renderer);
}
const software = drawsInSoftware();

/** Fit a canvas to its box and the screen's pixels, wipe it, and give its context in CSS pixels. */
export function wipe(canvas, width, height) {
  const ratio = devicePixelRatio || 1;
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
  const context = canvas.getContext("2d", { willReadFrequently: software });
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, w, h);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.lineJoin = "bevel";
  return context;
}

/** Draw the line from vertex `first` to `last` and on to the point `tail`, if given; `wanted` picks by `hidden`. */
export function stroke(context, { x, y, hidden }, first, last, { tail, wanted } = {}) {
  context.beginPath();
  let pen = false;
  for (let i = first + 1; i <= last; i++) {
    const draws = Number.isFinite(x[i] + x[i - 1]) && (wanted === undefined || hidden[i] === wanted);
    if (draws) {
      if (!pen) context.moveTo(x[i - 1], y[i - 1]);
      context.lineTo(x[i], y[i]);
    }
    pen = draws;
  }
  if (tail && Number.isFinite(tail[0] + tail[1] + x[last]) && (wanted === undefined || hidden[last] === wanted)) {
    const piece = cut(x[last], y[last], ...tail, -FAR, -FAR, FAR, FAR);
    if (!pen) context.moveTo(x[last], y[last]);
    if (piece) context.lineTo(piece[2], piece[3]);
  }
  context.stroke();
}

/**
 * One path up to step t in full, the rest faint. `tail` is its point at t: a thinned line does not know it.
 * @param {import("./line.js").Line} line @param {{color: string}} look
 */
export function drawPath(context, line, t, tail, look, theme, width) {
  const last = line.step.length - 1;
  const now = vertexAt(line, t);
  context.strokeStyle = look.color;
  if (now < last) {
    context.globalAlpha = 0.28;
    context.lineWidth = width * 0.6;
    stroke(context, line, now, last);
    context.globalAlpha = 1;
  }
  context.strokeStyle = theme.halo;
  context.lineWidth = width + 1.6;
  stroke(context, line, 0, now, { tail });
  context.strokeStyle = look.color;
  context.lineWidth = width;
  stroke(context, line, 0, now, { tail });
}

/** The mark of an optimizer: filled with its colour, ringed by the ground's. */
export function drawMark(context, look, theme, x, y, size) {
  if (!Number.isFinite(x + y)) return;
  outline(context, look.mark, x, y, size);
  context.lineWidth = 2.5;
  context.strokeStyle = theme.background;
  context.stroke();
  context.fillStyle = look.color;
  context.fill();
}
