/** What a rule goes by, drawn at the playhead: gradient, velocity, step, look-ahead point, squares, quadratic model. */

import { cut, FAR } from "./line.js";

const HEAD = 7; // pixels of an arrow's head
const FIXED = 38; // pixels of an arrow that tells a direction alone
const LARGEST = 44; // pixels of the side of a run's largest accumulated square

/** How each of them looks, what it is, and what a run that has it holds. */
export const KEY = [["thick", "the step"], ["grey", "the gradient downhill"], ["thin", "velocity", "velocity"], ["ring", "where Nesterov looks", "ahead"],
  ["squares", "accumulated g² of x and y", "squares"], ["curve", "Newton's model", "hessian"]];

/**
 * @param {number} times how many times their true length the arrows are drawn
 * @param {object} theme @param {object} sheet of raster.js @param {object[]} runs @param {number} t
 * @param {{px: Function, py: Function}} scales @param {number} unit size of the picture
 */
export function drawArrows(times, theme, sheet, runs, t, { px, py }, unit) {
  const step = Math.floor(t);
  for (const run of runs) {
    const { position, gradient, velocity, squares, ahead, hessian } = run;
    if (!gradient || 2 * step + 3 >= position.length) continue; // dragged just now, or at the end of the run
    const at = (pairs) => [pairs[2 * step], pairs[2 * step + 1]];
    const [x, y] = at(position);
    const towards = ([dx, dy], style) => arrow(sheet, px(x), py(y), px(x + times * dx), py(y + times * dy), { ...style, unit, halo: theme.halo });
    const colour = run.look.color;
    if (hessian) model(sheet, [x, y], at(gradient), hessian.subarray(3 * step, 3 * step + 3), px, py, colour, unit);
    if (squares) accumulated(sheet, squares, step, px(x), py(y), colour, unit);
    // A gradient is no step, nor is a mean of gradients that has not met its rates: their lengths have another unit.
    const direction = ([vx, vy], style) => {
      const [sx, sy] = [px(x - vx) - px(x), py(y - vy) - py(y)];
      const size = Math.hypot(sx, sy) / (FIXED * unit);
      arrow(sheet, px(x), py(y), px(x) + sx / size, py(y) + sy / size, { ...style, unit, halo: theme.halo });
    };
    direction(at(gradient), { colour: theme.muted, width: 1.5 });
    if (velocity && squares) direction(at(velocity), { colour, width: 1.5 });
    else if (velocity) towards(at(velocity).map((v) => -v), { colour, width: 1.5 });
    towards([position[2 * step + 2] - x, position[2 * step + 3] - y], { colour, width: 2.6 });
    if (ahead) {
      const [ax, ay] = [px(x + at(ahead)[0]), py(y + at(ahead)[1])];
      const ring = circle(ax, ay, 5 * unit);
      sheet.stroke(ring, 0, ring.x.length - 1, { colour, width: 2 * unit });
    }
  }
}

function arrow(sheet, ax, ay, bx, by, { colour, width, unit, halo }) {
  const length = Math.hypot(bx - ax, by - ay);
  const piece = length > 1 ? cut(ax, ay, bx, by, -FAR, -FAR, FAR, FAR) : null; // shorter than a pixel, or not a number
  if (!piece) return;
  const [ux, uy] = [(bx - ax) / length, (by - ay) / length];
  const head = Math.min(HEAD * unit, length);
  const [x, y] = [piece[2], piece[3]];
  const barbs = [-1, 1].map((side) => [x - ux * head - side * uy * head * 0.5, y - uy * head + side * ux * head * 0.5]);
  for (const style of [{ colour: halo, width: width * unit + 2 }, { colour, width: width * unit }]) {
    sheet.rule(...piece, style);
    for (const barb of barbs) sheet.rule(x, y, ...barb, style);
  }
}

/** A closed line round a place. */
function circle(x, y, radius) {
  const turns = Array.from({ length: 25 }, (_, k) => (k * Math.PI) / 12);
  return { x: turns.map((a) => x + radius * Math.cos(a)), y: turns.map((a) => y + radius * Math.sin(a)) };
}

/** Two squares whose areas are the accumulated squares of x and y, on a scale of the run's own: the larger, the slower. */
function accumulated(sheet, squares, step, x, y, colour, unit) {
  let largest = 0;
  for (const value of squares) if (value > largest && value < Infinity) largest = value;
  const [a, b] = [0, 1].map((side) => LARGEST * unit * Math.sqrt(squares[2 * step + side] / largest));
  for (const [left, top, side] of [[x + 9 * unit, y - a / 2, a], [x - b / 2, y - 9 * unit - b, b]]) {
    if (!Number.isFinite(left + top + side)) continue;
    sheet.fill(left, top, side, side, colour, 0.2);
    const corners = { x: [left, left + side, left + side, left, left], y: [top, top, top + side, top + side, top] };
    sheet.stroke(corners, 0, 4, { colour, width: 1 });
  }
}

/**
 * The level line through the point of Newton's quadratic model, and a cross where the model is flat: an ellipse round a
 * minimum, a hyperbola round a saddle. @param {Float32Array} hessian f_xx, f_xy, f_yy
 */
function model(sheet, [x, y], [gx, gy], [a, b, c], px, py, colour, unit) {
  const determinant = a * c - b * b;
  const [dx, dy] = [(-c * gx + b * gy) / determinant, (b * gx - a * gy) / determinant]; // to where the model is flat
  if (!Number.isFinite(dx + dy)) return;
  const height = a * dx * dx + 2 * b * dx * dy + c * dy * dy;
  const line = { x: [], y: [] };
  for (let k = 0; k <= 180; k++) {
    const [u, v] = [Math.cos((k * Math.PI) / 90), Math.sin((k * Math.PI) / 90)];
    const r = Math.sqrt(height / (a * u * u + 2 * b * u * v + c * v * v));
    const [qx, qy] = [px(x + dx + r * u), py(y + dy + r * v)];
    const near = Math.abs(qx) < FAR && Math.abs(qy) < FAR; // nan compares false
    line.x.push(near ? qx : NaN);
    line.y.push(near ? qy : NaN);
  }
  sheet.stroke(line, 0, 180, { colour, width: 1.2 * unit });
  const [cx, cy, arm] = [px(x + dx), py(y + dy), 5 * unit];
  sheet.rule(cx - arm, cy, cx + arm, cy, { colour, width: 1.2 * unit });
  sheet.rule(cx, cy - arm, cx, cy + arm, { colour, width: 1.2 * unit });
}
