/** The camera of the 3D panel: from a surface's coordinates to the screen, in perspective. Pure functions, no DOM. */

const OPENING = Math.PI / 4; // the angle that the panel's height fills
const TALL = 0.5; // the height of the box that holds the surface; its sides are about 1
const MIDDLE = -0.13; // the height looked at; the box reaches from -TALL / 2 to TALL / 2
const [LOWEST, HIGHEST] = [0.05, 1.5]; // radians above the floor
const [NEAREST, FARTHEST] = [0.9, 6];

/**
 * Where the eye stands, round the middle of the box.
 * @typedef {{azimuth: number, elevation: number, distance: number}} Camera radians, and lengths of the box
 */

/** The camera before anybody turned it: in a narrow or low panel it stands further away. @returns {Camera} */
export function home(width, height) {
  const back = Math.max(1.08, (1.2 * height) / width, Math.min(1.3, (0.78 * width) / height));
  const [x, y, z] = [-0.52 * back, -1.28 * back, 1.2 * back - MIDDLE];
  return { azimuth: Math.atan2(y, x), elevation: Math.atan2(z, Math.hypot(x, y)), distance: Math.hypot(x, y, z) };
}

/** Turned by radians and moved away by a factor, never below the floor nor into the surface. @returns {Camera} */
export function turned({ azimuth, elevation, distance }, right, up, away = 1) {
  return {
    azimuth: azimuth + right,
    elevation: Math.min(HIGHEST, Math.max(LOWEST, elevation + up)),
    distance: Math.min(FARTHEST, Math.max(NEAREST, distance * away)),
  };
}

/**
 * A surface seen by a camera on so many pixels.
 * @param {Camera} camera @param {object} terrain as in terrain.js
 * @returns {{rows: number[][], middle: number[], reach: number, scale: number[], eye: number[], project: Function}}
 *   rows: right, up and depth as weights of x, y, z and 1; pixels: middle + reach * right / depth and
 *   middle - reach * up / depth; scale: lengths of the box for one of x, y, z; eye: in the surface's coordinates
 */
export function seenBy({ azimuth, elevation, distance }, { domain: [[x0, x1], [y0, y1]], low, high }, width, height) {
  const stretch = Math.min(1.5, Math.max(0.67, Math.sqrt((x1 - x0) / (y1 - y0))));
  const scale = [stretch / (x1 - x0), 1 / stretch / (y1 - y0), TALL / (high - low)];
  const [ca, sa, ce, se] = [Math.cos(azimuth), Math.sin(azimuth), Math.cos(elevation), Math.sin(elevation)];
  const stands = [distance * ce * ca, distance * ce * sa, MIDDLE + distance * se];
  const zero = [(x0 + x1) / 2, (y0 + y1) / 2, (low + high) / 2]; // the box's middle in the surface's coordinates
  const axes = [[-sa, ca, 0], [-se * ca, -se * sa, ce], [-ce * ca, -ce * sa, -se]];
  const rows = axes.map((axis) => {
    const row = axis.map((weight, i) => weight * scale[i]);
    return [...row, -axis.reduce((sum, weight, i) => sum + weight * stands[i], 0) - row.reduce((sum, weight, i) => sum + weight * zero[i], 0)];
  });
  const middle = [width / 2, height / 2];
  const reach = height / 2 / Math.tan(OPENING / 2);
  const [right, up, deep] = rows;
  return {
    rows,
    middle,
    reach,
    scale,
    eye: stands.map((at, i) => zero[i] + at / scale[i]),
    /** @returns {[number, number, number]} pixels, and how deep: the distance from the eye along its line of sight */
    project(x, y, z) {
      const depth = deep[0] * x + deep[1] * y + deep[2] * z + deep[3];
      return [
        middle[0] + (reach * (right[0] * x + right[1] * y + right[2] * z + right[3])) / depth,
        middle[1] - (reach * (up[0] * x + up[1] * y + up[2] * z + up[3])) / depth,
        depth,
      ];
    },
  };
}
