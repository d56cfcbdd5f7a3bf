/** The box round the surface in 3D: the grid on its far sides, and the numbers and names along its near edges. */

import { ticks } from "./terrain.js";

const TICK = 0.035; // from an edge to its numbers, in sides of the box
const TITLE = 0.15;

/**
 * @param {CanvasRenderingContext2D} context in CSS pixels @param {object} view of view.js @param {object} terrain
 * @param {object} theme @param {number} size of the letters in CSS pixels
 */
export function drawBox(context, view, terrain, theme, size) {
  const { domain: [xs, ys], low, high, data, log_height } = terrain;
  const sides = [xs, ys, [low, high]];
  const { eye, project } = view;
  // Of the walls those behind the surface: on the other side of the middle from the eye.
  const [far, close] = [0, 1].map((other) => sides.slice(0, 2).map(([a, b], i) => ((eye[i] > (a + b) / 2) === !other ? a : b)));
  const marks = [ticks(xs, 5), ticks(ys, 5), terrain.ticks ?? ticks([low, high], 4)];
  const lines = (points) => {
    context.beginPath();
    points.forEach(([from, to]) => [context.moveTo(...project(...from)), context.lineTo(...project(...to))]);
    context.stroke();
  };
  Object.assign(context, { strokeStyle: theme.faint, lineWidth: 1 });
  lines(marks[0].tickvals.flatMap((x) => [[[x, ys[0], low], [x, ys[1], low]], [[x, far[1], low], [x, far[1], high]]]));
  lines(marks[1].tickvals.flatMap((y) => [[[xs[0], y, low], [xs[1], y, low]], [[far[0], y, low], [far[0], y, high]]]));
  lines(marks[2].tickvals.flatMap((z) => [[[xs[0], far[1], z], [xs[1], far[1], z]], [[far[0], ys[0], z], [far[0], ys[1], z]]]));

  // Along the near edges, away from the box; heights along the upright edge that is furthest left on the screen. What
  // would stand upon something else is left out.
  const upright = xs.flatMap((x) => ys.map((y) => [x, y])).sort((p, q) => project(...p, low)[0] - project(...q, low)[0])[0];
  const outward = (i) => (close[i] === sides[i][1] ? 1 : -1) * (sides[i][1] - sides[i][0]);
  const left = (x, y, depth, off) => [x - (off * view.reach) / depth, y];
  const edges = [
    { name: data?.names[0] ?? "x", at: (x, off) => project(x, close[1] + off * outward(1), low) },
    { name: data?.names[1] ?? "y", at: (y, off) => project(close[0] + off * outward(0), y, low) },
    { name: log_height ? "loss (log)" : "loss", at: (z, off) => left(...project(...upright, z), off) },
  ];
  Object.assign(context, { fillStyle: theme.muted, textBaseline: "middle" });
  const taken = [];
  const write = (text, x, y, align, width) => {
    const from = x - { left: 0, center: width / 2, right: width }[align];
    if (taken.some(([l, t, r]) => from < r && from + width > l && Math.abs(y - t) < size)) return;
    taken.push([from, y, from + width]);
    context.textAlign = align;
    context.fillText(text, x, y);
  };
  edges.forEach(({ at, name }, i) => {
    const texts = marks[i].ticktext.map(plain);
    const middle = (sides[i][0] + sides[i][1]) / 2;
    const [[ax, ay], [bx, by]] = [at(middle, 0), at(middle, TICK)];
    const align = Math.abs(bx - ax) < 0.35 * Math.abs(by - ay) ? "center" : bx < ax ? "right" : "left";
    context.font = `${size}px ${theme.font}`;
    const widths = texts.map((text) => context.measureText(text).width);
    marks[i].tickvals.forEach((value, k) => write(texts[k], ...at(value, TICK).slice(0, 2), align, widths[k]));
    context.font = `${1.15 * size}px ${theme.font}`;
    if (i < 2) return write(name, ...at(middle, TITLE).slice(0, 2), "center", context.measureText(name).width);
    context.save();
    const ends = marks[i].tickvals.map((value, k) => at(value, TICK)[0] - widths[k]);
    context.translate(Math.max(size, Math.min(bx, ...ends) - size), by);
    context.rotate(-Math.PI / 2);
    context.textAlign = "center";
    context.fillText(name, 0, 0);
    context.restore();
  });
}

/** Plotly's raised digits as the letters that a canvas knows. */
const plain = (text) => text.replace(/<sup>(.*)<\/sup>/, (_, digits) => [...digits].map((d) => "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"["0123456789−".indexOf(d)]).join(""));
