/** The names of an optimizer's equations on the surface, at the playhead: points, arrows, sizes, the model, trials. */

/** @import { Drawing } from "../data/inside.js" */
/** @import { Found, Point, Theme } from "../types" */
/** @import { Sheet, Stroke } from "./sheet.js" */

import { drawArrow, drawDirection, drawModel, drawSquares, ringAt } from "./arrows.js";
import { distanceTo } from "./find.js";

const REACH = 7; // pixels from a mark at which it counts as pointed at
const BACK = 0.3; // opacity of what is not pointed at, while something is

/** What is drawn without being pointed at. @param {Drawing} drawing */
const isPlain = ({ name, as, before }) =>
  name === "g" || ((as === "point" || as === "move") && !before) || as === "model" || as === "trials";

/**
 * A mark that was drawn, in pixels from the corner of a box on the sheet.
 * @typedef {{name: string, x: number[], y: number[]}} Placed
 */

/**
 * @param {Drawing[]} drawings of one step, that of the point itself among them
 * @param {string | null} lit the name that is pointed at
 * @param {number} times the factor by which arrows to scale are drawn longer than they are
 * @param {{theme: Theme, color: string, unit: number, sheet: Sheet}} style
 * @param {{px: (x: number) => number, py: (y: number) => number}} scales from coordinates to CSS pixels
 * @returns {Placed[]}
 */
export function drawTerms(drawings, lit, times, { theme, color, unit, sheet }, { px, py }) {
  const [x, y] = /** @type {Drawing} */ (drawings.find(({ name }) => name === "w")).value;
  const gradient = /** @type {Point} */ (drawings.find(({ name }) => name === "g")?.value);
  const [wx, wy] = [px(x), py(y)];
  /** @type {Placed[]} */
  const placed = [];
  const shown = drawings.filter((one) => one.name !== "w" && (isPlain(one) || one.name === lit));
  for (const { name, as, value, largest, along } of shown.sort((a, b) => +(a.name === lit) - +(b.name === lit))) {
    const own = as === "direction" ? theme.muted : color;
    /** @type {Stroke} */
    const stroke = { color: own, width: name === lit ? 3.4 : name === "w_next" ? 2.6 : 1.5 };
    if (lit && name !== lit) stroke.opacity = BACK;
    /** @param {number} tx @param {number} ty */
    const arrowTo = (tx, ty) => {
      drawArrow(sheet, wx, wy, tx, ty, stroke, unit, theme.halo);
      placed.push({ name, x: [wx, tx], y: [wy, ty] });
    };
    const ring = (/** @type {number} */ rx, /** @type {number} */ ry, /** @type {number} */ radius) => {
      const { x: xs, y: ys } = ringAt(rx, ry, radius * unit);
      sheet.stroke({ x: xs, y: ys }, 0, xs.length - 1, { ...stroke, width: stroke.width * unit });
      placed.push({ name, x: xs, y: ys });
    };
    if (name === "w_next") arrowTo(px(x + times * (value[0] - x)), py(y + times * (value[1] - y)));
    else if (as === "move") arrowTo(px(x + times * value[0]), py(y + times * value[1]));
    else if (as === "point") ring(px(value[0]), py(value[1]), 5);
    else if (as === "trials")
      for (const length of value) ring(px(x + length * along[0]), py(y + length * along[1]), 3); // no ring at nan
    else if (as === "direction") {
      const tip = drawDirection(sheet, [x, y], /** @type {Point} */ (value), { px, py }, stroke, unit, theme.halo);
      placed.push({ name, x: [wx, tip[0]], y: [wy, tip[1]] });
    } else if (as === "sizes") drawSquares(sheet, value, largest, wx, wy, color, unit);
    else drawModel(sheet, [x, y], gradient, [value[0], value[1], value[3]], px, py, stroke, unit);
  }
  return placed;
}

/**
 * The mark near a place, the uppermost of several.
 * @param {{entry: string, step: number, box: number[], placed: Placed[]} | null} drawn
 * @param {number} x in pixels on the sheet
 * @param {number} y
 * @returns {Found | null}
 */
export function nearestTerm(drawn, x, y) {
  if (!drawn) return null;
  const { entry, step, box, placed } = drawn;
  const near = placed.findLast((line) => distanceTo(line, x - box[0], y - box[1]) <= REACH);
  return near ? { entry, step, term: near.name } : null;
}
