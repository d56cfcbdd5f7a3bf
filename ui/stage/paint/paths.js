/** Paths and marks on a sheet. */

import { vertexAt } from "./line.js";
import { outline } from "./theme.js";

const CROWD = 3; // where more paths than that are moved at once, none of them has its halo meanwhile: it is half the work

/**
 * Draw the paths of a panel, up to step t in full and the rest faint. What has not changed since the last picture is not
 * painted again: while t moves on the paths go on from where they were, and paths that a hand moves are laid over the others.
 * @param {object} sheet of raster.js @param {() => void} begin opens it and paints what lies below the paths
 * @param {import("./line.js").Line[]} lines @param {boolean[]} moves which of them a hand moves @param {number} t
 * @param {*[]} stamp what else the picture is made of: any change begins it anew
 * @param {(k: number, first: number, last: number, past: boolean, bare: boolean) => void} draw the k-th path between two
 *   vertices, bare: without its halo
 */
export function drawPaths(sheet, begin, lines, moves, t, stamp, draw) {
  const now = lines.map((line) => vertexAt(line, t));
  const rest = lines.map((_, k) => k).filter((k) => !moves[k]);
  const made = [...stamp, ...rest, ...rest.map((k) => lines[k])];
  const last = sheet.last;
  const goesOn = last && t >= last.t && made.length === last.made.length && made.every((part, i) => part === last.made[i]);
  if (goesOn) sheet.again();
  else {
    begin();
    for (const k of rest) draw(k, now[k], lines[k].step.length - 1, false);
  }
  const from = (k) => (goesOn ? last.now[k] : 0);
  if (!goesOn || rest.some((k) => now[k] > from(k))) {
    for (const k of rest) draw(k, from(k), now[k], true);
    sheet.keep();
  }
  sheet.last = { t, made, now };
  const bare = lines.length - rest.length > CROWD;
  lines.forEach((line, k) => {
    if (!moves[k]) return;
    draw(k, now[k], line.step.length - 1, false, bare);
    draw(k, 0, now[k], true, bare);
  });
}

/** One path between two vertices: what is past in full on a halo, what is to come faint. */
export function drawPath(sheet, line, first, last, past, bare, look, theme, width) {
  if (!past) return sheet.stroke(line, first, last, { colour: look.color, width: width * 0.6, opacity: 0.28 });
  if (!bare) sheet.stroke(line, first, last, { colour: theme.halo, width: width + 1.6, halo: true });
  // Once more over the piece before, whose end the new halo has covered.
  sheet.stroke(line, Math.max(0, first - 1), last, { colour: look.color, width });
}

/** The last bit of a path, from its last vertex to its point at t: a thinned line does not know that point. */
export function drawTail(sheet, line, t, tail, look, width) {
  const now = vertexAt(line, t);
  sheet.rule(line.x[now], line.y[now], ...tail, { colour: look.color, width });
}

/** The mark of an optimizer: filled with its colour, ringed by the ground's. */
export function drawMark(sheet, look, theme, x, y, size, opacity = 1) {
  sheet.stamp(`${look.color} ${look.mark} ${theme.background}`, x, y, size + 2, (context) => {
    outline(context, look.mark, 0, 0, size);
    context.lineJoin = "bevel";
    context.lineWidth = 2.5;
    context.strokeStyle = theme.background;
    context.stroke();
    context.fillStyle = look.color;
    context.fill();
  }, opacity);
}
