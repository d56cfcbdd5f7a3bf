/** Small pictures that the browser draws once and that are kept as pixels. */

const CAPACITY = 4000;

/** @type {Map<string, Uint32Array>} */
const stamps = new Map();

/**
 * The pixels of a square picture.
 * @param {string} key tells it from all others
 * @param {number} size of its sides in device pixels
 * @param {(context: CanvasRenderingContext2D) => void} draw
 */
export function stampPixels(key, size, draw) {
  const known = stamps.get(key);
  if (known) return known;
  const canvas = Object.assign(document.createElement("canvas"), { width: size, height: size });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  draw(context);
  const pixels = new Uint32Array(context.getImageData(0, 0, size, size).data.buffer);
  if (stamps.size > CAPACITY) stamps.clear();
  stamps.set(key, pixels);
  return pixels;
}
