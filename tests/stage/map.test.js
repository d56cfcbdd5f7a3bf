/** The axes of maps, their queries, and what their colors say. */

import assert from "node:assert/strict";
import test from "node:test";

import {
  areAlike,
  axesOf,
  axisFor,
  changesOf,
  keyOf,
  mapQuery,
  ticksAlong,
  usualAxes,
  valueAt,
} from "../../ui/stage/data/map_axes.js";
import { bestOf, colorsOf, endingOf, lossOfCode } from "../../ui/stage/data/map_colors.js";
import { layoutOf } from "../../ui/stage/data/map_layout.js";
import { SIDE } from "../../ui/stage/state/refinement.js";

const hyper = (key, low, high, more = {}) => {
  const id = key.split(".").at(-1);
  return { key, id, name: id, low, high, log: false, near_one: false, whole: false, ...more };
};
const rate = (id, high) => hyper(`${id}.lr`, 1e-3, high, { log: true, name: "learning rate" });
/** @type {any} */
const CATALOGUE = {
  optimizers: [
    { id: "a", sliders: [rate("a", 1)] },
    { id: "b", sliders: [rate("b", 10), hyper("b.beta", 0, 0.999, { near_one: true })] },
  ],
  settings: {
    rate: hyper("rate", 0.01, 100, { log: true }),
    noise: hyper("noise", 0, 20),
    batch: hyper("batch", 1, 32),
  },
  surfaces: [{ id: "s", sliders: [hyper("surface.kappa", 1, 1000, { log: true })] }],
  schedules: [{ id: "constant", sliders: [] }],
};
/** @type {any} */
const TERRAIN = {
  domain: [
    [-2, 2],
    [-1, 3],
  ],
  minima: [[[1, 1], 0]],
  saddles: [[[0, 0.5], 2]],
};
const VALUES = {
  ...{ surface: "s", "surface.kappa": 20, schedule: "constant", on: ["a", "b", "b.2"], start: [-1, 2], steps: 50 },
  ...{
    rate: 1,
    noise: 0,
    "a.lr": 0.1,
    "b.lr": 0.2,
    "b.beta": 0.9,
    "b.2.lr": 0.3,
    "b.2.beta": 0.5,
    view: "map",
    step: 3,
  },
};
const words = (entries) => axesOf(CATALOGUE, VALUES, TERRAIN, entries).map(({ word }) => word);

test("any two numbers of the scene may lie along a map", () => {
  assert.deepEqual(words(["b", "b.2"]), ["own.lr", "own.beta", "surface.kappa", "rate", "noise", "start.x", "start.y"]);
  const usual = (entries) => usualAxes(axesOf(CATALOGUE, VALUES, TERRAIN, entries), CATALOGUE, entries);
  assert.deepEqual(usual(["b"]), ["own.lr", "own.beta"]);
  assert.deepEqual(usual(["a", "b"]), ["own.lr", "surface.kappa"], "not all of them have a beta");
  const axes = axesOf({ ...CATALOGUE, surfaces: [] }, VALUES, TERRAIN, ["a"]);
  assert.deepEqual(usualAxes(axes, CATALOGUE, ["a"]), ["own.lr", "noise"]);
});

test("each entry has its own numbers and range along an axis", () => {
  const [axis] = axesOf(CATALOGUE, VALUES, TERRAIN, ["a", "b"]);
  assert.deepEqual([axisFor(CATALOGUE, axis, "a").high, axisFor(CATALOGUE, axis, "b.2").high], [1, 10]);
  assert.ok(!areAlike(["a", "b"].map((entry) => axisFor(CATALOGUE, axis, entry))));
  assert.deepEqual([keyOf("own.lr", "b.2"), keyOf("surface.kappa", "b.2")], ["b.2.lr", "surface.kappa"]);
  assert.deepEqual([valueAt(VALUES, "own.lr", "b.2"), valueAt(VALUES, "start.y", "a")], [0.3, 2]);
  assert.deepEqual(
    changesOf(VALUES, "b", [
      ["start.x", 0.5],
      ["own.lr", 1],
    ]),
    { start: [0.5, 2], "b.lr": 1 },
  );
  assert.deepEqual(
    changesOf(VALUES, "b", [
      ["start.y", 0],
      ["start.x", 1],
    ]),
    { start: [1, 0] },
  );
});

test("the query of a map holds what decides it and nothing else", () => {
  const query = (entry, axes, values = VALUES) =>
    Object.fromEntries(new URLSearchParams(mapQuery(values, {}, ["view"], entry, axes, "")));
  const asked = query("b", ["own.lr", "surface.kappa"]);
  assert.deepEqual([asked.entry, asked.x, asked.y, asked.on], ["b", "b.lr", "surface.kappa", "b"]);
  const kept = ["surface", "schedule", "on", "start", "steps", "rate", "noise", "b.beta", "entry", "x", "y"];
  assert.deepEqual(Object.keys(asked).sort(), kept.sort());
  for (const change of [{ "b.lr": 5 }, { "surface.kappa": 3 }, { "a.lr": 9 }, { "b.2.beta": 0 }, { view: "panels" }]) {
    assert.deepEqual(query("b", ["own.lr", "surface.kappa"], { ...VALUES, ...change }), asked);
  }
  for (const change of [{ "b.beta": 0.1 }, { start: [0, 0] }, { noise: 1 }, { steps: 9 }]) {
    assert.notDeepEqual(query("b", ["own.lr", "surface.kappa"], { ...VALUES, ...change }), asked);
  }
  assert.ok(!("start" in query("a", ["start.x", "start.y"])), "a map of basins is the same wherever the run starts");
  assert.ok("start" in query("a", ["own.lr", "start.x"]));
});

