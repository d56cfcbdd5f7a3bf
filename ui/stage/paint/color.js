/** CSS colors as numbers. */

/** @typedef {{paint: number, opacity: number}} Ink the color as 0xBBGGRR, which is its order in memory, and its opacity */

/** @type {Map<string, Ink>} */
const inks = new Map();

/** @param {string} color as #rrggbb, rgb(...) or rgba(...) */
export function ink(color) {
  const known = inks.get(color);
  if (known) return known;
  const [r, g, b, opacity = 1] = color.startsWith("#")
    ? [1, 3, 5].map((i) => Number.parseInt(color.slice(i, i + 2), 16))
    : (color.match(/[\d.]+/g) ?? []).map(Number);
  const parsed = { paint: (b << 16) | (g << 8) | r, opacity };
  inks.set(color, parsed);
  return parsed;
}

/**
 * Red, green and blue from 0 to 255, and the opacity from 0 to 1.
 * @param {string} color
 */
export function channels(color) {
  const { paint, opacity } = ink(color);
  return [paint & 255, (paint >> 8) & 255, paint >> 16, opacity];
}
