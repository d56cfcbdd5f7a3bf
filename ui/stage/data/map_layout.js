/** Where several maps stand in a panel. Pure functions, no DOM. */

/** @import { Box } from "../types" */

/**
 * @typedef {object} MapLayout in CSS pixels from the panel's corner
 * @property {Box[]} cells the axes of each map
 * @property {Box} bar of the colors
 * @property {number[]} size of the panel
 * @property {number} letters their size
 */

/** How many columns make the axes largest that are as wide as they are high. @param {number} count @param {number} width @param {number} height */
function columnsOf(count, width, height) {
  const side = (/** @type {number} */ n) => Math.min(width / n, height / Math.ceil(count / n));
  let columns = 1;
  for (let n = 2; n <= count; n++) if (side(n) > side(columns)) columns = n;
  return columns;
}

/**
 * @param {number} count of maps
 * @param {[number, number]} size of the panel
 * @param {number} letters
 * @param {{above: number, below: number, bar: number, numbers: boolean}} room what stands above and below, in pixels;
 *   the width of the colors' bar with its numbers, in letters; whether each map has numbers below it
 * @returns {MapLayout}
 */
export function layoutOf(count, [width, height], letters, room) {
  const title = count > 1 ? 1.7 * letters : 0;
  const [left, right] = [5 * letters, (room.bar + 1.5) * letters];
  const gap = 0.9 * letters;
  const apart = gap + (room.numbers ? 1.6 * letters : 0); // of rows
  const [wide, high] = [width - left - right, height - room.above - room.below - 3.4 * letters];
  const columns = columnsOf(Math.max(1, count), wide, high);
  const rows = Math.ceil(Math.max(1, count) / columns);
  const w = (wide - (columns - 1) * gap) / columns;
  const h = (high - rows * title - (rows - 1) * apart) / rows;
  const top = room.above + title;
  return {
    ...{ letters, size: [width, height], bar: [width - (room.bar + 0.5) * letters, top, 1.2 * letters, high - title] },
    cells: Array.from({ length: count }, (_, k) => {
      const [column, row] = [k % columns, Math.floor(k / columns)];
      return [left + column * (w + gap), top + row * (h + title + apart), w, h];
    }),
  };
}
