/** Laws of what is drawn on a sheet: paths, arrows and landmarks. */

/** @import { Line } from "../../ui/stage/paint/line.js" */
/** @import { Sheet } from "../../ui/stage/paint/sheet.js" */

import assert from "node:assert/strict";
import test from "node:test";

import { arrowLegend, drawArrows } from "../../ui/stage/paint/arrows.js";
import { drawLandmarks } from "../../ui/stage/paint/landmarks.js";
import { drawPath, drawPaths } from "../../ui/stage/paint/paths.js";
import { plain, runOf, THEME } from "./fixtures.js";

/** A sheet that keeps the calls made. */
function fakeSheet() {
  /** @type {[string, ...unknown[]][]} */
  const calls = [];
  const named =
    (/** @type {string} */ name) =>
    (/** @type {unknown[]} */ ...args) =>
      calls.push([name, ...args]);
  const names = ["open", "clip", "save", "restore", "flush", "stroke", "segment", "fillRect", "stamp"];
  const sheet = Object.fromEntries(names.map((name) => [name, named(name)]));
  return { sheet: /** @type {Sheet} */ (/** @type {unknown} */ (sheet)), calls };
}

/** A line with a vertex at every step. @param {number} n @returns {Line} */
function lineOf(n) {
  const step = Float64Array.from({ length: n }, (_, i) => i);
  return { x: step, y: step, step };
}

/**
 * What drawPaths asks to be drawn at each of some steps.
 * @param {{t: number, lines: Line[], playing?: boolean, moves?: boolean[], parts?: unknown[]}[]} pictures
 */
function paths(pictures) {
  const { sheet, calls } = fakeSheet();
  return pictures.map(({ t, lines, playing = false, moves = lines.map(() => false), parts = [] }) => {
    /** @type {unknown[]} */
    const drawn = [];
    calls.length = 0;
    const begin = () => drawn.push("begin");
    drawPaths(sheet, begin, lines, moves, t, playing, parts, (k, first, last, past, bare) =>
      drawn.push([k, first, last, past ? "past" : "future", ...(bare ? ["bare"] : [])].join(" ")),
    );
    return [...calls.map(([name]) => name), ...drawn];
  });
}

test("while the playhead runs, paths continue from where they were", () => {
  const lines = [lineOf(10), lineOf(10)];
  assert.deepEqual(paths([2, 2.5, 4, 3].map((t) => ({ t, lines, playing: true }))), [
    ["save", "begin", "0 2 9 future", "1 2 9 future", "0 0 2 past", "1 0 2 past"],
    ["restore"],
    ["restore", "save", "0 2 4 past", "1 2 4 past"],
    ["save", "begin", "0 3 9 future", "1 3 9 future", "0 0 3 past", "1 0 3 past"],
  ]);
});

test("when the playhead rests, paths that were painted bit by bit are painted at once, and then stay", () => {
  const lines = [lineOf(10)];
  const at = (/** @type {number} */ t, playing = false) => ({ t, lines, playing });
  const atOnce = ["save", "begin", "0 4 9 future", "0 0 4 past"];
  const pictures = [at(2, true), at(4, true), at(4), at(4), at(4.5), at(4.5)];
  assert.deepEqual(paths(pictures).slice(1), [
    ["restore", "save", "0 2 4 past"],
    atOnce,
    ["restore"],
    atOnce,
    ["restore"],
  ]);
});

test("a change of anything that the picture depends on begins it afresh", () => {
  const lines = [lineOf(10)];
  const [theme, other] = [{}, {}];
  const pictures = paths([
    { t: 1, lines, parts: [theme] },
    { t: 1, lines, parts: [theme] },
    { t: 1, lines, parts: [other] },
    { t: 1, lines: [lineOf(10)], parts: [other] },
  ]);
  assert.deepEqual(
    pictures.map((drawn) => drawn.includes("begin")),
    [true, false, true, true],
  );
});

test("paths that a hand moves are drawn over the others, which stay, and without halos if they are many", () => {
  const still = lineOf(10);
  const moves = [true, false];
  assert.deepEqual(
    paths([
      { t: 3, lines: [lineOf(10), still], moves },
      { t: 3, lines: [lineOf(8), still], moves },
    ]),
    [
      ["save", "begin", "1 3 9 future", "1 0 3 past", "0 3 9 future", "0 0 3 past"],
      ["restore", "0 3 7 future", "0 0 3 past"],
    ],
  );
  const many = Array.from({ length: 4 }, () => lineOf(2));
  const [drawn] = paths([{ t: 1, lines: many, moves: many.map(() => true) }]);
  assert.equal(drawn.filter((call) => String(call).endsWith("bare")).length, 8);
});

test("two sheets with the same lines do not take one another's picture for their own", () => {
  const lines = [lineOf(10)];
  assert.deepEqual(paths([{ t: 1, lines }]), paths([{ t: 1, lines }]));
});

