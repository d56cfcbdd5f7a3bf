/** The camera of the 3D panel: from a surface's coordinates to the screen, in perspective. */

/** @import { Terrain } from "../types" */

const FIELD_OF_VIEW = Math.PI / 4; // of the panel's height
const TALL = 0.5; // the height of the box that holds the surface; its sides are about 1
const TARGET = -0.13; // the height that the camera looks at; the box reaches from -TALL / 2 to TALL / 2
const [LOWEST, HIGHEST] = [0.05, 1.5]; // radians above the floor
const [NEAREST, FARTHEST] = [0.9, 6];

/**
 * The place of the eye on a sphere round the target: two angles in radians, and the distance in lengths of the box.
 * @typedef {{azimuth: number, elevation: number, distance: number}} Camera
 */

/**
 * A surface seen by a camera. `rows` are the weights of x, y, z and 1 in the coordinates right, up and depth. A point is
 * seen at the pixels middle[0] + reach * right / depth and middle[1] - reach * up / depth. `scale`: lengths of the box
 * for one of x, y, z. `eye`: the camera's place in the surface's coordinates.
 * @typedef {object} View
 * @property {number[][]} rows
 * @property {number[]} middle
 * @property {number} reach
 * @property {number[]} scale
 * @property {number[]} eye
 * @property {(x: number, y: number, z: number) => [number, number, number]} project to CSS pixels and the depth, which is
 *   the distance from the eye along its line of sight
 */

/**
 * The camera that the panel opens with: further away if the panel is narrow or low.
 * @param {number} width
 * @param {number} height
 * @returns {Camera}
 */
export function homeCamera(width, height) {
  const back = Math.max(0.98, (1.1 * height) / width, Math.min(1.3, (0.78 * width) / height));
  const [x, y, z] = [-0.52 * back, -1.28 * back, 1.2 * back - TARGET];
  return { azimuth: Math.atan2(y, x), elevation: Math.atan2(z, Math.hypot(x, y)), distance: Math.hypot(x, y, z) };
}

/**
 * The camera after a turn: never below the floor, nor inside the surface.
 * @param {Camera} camera
 * @param {number} right radians
 * @param {number} up radians
 * @param {number} away the factor by which the distance grows
 * @returns {Camera}
 */
export function turnCamera({ azimuth, elevation, distance }, right, up, away = 1) {
  return {
    azimuth: azimuth + right,
    elevation: Math.min(HIGHEST, Math.max(LOWEST, elevation + up)),
    distance: Math.min(FARTHEST, Math.max(NEAREST, distance * away)),
  };
}

/**
 * @param {Camera} camera
 * @param {Pick<Terrain, "domain" | "low" | "high">} terrain
 * @param {number} width of the panel in CSS pixels
 * @param {number} height
 * @returns {View}
 */
export function viewFrom({ azimuth, elevation, distance }, { domain, low, high }, width, height) {
  const [[x0, x1], [y0, y1]] = domain;
  const stretch = Math.min(1.5, Math.max(0.67, Math.sqrt((x1 - x0) / (y1 - y0))));
  const scale = [stretch / (x1 - x0), 1 / stretch / (y1 - y0), TALL / (high - low)];
  const [ca, sa, ce, se] = [Math.cos(azimuth), Math.sin(azimuth), Math.cos(elevation), Math.sin(elevation)];
  const stand = [distance * ce * ca, distance * ce * sa, TARGET + distance * se];
  const origin = [(x0 + x1) / 2, (y0 + y1) / 2, (low + high) / 2]; // the middle of the box
  const axes = [
    [-sa, ca, 0],
    [-se * ca, -se * sa, ce],
    [-ce * ca, -ce * sa, -se],
  ];
  const rows = axes.map((axis) => {
    const row = axis.map((weight, i) => weight * scale[i]);
    const dot = (/** @type {number[]} */ a, /** @type {number[]} */ b) => a.reduce((sum, v, i) => sum + v * b[i], 0);
    return [...row, -dot(axis, stand) - dot(row, origin)];
  });
  const middle = [width / 2, height / 2];
  const reach = height / 2 / Math.tan(FIELD_OF_VIEW / 2);
  const [right, up, deep] = rows;
  return {
    rows,
    middle,
    reach,
    scale,
    eye: stand.map((at, i) => origin[i] + at / scale[i]),
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
