/** Maps as a Plotly figure: heat maps of one scale, the lines of theory, minima and saddles. Pure functions, no DOM. */

/** @import { Box, Terrain, Theme } from "../types" */
/** @import { MapAxis } from "../data/map_axes.js" */
/** @import { MapLayout } from "../data/map_layout.js" */
/** @import { Colors } from "../data/map_colors.js" */
/** @import { Field } from "../state/refinement.js" */

import { areAlike, START, ticksAlong } from "../data/map_axes.js";
import { bestOf } from "../data/map_colors.js";
import { toPlace } from "../state/hyper.js";
import { SIDE } from "../state/refinement.js";
import { t } from "../state/words.js";

/**
 * @typedef {object} MapCell one entry's map in a picture
 * @property {string} name of the entry; empty where there is one alone
 * @property {Field | null} field
 * @property {MapAxis[]} axes x and y
 * @property {Box} box of its axes, in CSS pixels from the panel's corner
 *
 * @typedef {object} MapPicture
 * @property {MapCell[]} cells
 * @property {Colors} colors
 * @property {Terrain} terrain
 * @property {Theme} theme
 * @property {MapLayout} layout
 */

const LAST = SIDE - 1;
/** Where a value of an axis stands, in cells. @param {MapAxis} axis @param {number | null} value */
const cellOf = (axis, value) => (value === null ? null : LAST * toPlace(axis, value));

/** @param {MapPicture} picture */
export function figureOf(picture) {
  const { cells, colors, theme } = picture;
  const { size, bar, letters } = picture.layout;
  const [width, height] = size;
  const across = (/** @type {Box} */ [left, , wide]) => [left / width, (left + wide) / width];
  const up = (/** @type {Box} */ [, top, , high]) => [1 - (top + high) / height, 1 - top / height];
  const font = { family: theme.font, size: letters, color: theme.muted };
  const lefts = cells.map(({ box }) => box[0]);
  const alike = [0, 1].map((side) => areAlike(cells.map(({ axes }) => axes[side])));
  /** @type {Record<string, any>} */
  const layout = {
    ...{ width, height, margin: { l: 0, r: 0, t: 0, b: 0, pad: 0 }, font, showlegend: false, hovermode: false },
    ...{ dragmode: false, paper_bgcolor: theme.background, plot_bgcolor: theme.faint },
    annotations: titlesOf(picture),
    coloraxis: {
      ...{ cmin: colors.range[0], cmax: colors.range[1], colorscale: colors.scale },
      colorbar: {
        ...{
          x: bar[0] / width,
          xanchor: "left",
          xpad: 0,
          y: 1 - (bar[1] + bar[3]) / height,
          yanchor: "bottom",
          ypad: 0,
        },
        ...{ thickness: bar[2], len: bar[3] / height, lenmode: "fraction", outlinewidth: 0, ticks: "" },
        ...{ tickvals: colors.ticks.values, ticktext: colors.ticks.labels, tickfont: font },
      },
    },
  };
  const data = cells.flatMap((cell, k) => {
    const names = ["x", "y"].map((axis) => (k ? `${axis}${k + 1}` : axis));
    for (const [side, axis] of cell.axes.entries()) {
      // Of many maps with the same numbers those at the left and at the bottom show them.
      const edge = side ? cell.box[0] === Math.min(...lefts) : !below(cells, k);
      const ticks = ticksAlong(axis, Math.max(2, Math.floor(cell.box[2 + side] / (side ? 34 : 52))));
      layout[`${"xy"[side]}axis${k ? k + 1 : ""}`] = {
        ...{ domain: side ? up(cell.box) : across(cell.box), anchor: names[1 - side], range: [-0.5, SIDE - 0.5] },
        ...{ fixedrange: true, showgrid: false, zeroline: false, ticks: "outside", ticklen: 4, tickcolor: theme.muted },
        ...{ tickvals: ticks.values.map((place) => LAST * place), ticktext: ticks.labels, tickfont: font },
        ...{ showticklabels: edge || !alike[side], tickangle: 0, showline: true, linecolor: theme.faint, mirror: true },
      };
    }
    const on = { xaxis: names[0], yaxis: names[1], hoverinfo: "skip" };
    return cell.field ? [heat(cell.field, colors, on), ...marksOn(picture, cell, cell.field, on, layout)] : [];
  });
  return { data, layout };
}