test("a path's past is drawn on a halo, its future faint", () => {
  const { sheet, calls } = fakeSheet();
  const look = { color: "#102030", mark: [], dash: [] };
  drawPath(sheet, lineOf(10), 4, 9, false, false, look, THEME, 2);
  drawPath(sheet, lineOf(10), 2, 4, true, false, look, THEME, 2);
  drawPath(sheet, lineOf(10), 2, 4, true, true, look, THEME, 2);
  assert.deepEqual(
    calls
      .filter(([name]) => name === "stroke")
      .map(([, , first, last, style]) => [first, last, /** @type {any} */ (style).color]),
    [
      [4, 9, look.color],
      [2, 4, THEME.halo],
      [2, 4, look.color],
      [2, 4, look.color],
    ],
  );
});

test("the end of the segment before, which the new halo covers, is painted again, and no more of it", () => {
  /** Where it is painted again from, on a path from (0, 0) by (100, 0) to a point. @param {number} x @param {number} y */
  const again = (x, y) => {
    const { sheet, calls } = fakeSheet();
    const line = { x: Float64Array.of(0, 100, x), y: Float64Array.of(0, 0, y), step: Float64Array.of(0, 1, 2) };
    drawPath(sheet, line, 1, 2, true, false, { color: "#102030", mark: [], dash: [] }, THEME, 2.4);
    const [, ...place] = calls.find(([name]) => name === "segment") ?? [];
    return place.slice(0, 2);
  };
  assert.deepEqual(again(200, 0), [98, 0], "straight on: half of the halo's 4 pixels");
  assert.deepEqual(again(100, 100), [98, 0]);
  assert.deepEqual(again(20, 60), [100 - 4 / 0.6, 0], "back at an angle with sine 0.6");
  assert.deepEqual(again(0, 0), [0, 0], "straight back: all of it");
  assert.deepEqual(again(Number.NaN, Number.NaN), [Number.NaN, Number.NaN], "a break: nothing");
});

const INTERNALS = [
  { id: "rates", label: "learning rates" },
  { id: "squares", label: "accumulated g²" },
  { id: "velocity", label: "velocity" },
];

test("the arrows' legend says what is drawn, in the catalogue's words", () => {
  const rates = new Float32Array(4);
  const always = [
    { mark: "thick", label: "the step" },
    { mark: "grey", label: "the gradient downhill" },
  ];
  assert.deepEqual(arrowLegend([runOf([0, 0], { internals: { rates } })], INTERNALS), always);
  const both = [runOf([0, 0], { internals: { squares: rates } }), runOf([0, 0], { internals: { velocity: rates } })];
  assert.deepEqual(arrowLegend(both, INTERNALS), [
    ...always,
    { mark: "thin", label: "velocity" },
    { mark: "squares", label: "accumulated g²" },
  ]);
});

test("arrows stand where the gradient is known", () => {
  const look = { color: "#102030", mark: [], dash: [] };
  const scales = { px: (/** @type {number} */ x) => 100 + 50 * x, py: (/** @type {number} */ y) => 100 - 50 * y };
  const count = (/** @type {object} */ more, /** @type {number} */ t) => {
    const { sheet, calls } = fakeSheet();
    drawArrows(1, THEME, sheet, [runOf([0, 0, 1, 0, 1, 1], more)], t, scales, 1, () => look);
    return Object.entries(Object.groupBy(calls, ([name]) => name)).map(([name, made]) => `${made?.length} ${name}`);
  };
  const gradient = Float32Array.of(-1, 0, 0, -1, 0, 0);
  const arrow = 6; // a shaft and two barbs, once as a halo
  assert.deepEqual(count({}, 0), [], "a run of a fan");
  assert.deepEqual(count({ gradient }, 2), count({ gradient }, 1), "at the end those of the last step");
  assert.deepEqual(count({ gradient }, 1.5), [`${2 * arrow} segment`]);
  assert.deepEqual(count({ gradient, internals: { velocity: gradient } }, 0), [`${3 * arrow} segment`]);
  assert.deepEqual(count({ gradient, internals: { ahead: gradient } }, 0), [`${2 * arrow} segment`, "1 stroke"]);
  const hessian = Float32Array.of(1, 0, 2, 1, 0, 2, 1, 0, 2);
  assert.deepEqual(count({ gradient, internals: { hessian } }, 0), ["1 stroke", `${2 * arrow + 2} segment`]);
});

test("the lowest minima are filled stars, the others empty ones, and saddles crosses", () => {
  const { sheet, calls } = fakeSheet();
  const terrain = plain({
    minima: [
      [[0, 0], -1],
      [[1, 0], -1 + 1e-12],
      [[0, 1], 3],
    ],
    saddles: [[[1, 1], 4]],
    floor: -1,
  });
  drawLandmarks(
    sheet,
    terrain,
    THEME,
    (x) => 10 * x,
    (y) => 20 * y,
    6,
  );
  assert.deepEqual(
    calls.map(([, name, x, y]) => [String(name).split(" ")[0], x, y]),
    [
      ["lowest", 0, 0],
      ["lowest", 10, 0],
      ["minimum", 0, 20],
      ["saddle", 10, 20],
    ],
  );
});
