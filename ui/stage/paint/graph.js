/** A computational graph as an SVG: boxes with what they compute, the value above each and the derivative below it. */

import { layered } from "./layers.js";

const LETTER = 7.9; // pixels of a letter, on average
const [SIDE, HALF] = [9, 13]; // between text and edge of a box, and half of its height
const MARGIN = 8;
const TYPE = 13; // pixels of the page's type beside which its own are drawn: they grow together

/**
 * An element of an SVG.
 * @param {string} tag @param {Record<string, string | number>} attributes @param {...(Node | string)} children
 */
function svg(tag, attributes, ...children) {
  const el = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) el.setAttribute(name, String(value));
  el.append(...children);
  return el;
}

/** A line that is level at all of its points. @param {[number, number][]} points */
const curve = (points) =>
  points
    .map(([x, y], k) => {
      if (!k) return `M${x} ${y}`;
      const [before, level] = points[k - 1];
      const turn = (before + x) / 2;
      return `C${turn} ${level} ${turn} ${y} ${x} ${y}`;
    })
    .join("");

/**
 * What is said at one moment, for each box by its place in the list.
 * @typedef {object} Moment
 * @property {string[]} values
 * @property {string[]} derivatives
 * @property {Map<string, string>} slopes of the lines, by "from,to"
 * @property {number} current the box whose turn it is; -1 for none
 * @property {boolean} back derivatives flow
 */

/**
 * @param {string[]} texts of the boxes
 * @param {number[][]} parents of each box, all before it
 */
export function createGraph(texts, parents) {
  const widths = texts.map((text) => Math.max(44, text.length * LETTER + 2 * SIDE));
  const { places, lines, width, height } = layered(parents, widths);
  const [wide, high] = [width + 2 * MARGIN, height + 2 * MARGIN];

  const drawn = lines.map(({ from, to, points }) => {
    const [[x0, y0], [x1, y1]] = points.slice(-2);
    const path = svg("path", { d: curve(points) });
    // On the line, nearer to the box that has this derivative: where lines cross it would cover another one.
    const slope = svg("text", { x: x0 + 0.576 * (x1 - x0), y: y0 + 0.648 * (y1 - y0) + 4, class: "slope" });
    return { key: `${from},${to}`, to, path, slope };
  });
  const boxes = places.map(({ x, y }, k) => {
    const value = svg("text", { x, y: y - HALF - 5, class: "value" });
    const derivative = svg("text", { x, y: y + HALF + 15, class: "derivative" });
    const rect = svg("rect", { x: x - widths[k] / 2, y: y - HALF, width: widths[k], height: 2 * HALF, rx: 5 });
    const el = svg("g", {}, rect, svg("text", { x, y: y + 5 }, texts[k]), value, derivative);
    return { el, value, derivative };
  });
  const el = svg(
    "svg",
    { viewBox: `${-MARGIN} ${-MARGIN} ${wide} ${high}`, role: "img" },
    svg("g", { class: "lines" }, ...drawn.map(({ path }) => path)),
    ...boxes.map((box) => box.el),
    ...drawn.map(({ slope }) => slope),
  );
  el.style.width = `${wide / TYPE}em`;

  return {
    el,
    /** @param {Moment} moment */
    show({ values, derivatives, slopes, current, back }) {
      el.classList.toggle("back", back);
      for (const [k, { el: group, value, derivative }] of boxes.entries()) {
        value.textContent = values[k];
        derivative.textContent = derivatives[k];
        group.classList.toggle("current", k === current);
      }
      for (const { key, to, path, slope } of drawn) {
        slope.textContent = slopes.get(key) ?? "";
        path.classList.toggle("current", to === current);
      }
      boxes[current]?.el.scrollIntoView({ block: "nearest", inline: "nearest" });
    },
  };
}
