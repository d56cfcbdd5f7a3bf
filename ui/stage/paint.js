/** Paths on a canvas. Everything here knows pixels alone. */

import { outline } from "./theme.js";

const FAR = 1e4; // pixels: beyond this a canvas may lose precision, so segments are cut there by geometry

/** Fit a canvas to its box and the screen's pixels, wipe it, and give its context in CSS pixels. */
export function wipe(canvas, width, height) {
  const ratio = devicePixelRatio || 1;
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
  const context = canvas.getContext("2d");
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, w, h);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.lineJoin = context.lineCap = "round";
  return context;
}

/**
 * The part of the segment a-b inside the box, or null. Exact geometry (Liang & Barsky): no value is clamped.
 * @returns {?[number, number, number, number]}
 */
export function cut(ax, ay, bx, by, left, top, right, bottom) {
  let from = 0;
  let to = 1;
  const [dx, dy] = [bx - ax, by - ay];
  for (const [step, room] of [[-dx, ax - left], [dx, right - ax], [-dy, ay - top], [dy, bottom - ay]]) {
    if (step === 0) {
      if (room < 0) return null;
    } else if (step < 0) from = Math.max(from, room / step);
    else to = Math.min(to, room / step);
  }
  return from > to ? null : [ax + from * dx, ay + from * dy, ax + to * dx, ay + to * dy];
}

/**
 * Add the polyline through points first..last to the context's path, and then on to (tailX, tailY) if given.
 * `pts` holds x, y in pixels; a point that is not finite breaks the line.
 */
export function trace(context, pts, first, last, tailX, tailY) {
  let drawn = false; // whether the pen stands at the previous point
  let px = NaN;
  let py = NaN;
  const visit = (x, y) => {
    const near = Math.abs(x) < FAR && Math.abs(y) < FAR;
    if (near && drawn) context.lineTo(x, y);
    else if (near && !Number.isFinite(px + py)) context.moveTo(x, y);
    else if (Number.isFinite(x + y + px + py)) {
      const piece = cut(px, py, x, y, -FAR, -FAR, FAR, FAR);
      if (piece) {
        context.moveTo(piece[0], piece[1]);
        context.lineTo(piece[2], piece[3]);
      } else if (near) context.moveTo(x, y);
    }
    drawn = near;
    px = x;
    py = y;
  };
  for (let i = first; i <= last; i++) visit(pts[2 * i], pts[2 * i + 1]);
  if (tailX !== undefined && Number.isFinite(tailX + tailY)) visit(tailX, tailY);
}

/** Where a path stands at a fractional step: between its neighbours, or nowhere if it is not finite there. */
export function at(pts, t) {
  const i = Math.floor(t);
  const u = t - i;
  if (u === 0) return [pts[2 * i], pts[2 * i + 1]];
  return [pts[2 * i] * (1 - u) + pts[2 * i + 2] * u, pts[2 * i + 1] * (1 - u) + pts[2 * i + 3] * u];
}

/**
 * One path up to step t in full, the rest faint, and its mark at t.
 * @param {{color: string, mark: number[][]}} look
 */
export function drawPath(context, pts, t, look, theme, width) {
  const last = pts.length / 2 - 1;
  const [x, y] = at(pts, t);
  if (t < last) {
    context.globalAlpha = 0.28;
    context.strokeStyle = look.color;
    context.lineWidth = width * 0.6;
    context.beginPath();
    trace(context, pts, Math.floor(t), last);
    context.stroke();
    context.globalAlpha = 1;
  }
  context.beginPath();
  trace(context, pts, 0, Math.floor(t), x, y);
  context.strokeStyle = theme.halo;
  context.lineWidth = width + 1.6;
  context.stroke();
  context.strokeStyle = look.color;
  context.lineWidth = width;
  context.stroke();
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
