/** The two axes of a 2D panel: tick marks and numbers outside its frame, and titles. */

/** @import { Box, Range, Theme, Ticks } from "../types" */

const OFFSET = 1; // pixels between the frame and a tick mark
const TICK = 3; // pixels of a tick mark
const STANDOFF = 4; // pixels between labels and title, if there is room for them
const TITLE = 1.2; // the size of the title, in letter sizes
// In letter sizes:
const PADDING = 0.2; // between a tick mark and its label
const DIGIT = 0.7; // the height of a digit
const [ASCENT, DESCENT] = [0.75, 0.3]; // how far letters reach above and below the baseline
const [BESIDE, ABOVE] = [0.5, 0.25]; // the least distance of labels beside and above one another

/** @typedef {{title?: string, range: Range, ticks: Ticks}} AxisSpec */
/** @typedef {{left: number, top: number, right: number, bottom: number}} Sides */

/**
 * Draw both axes round a frame. A label that would stand on another one is left out. Nothing is cut at the edge of the
 * canvas: there a label is shifted inwards, and numbers that are too wide for the space left of the frame are smaller.
 * @param {CanvasRenderingContext2D} context in CSS pixels
 * @param {Box} frame
 * @param {{x: AxisSpec, y: AxisSpec}} axes
 * @param {Theme} theme
 * @param {number} size of the letters
 */
export function drawAxes(context, frame, axes, theme, size) {
  const sides = { left: frame[0], top: frame[1], right: frame[0] + frame[2], bottom: frame[1] + frame[3] };
  const edges = canvasEdges(context);
  context.save();
  context.textAlign = "center";
  context.textBaseline = "alphabetic";
  drawX(context, sides, edges, axes.x, theme, size);
  drawY(context, sides, edges, axes.y, theme, size);
  context.restore();
}

/** The edges of the canvas in the context's own coordinates. @param {CanvasRenderingContext2D} context @returns {Sides} */
function canvasEdges(context) {
  const { a, d, e, f } = context.getTransform();
  const { width, height } = context.canvas;
  return { left: -e / a, top: -f / d, right: (width - e) / a, bottom: (height - f) / d };
}

/** @param {number} value @param {number} low @param {number} high */
const clamp = (value, low, high) => Math.max(low, Math.min(value, high));

/**
 * The ticks inside an axis' range: the place of each between pixels `from` and `to`.
 * @param {AxisSpec} axis
 * @param {number} from
 * @param {number} to
 */
function placedTicks({ range: [low, high], ticks: { values, labels } }, from, to) {
  const slack = 1e-6 * (high - low); // a tick at the end of the range may lie outside by a rounding error
  return values
    .map((value, k) => ({ value, label: labels[k], at: from + ((value - low) / (high - low)) * (to - from) }))
    .filter(({ value }) => value >= low - slack && value <= high + slack);
}

/**
 * Takes an interval for a label unless an earlier label is nearer than `space`.
 * @param {number} space
 */
function createRow(space) {
  /** @type {[number, number][]} */
  const taken = [];
  return (/** @type {number} */ from, /** @type {number} */ to) => {
    if (taken.some(([low, high]) => from < high + space && to > low - space)) return false;
    taken.push([from, to]);
    return true;
  };
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Sides} frame
 * @param {Sides} edges of the canvas
 * @param {AxisSpec} axis
 * @param {Theme} theme
 * @param {number} size
 */
function drawX(context, { left, right, bottom }, edges, axis, theme, size) {
  const ticks = placedTicks(axis, left, right);
  context.fillStyle = theme.faint;
  for (const { at } of ticks) context.fillRect(Math.round(at - 0.5), Math.round(bottom + OFFSET), 1, TICK);

  context.fillStyle = theme.muted;
  context.font = `${size}px ${theme.font}`;
  const baseline = bottom + OFFSET + TICK + (PADDING + 1) * size;
  const take = createRow(BESIDE * size);
  for (const { at, label } of ticks) {
    const half = context.measureText(label).width / 2;
    const middle = clamp(at, edges.left + half, edges.right - half);
    if (take(middle - half, middle + half)) context.fillText(label, middle, baseline);
  }
  if (!axis.title) return;
  const title = Math.round(TITLE * size);
  const below = baseline + DESCENT * size + STANDOFF + ASCENT * title;
  context.save();
  context.translate(0, Math.min(below, edges.bottom - DESCENT * title));
  drawTitle(context, axis.title, (left + right) / 2, left, edges.right, theme, title);
  context.restore();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Sides} frame
 * @param {Sides} edges of the canvas
 * @param {AxisSpec} axis
 * @param {Theme} theme
 * @param {number} size
 */
function drawY(context, { left, top, bottom }, edges, axis, theme, size) {
  const ticks = placedTicks(axis, bottom, top);
  context.fillStyle = theme.faint;
  for (const { at } of ticks) context.fillRect(Math.round(left - OFFSET - TICK), Math.round(at - 0.5), TICK, 1);

  context.fillStyle = theme.muted;
  context.font = `${size}px ${theme.font}`;
  const title = Math.round(TITLE * size);
  const right = left - OFFSET - TICK - PADDING * size;
  const space = right - edges.left - (axis.title ? (ASCENT + DESCENT) * title : 0);
  const widest = Math.max(0, ...ticks.map(({ label }) => context.measureText(label).width));
  const fitted = widest > space ? (size * space) / widest : size;
  context.font = `${fitted}px ${theme.font}`;
  context.textAlign = "right";
  const half = (DIGIT * fitted) / 2;
  const take = createRow(ABOVE * fitted);
  for (const { at, label } of ticks) {
    const middle = clamp(at, edges.top + half, edges.bottom - half);
    if (take(middle - half, middle + half)) context.fillText(label, right, middle + half);
  }
  if (!axis.title) return;
  const beside = right - Math.min(widest, space) - STANDOFF - DESCENT * title;
  context.save();
  context.translate(Math.max(beside, edges.left + ASCENT * title), 0);
  context.rotate(-Math.PI / 2);
  drawTitle(context, axis.title, -(top + bottom) / 2, -edges.bottom, -edges.top, theme, title);
  context.restore();
}

/**
 * A title on the line y = 0, smaller if it does not fit between two edges.
 * @param {CanvasRenderingContext2D} context
 * @param {string} title
 * @param {number} middle
 * @param {number} low
 * @param {number} high
 * @param {Theme} theme
 * @param {number} size
 */
function drawTitle(context, title, middle, low, high, theme, size) {
  context.font = `${size}px ${theme.font}`;
  const { width } = context.measureText(title);
  const fitted = Math.min(width, high - low);
  context.font = `${(size * fitted) / width}px ${theme.font}`;
  context.textAlign = "center";
  context.fillText(title, clamp(middle, low + fitted / 2, high - fitted / 2), 0);
}