test("the numbers along an axis are round, at their places", () => {
  const near = (axis, count) => {
    const { values, labels } = ticksAlong({ word: "", ...axis }, count);
    return labels.map((label, k) => [label, Number(values[k].toFixed(3))]);
  };
  assert.deepEqual(near(hyper("lr", 1e-3, 1, { log: true }), 4), [
    ["10⁻³", 0],
    ["10⁻²", 0.333],
    ["10⁻¹", 0.667],
    ["1", 1],
  ]);
  assert.deepEqual(near(hyper("k", 2, 30, { log: true }), 4), [
    ["2", 0],
    ["5", 0.338],
    ["10", 0.594],
    ["20", 0.85],
  ]);
  assert.deepEqual(near(hyper("b", 0, 0.999, { near_one: true }), 4), [
    ["0", 0],
    ["0.5", 0.1],
    ["0.9", 0.333],
    ["0.99", 0.667],
    ["0.999", 1],
  ]);
  assert.deepEqual(near(hyper("n", -2, 2), 4), [
    ["−2", 0],
    ["−1", 0.25],
    ["0", 0.5],
    ["1", 0.75],
    ["2", 1],
  ]);
});

/** A whole map whose cells are given by their column. */
function field(of, more = {}) {
  const cells = {
    loss: new Int16Array(SIDE ** 2),
    reached: new Uint16Array(SIDE ** 2),
    ended: new Uint8Array(SIDE ** 2),
  };
  for (let place = 0; place < SIDE ** 2; place++) {
    [cells.loss[place], cells.reached[place], cells.ended[place]] = of(place % SIDE);
  }
  const head = { coding: { decade: 100, none: -32768, zero: -32700 }, bounded: true, ...more };
  return { query: "", cells, done: 1, side: SIDE, head };
}
/** @type {any} */
const THEME = { background: "b", faint: "f", high: "h", muted: "m" };

test("colors of losses are logarithmic, and what has no number has none", () => {
  const known = field((column) => [[-32768, -32700, -300, 200][Math.min(3, column)], 1, 0]);
  const colors = colorsOf("loss", [known], TERRAIN, THEME, 50, 10);
  assert.deepEqual(colors.range, [-12, 2], "from 1e-12, since a loss is 0, to above the start");
  assert.deepEqual(
    [0, 1, 2, 3].map((place) => colors.at(known, place)),
    [null, -12, -3, 2],
  );
  assert.deepEqual(colorsOf("loss", [field(() => [-150, 1, 0])], TERRAIN, THEME, 50, 10).range, [-2, 2]);
  assert.deepEqual(
    [-32768, -32700, -300, 200].map((code) => lossOfCode(code, known.head)),
    [Number.NaN, 0, 1e-3, 100],
  );
  const unbounded = field(() => [-100, 1, 0], { bounded: false });
  assert.equal(lossOfCode(-100, unbounded.head), -9, "sign(f) (10^|code| - 1)");
  assert.equal(bestOf(known), 1);
  assert.equal(bestOf(field(() => [-32768, 1, 0])), null);
});

test("colors of steps and of endings", () => {
  const known = field((column) => [0, column, [0, 128, 253, 254, 255][column % 5]]);
  const steps = colorsOf("reached", [known], TERRAIN, THEME, 50, 10);
  assert.deepEqual(
    [0, 10, 11].map((place) => steps.at(known, place)),
    [0, 10, null],
  );
  const ended = colorsOf("ended", [known], TERRAIN, THEME, 50, 10);
  assert.deepEqual(
    [0, 1, 2, 3, 4].map((place) => ended.at(known, place)),
    [0, 1, 2, 3, 4],
  );
  assert.deepEqual(ended.scale.map(([, color]) => color).slice(2), ["m", "m", "h", "h", "f", "f", "b", "b"]);
  assert.deepEqual(ended.ticks.labels, ["★ (1; 1)", "× (0; 0.5)", "at no minimum", "left the picture", "diverged"]);
  assert.equal(endingOf(0, TERRAIN), "at a minimum (1; 1)");
});

test("maps fill the panel, and none overlaps another", () => {
  for (const count of [1, 2, 5, 8, 12]) {
    const { cells, bar } = layoutOf(count, [600, 500], 11, { above: 40, below: 30, bar: 6, numbers: true });
    assert.equal(cells.length, count);
    for (const [x, y, w, h] of cells) {
      assert.ok(x >= 0 && y >= 40 && x + w <= bar[0] && y + h <= 470 && w > 40 && h > 40, `${count}: ${[x, y, w, h]}`);
      const over = cells.filter(([a, b, c, d]) => a < x + w && x < a + c && b < y + h && y < b + d);
      assert.equal(over.length, 1);
    }
  }
});
