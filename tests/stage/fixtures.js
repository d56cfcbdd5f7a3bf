/** Small runs, terrains and a theme for the laws of the stage's modules. */

/** @import { Run, Theme, ThemeSource } from "../../ui/stage/types" */
/** @import { TerrainHead } from "../../ui/stage/data/terrain.js" */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { terrainOfHeights } from "../../ui/stage/data/terrain.js";

/** @type {ThemeSource} */
export const THEMES = JSON.parse(readFileSync(new URL("../../ui/theme.json", import.meta.url), "utf8"));

/** @type {Theme} */
export const THEME = {
  palette: THEMES.palette.light,
  shades: THEMES.shades.light,
  marks: [],
  dashes: [],
  ...THEMES.ground.light,
  background: "#ffffff",
  text: "#222222",
  faint: "#eeeeee",
  muted: "#555555",
  font: "sans-serif",
};

/**
 * A run of given positions, pair by pair.
 * @param {number[]} position
 * @param {Partial<Run>} [more]
 * @returns {Run}
 */
export const runOf = (position, more = {}) => ({
  id: "sgd",
  left: null,
  diverged: null,
  position: Float64Array.from(position),
  gap: new Float64Array(position.length / 2),
  internals: {},
  ...more,
});

/**
 * The head of a terrain on [-side, side]².
 * @param {number} side
 * @param {Partial<TerrainHead>} [more]
 * @returns {TerrainHead}
 */
export const headOn = (side, more = {}) => ({
  surface: "toy",
  domain: [
    [-side, side],
    [-side, side],
  ],
  log_height: false,
  floor: 0,
  minima: [],
  saddles: [],
  searched: false,
  ...more,
});

/**
 * A flat terrain with some landmarks.
 * @param {Partial<TerrainHead>} [more]
 */
export const plain = (more) => terrainOfHeights(headOn(2, more), new Float32Array(9));

/** A ridge along y at x = 0, two high, on a plain from -2 to 2. */
export function ridge() {
  const n = 41;
  const heights = new Float32Array(n * n).map((_, q) => Math.max(0, 2 - 10 * Math.abs(-2 + (4 * (q % n)) / (n - 1))));
  return terrainOfHeights(headOn(2), heights);
}

/**
 * Repeatable pseudo-random numbers from 0 to 1 (Park & Miller 1988).
 * @param {number} seed
 */
export function random(seed) {
  let state = seed;
  return () => {
    state = (state * 16807) % 2147483647;
    return state / 2147483647;
  };
}

/**
 * @param {number} got
 * @param {number} expected
 * @param {number} tolerance
 * @param {string} [what]
 */
export function close(got, expected, tolerance, what = "") {
  assert.ok(Math.abs(got - expected) <= tolerance, `${what} expected ${expected}, got ${got}`);
}
