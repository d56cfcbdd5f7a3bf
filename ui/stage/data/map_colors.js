/** What the colors of a map say: the loss at the end, the steps to a goal, or how runs ended. Pure functions, no DOM. */

/** @import { Landmark, Range, Terrain, Theme, Ticks } from "../types" */
/** @import { Field } from "../state/refinement.js" */

import { formatValue } from "../state/format.js";
import { SIDE } from "../state/refinement.js";
import { msg, t } from "../state/words.js";
import { lossAxis } from "./scales.js";

/** @typedef {{id: string, name: string}} Coloring */
/** @type {Coloring[]} */
export const COLORINGS = [
  { id: "loss", name: msg("loss at the end") },
  { id: "reached", name: msg("steps to the goal") },
  { id: "ended", name: msg("how it ended") },
];

// How a run ended, as engine/maps.py codes it: below SADDLE the number of a minimum, from it that of a saddle.
const [SADDLE, MOVING, OUTSIDE, DIVERGED] = [128, 253, 254, 255];

const LOWEST = -12; // power of ten of the losses that are told apart: below it float32 rounds most of them
/** Viridis (van der Walt & Smith 2015) from its bright end: low losses shine. */
const BRIGHT_IS_LOW = ["#fde725", "#a0da39", "#4ac16d", "#1fa187", "#277f8e", "#365c8d", "#46327e", "#440154"];

/**
 * @typedef {object} Colors what all maps of a picture share
 * @property {string} title
 * @property {Range} range of the values that are told apart
 * @property {[number, string][]} scale colors at shares of that range
 * @property {Ticks} ticks
 * @property {(field: Field, place: number) => number | null} at the value of a cell; null: it has no color
 */

/**
 * @param {string} coloring an id of COLORINGS
 * @param {Field[]} fields
 * @param {Terrain} terrain
 * @param {Theme} theme
 * @param {number} first the loss above the lowest minimum that runs begin with
 * @param {number} steps of each run
 * @returns {Colors}
 */
export function colorsOf(coloring, fields, terrain, theme, first, steps) {
  if (coloring === "ended") return byEnding(fields, terrain, theme);
  if (coloring === "reached") {
    const values = [0, 0.25, 0.5, 0.75, 1].map((share) => Math.round(share * steps));
    return {
      ...{ title: t("steps to the goal"), range: [0, steps], scale: shades() },
      ticks: { values, labels: values.map(String) },
      at: ({ cells }, place) => (cells.reached[place] <= steps ? cells.reached[place] : null),
    };
  }
  const [least, most] = extent(fields);
  const bounded = fields.every(({ head }) => head.bounded);
  const name = t("loss at the end");
  const title = bounded ? t("{quantity} − lowest minimum", { quantity: name }) : name;
  const axis = lossAxis(title, bounded, first, least, most, LOWEST);
  const [low, high] = axis.range;
  return {
    ...{ title, range: axis.range, scale: shades(), ticks: axis.ticks },
    at: ({ cells, head }, place) => {
      const code = cells.loss[place];
      return code === head.coding.none ? null : Math.min(high, Math.max(low, code / head.coding.decade));
    },
  };
}

/** @returns {[number, string][]} */
const shades = () => BRIGHT_IS_LOW.map((color, k) => [k / (BRIGHT_IS_LOW.length - 1), color]);

/** The places of the cells that are known. @param {Field} field @param {(place: number) => void} work */
export function eachKnown({ side }, work) {
  const stride = SIDE / side;
  for (let row = 0; row < SIDE; row += stride) {
    for (let place = row * SIDE; place < (row + 1) * SIDE; place += stride) work(place);
  }
}

/** The least and the largest loss of maps. @param {Field[]} fields @returns {Range} */
function extent(fields) {
  let [low, high] = [Infinity, -Infinity];
  for (const field of fields) {
    const { none } = field.head.coding;
    eachKnown(field, (place) => {
      const code = field.cells.loss[place];
      if (code === none) return;
      if (code < low) low = code;
      if (code > high) high = code;
    });
  }
  if (!(low <= high)) return [1, 1];
  return /** @type {Range} */ ([low, high].map((code) => lossOfCode(code, fields[0].head)));
}

/** The loss above the lowest minimum, or where none is declared the loss, for its code. @param {number} code @param {any} head */
export function lossOfCode(code, { coding: { decade, none, zero }, bounded }) {
  if (code === none) return Number.NaN;
  if (bounded) return code === zero ? 0 : 10 ** (code / decade);
  return Math.sign(code) * (10 ** (Math.abs(code) / decade) - 1);
}

/** The cell with the lowest loss at the end among those that are known; null where none ended at a number. @param {Field} field */
export function bestOf(field) {
  const { none } = field.head.coding;
  let best = -1;
  eachKnown(field, (place) => {
    const code = field.cells.loss[place];
    if (code !== none && (best < 0 || code < field.cells.loss[best])) best = place;
  });
  return best < 0 ? null : best;
}

/** How a run ended, in words. @param {number} code @param {Pick<Terrain, "minima" | "saddles">} terrain */
export function endingOf(code, { minima, saddles }) {
  if (code === DIVERGED) return t("diverged");
  if (code === OUTSIDE) return t("left the picture");
  if (code === MOVING) return t("at no minimum");
  return code >= SADDLE
    ? `${t("at a saddle")} ${placeOf(saddles[code - SADDLE])}`
    : `${t("at a minimum")} ${placeOf(minima[code])}`;
}

/** @param {Landmark | undefined} mark */
const placeOf = (mark) => (mark ? `(${mark[0].map((v) => formatValue(Number(v.toPrecision(3)))).join("; ")})` : "");

/** Qualitative colors for light and dark pages and all eyes (Tol 2021, "light"): strong ones belong to optimizers. */
const WELLS = ["#77aadd", "#ee8866", "#eedd88", "#ffaabb", "#44bb99", "#99ddff", "#bbcc33", "#aaaa00"];
const NAMED = 7; // minima that are told apart in words

/**
 * @param {Field[]} fields
 * @param {Terrain} terrain
 * @param {Theme} theme
 * @returns {Colors}
 */
function byEnding(fields, terrain, theme) {
  const seen = new Set();
  for (const field of fields) eachKnown(field, (place) => seen.add(field.cells.ended[place]));
  const codes = [...seen].sort((a, b) => a - b);
  const places = new Map(codes.map((code, k) => [code, k]));
  const wells = codes.filter((code) => code < SADDLE);
  const color = (/** @type {number} */ code) => {
    if (code === DIVERGED) return theme.background;
    if (code === OUTSIDE) return theme.faint;
    if (code === MOVING) return theme.high;
    return code >= SADDLE ? theme.muted : WELLS[wells.indexOf(code) % WELLS.length];
  };
  const named = codes.filter((code) => code >= SADDLE || wells.length <= NAMED || code === wells[0]);
  const n = Math.max(1, codes.length);
  return {
    title: "",
    range: [-0.5, n - 0.5],
    scale: codes.flatMap((code, k) =>
      [0, 1].map((end) => /** @type {[number, string]} */ ([(k + end) / n, color(code)])),
    ),
    ticks: {
      values: named.map((code) => places.get(code) ?? 0),
      labels: named.map((code) => {
        if (code >= SADDLE)
          return code < MOVING ? `× ${placeOf(terrain.saddles[code - SADDLE])}` : endingOf(code, terrain);
        return wells.length > NAMED ? t("{n} minima", { n: wells.length }) : `★ ${placeOf(terrain.minima[code])}`;
      }),
    },
    at: ({ cells }, place) => places.get(cells.ended[place]) ?? null,
  };
}