/** The names of the axes and of the maps, and what the colors say. @param {MapPicture} picture */
function titlesOf({ cells, colors, theme, layout: { size, bar, letters, cells: boxes } }) {
  const [width, height] = size;
  const title = (
    /** @type {string} */ text,
    /** @type {number} */ x,
    /** @type {number} */ y,
    /** @type {object} */ style,
  ) => ({
    ...{ text, x: x / width, y: 1 - y / height, xref: "paper", yref: "paper", showarrow: false },
    font: { family: theme.font, size: letters, color: theme.text },
    ...style,
  });
  const [left, right] = [Math.min(...boxes.map(([x]) => x)), Math.max(...boxes.map(([x, , w]) => x + w))];
  const [top, low] = [Math.min(...boxes.map(([, y]) => y)), Math.max(...boxes.map(([, y, , h]) => y + h))];
  return [
    title(cells[0].axes[0].name, (left + right) / 2, low + 1.9 * letters, { xanchor: "center", yanchor: "top" }),
    title(cells[0].axes[1].name, 0.4 * letters, (top + low) / 2, {
      xanchor: "left",
      yanchor: "middle",
      textangle: -90,
    }),
    title(colors.title, bar[0] + 4.4 * letters, (top + low) / 2, {
      xanchor: "left",
      yanchor: "middle",
      textangle: -90,
    }),
    ...cells.map(({ name, box: [x, y] }) => title(`<b>${name}</b>`, x, y, { xanchor: "left", yanchor: "bottom" })),
  ].filter(({ text }) => text && text !== "<b></b>");
}

/** Whether another cell stands below one. @param {MapCell[]} cells @param {number} k */
const below = (cells, k) => cells.some(({ box }) => box[0] === cells[k].box[0] && box[1] > cells[k].box[1]);

/** @param {Field} field @param {Colors} colors @param {object} on its axes */
function heat(field, colors, on) {
  const stride = SIDE / field.side;
  const z = Array.from({ length: field.side }, (_, row) =>
    Array.from({ length: field.side }, (_, column) => colors.at(field, stride * (row * SIDE + column))),
  );
  const from = (stride - 1) / 2; // a coarse cell spans those that lie between it and the next
  const places = { x0: from, dx: stride, y0: from, dy: stride };
  return { type: "heatmap", z, ...places, zsmooth: false, coloraxis: "coloraxis", ...on };
}

/**
 * What lies over a map: the best cell, the lines of theory, and on a map of starts the minima and saddles.
 * @param {MapPicture} picture @param {MapCell} cell @param {Field} field @param {any} on its axes
 * @param {any} layout takes the lines' names
 */
function marksOn({ terrain, theme, layout: { letters } }, { axes, box }, field, on, layout) {
  const [x, y] = axes;
  const dark = "#1a1a1a"; // on bright colors and on dark ones: a dark line on a light one
  const line = (/** @type {any} */ { x: xs, y: ys, kind }, /** @type {object} */ style) => ({
    ...{ type: "scatter", mode: "lines", line: { dash: kind === "best" ? "dot" : "solid", ...style } },
    ...{ x: xs.map((/** @type {any} */ v) => cellOf(x, v)), y: ys.map((/** @type {any} */ v) => cellOf(y, v)), ...on },
  });
  const lines = (field.head.lines ?? []).flatMap((/** @type {any} */ one) => {
    label(one);
    return [line(one, { color: "#ffffff", width: 4 }), line(one, { color: dark, width: 1.6 })];
  });
  /** Name a line where it is seen first from above. @param {any} one */
  function label(one) {
    const inside = (/** @type {number | null} */ v) => v !== null && v >= 0 && v <= LAST;
    const points = one.x.map((/** @type {any} */ v, /** @type {number} */ k) => [cellOf(x, v), cellOf(y, one.y[k])]);
    const seen = points.filter((/** @type {any} */ point) => point.every(inside));
    const at = seen[Math.floor(seen.length * (one.kind === "best" ? 0.35 : 0.75))];
    if (!at) return;
    const roomy = box[2] > 25 * letters;
    const text = one.kind === "best" ? t("fastest") : t("limit {formula}", { formula: roomy ? one.formula : "" });
    const look = { bgcolor: "rgba(255,255,255,0.85)", font: { size: letters, color: dark, family: theme.font } };
    layout.annotations.push({
      x: at[0],
      y: at[1],
      xanchor: "right",
      xshift: -5,
      xref: on.xaxis,
      yref: on.yaxis,
      text,
      showarrow: false,
      ...look,
    });
  }
  const points = (/** @type {number[][]} */ places, /** @type {object} */ marker) => ({
    ...{ type: "scatter", mode: "markers", x: places.map(([a]) => a), y: places.map(([, b]) => b), ...on },
    cliponaxis: false,
    marker: { color: "#ffffff", size: letters - 1, line: { color: dark, width: 1.4 }, ...marker },
  });
  const best = bestOf(field);
  const marks = best === null ? [] : [points([[best % SIDE, Math.floor(best / SIDE)]], { symbol: "diamond" })];
  if (!START.every((word) => axes.some((axis) => axis.word === word))) return [...lines, ...marks];
  const turned = x.word !== START[0];
  const spots = (/** @type {Terrain["minima"]} */ all) =>
    all.map(([[a, b]]) => [cellOf(x, turned ? b : a), cellOf(y, turned ? a : b)]);
  return [
    points(/** @type {number[][]} */ (spots(terrain.minima)), { symbol: "star", size: letters + 1 }),
    points(/** @type {number[][]} */ (spots(terrain.saddles)), { symbol: "x" }),
  ];
}
