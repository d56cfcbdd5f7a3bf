/** Laws of the answers that the server sends: bytes, runs, terrains and fans. */

/** @import { Answer } from "../../ui/stage/types" */

import assert from "node:assert/strict";
import test from "node:test";

import { createFan, truncate } from "../../ui/stage/data/fan.js";
import { terrainOf, terrainOfHeights } from "../../ui/stage/data/terrain.js";
import { runsOf, unpack } from "../../ui/stage/data/wire.js";
import { close, headOn, plain, runOf } from "./fixtures.js";

test("an answer's bytes become its head and arrays", () => {
  const listed = [
    { name: "q", shape: [1], dtype: "f8" },
    { name: "p", shape: [2, 2], dtype: "f4" },
  ];
  const text = new TextEncoder().encode(JSON.stringify({ arrays: listed }));
  const size = Math.ceil((text.length + 4) / 8) * 8 - 4;
  const buffer = new ArrayBuffer(4 + size + 24);
  new DataView(buffer).setUint32(0, size, true);
  new Uint8Array(buffer, 4, size).fill(32).set(text);
  new Float64Array(buffer, 4 + size, 1).set([1e-300]);
  new Float32Array(buffer, 12 + size).set([1, 2, 3, Infinity]);
  const { head, arrays } = unpack(buffer);
  assert.deepEqual(head.arrays, listed);
  assert.deepEqual([...arrays.p], [1, 2, 3, Infinity]);
  assert.deepEqual([...arrays.q], [1e-300]);
});

/**
 * An answer of /paths of three runs of one step each; the numbers of an array count up through it.
 * @param {string[][]} shows of each run
 * @param {Record<string, number[]>} shapes of more arrays
 * @returns {Answer}
 */
function pathsOf(shows, shapes) {
  const all = { gap: [3, 2], position: [3, 2, 2], gradient: [3, 2, 2], lr: [3, 2], ...shapes };
  const ids = ["sgd", "adam", "newton"];
  return {
    head: {
      runs: ids.map((id, k) => ({ id, left: k, diverged: null, shows: shows[k] })),
      arrays: Object.entries(all).map(([name, shape]) => ({ name, shape })),
    },
    arrays: Object.fromEntries(
      Object.entries(all).map(([name, shape]) => [
        name,
        Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => i),
      ]),
    ),
  };
}

test("every run gets its rows of the arrays, and of its optimizer's internals those that it shows", () => {
  const runs = runsOf(
    pathsOf([["rates"], ["squares", "rates"], ["hessian", "rates"]], {
      squares: [1, 2, 2],
      rates: [3, 2, 2],
      hessian: [1, 2, 3],
      ahead: [0, 2, 2],
    }),
  );
  assert.deepEqual(
    runs.map(({ id, left }) => [id, left]),
    [
      ["sgd", 0],
      ["adam", 1],
      ["newton", 2],
    ],
  );
  assert.deepEqual([...runs[1].position], [4, 5, 6, 7]);
  assert.deepEqual([...runs[2].gap], [4, 5]);
  assert.deepEqual([...(runs[0].lr ?? [])], [0, 1]);
  assert.deepEqual(
    runs.map(({ internals }) => Object.keys(internals)),
    [["rates"], ["squares", "rates"], ["hessian", "rates"]],
  );
  assert.deepEqual([...runs[2].internals.rates], [8, 9, 10, 11]);
  assert.deepEqual([...runs[1].internals.squares], [0, 1, 2, 3]);
  assert.deepEqual([...runs[2].internals.hessian], [0, 1, 2, 3, 4, 5]);
  assert.ok(!("validation" in runs[0]));
});

test("an internal that nobody of today knows is passed on with the width that the server states", () => {
  const runs = runsOf(pathsOf([["trust"], [], ["trust"]], { trust: [2, 2, 5] }));
  assert.deepEqual(
    runs.map(({ internals }) => internals.trust?.[0]),
    [0, undefined, 10],
  );
  assert.equal(runs[2].internals.trust.length, 10);
});

test("a run on data has its losses on the validation and on the test examples", () => {
  const runs = runsOf(pathsOf([[], [], []], { validation: [3, 2], test: [3, 2] }));
  assert.deepEqual([...(runs[1].validation ?? [])], [2, 3]);
  assert.deepEqual([...(runs[2].test ?? [])], [4, 5]);
});

test("the terrain interpolates its grid and ends at its edge", () => {
  const f = Float32Array.from([0, 1, 2, 3, 4, 5, 6, 7, 8]); // f = (x + 1) + 3 (y + 1) on [-1, 1]²
  const terrain = terrainOf({ head: headOn(1), arrays: { f } });
  close(terrain.height(-0.5, 0.5), 5, 1e-6);
  close(terrain.height(1, 1), 8, 1e-6);
  assert.ok(Number.isNaN(terrain.height(1.1, 0)));
  assert.ok(Number.isNaN(terrain.height(Number.NaN, 0)));
});

test("a constant surface lies in the middle of an interval of heights", () => {
  for (const [level, low, high] of [
    [3, 1.5, 4.5],
    [0, -0.5, 0.5],
    [-400, -600, -200],
  ]) {
    const terrain = terrainOfHeights(headOn(1), new Float32Array(9).fill(level));
    assert.deepEqual([terrain.low, terrain.high], [low, high]);
    close(terrain.levels.size, (high - low) / 20, 1e-9);
    assert.equal(terrain.height(0.5, 0.5), level);
  }
});

test("heights that are not finite do not decide the lowest and the highest one", () => {
  const heights = Float32Array.from([Number.NaN, Infinity, -Infinity, 1, 2, 3, 4, 5, 6]);
  const { low, high } = terrainOfHeights(headOn(1), heights);
  assert.deepEqual([low, high], [1, 6]);
});

test("a surface without any value has an axis too", () => {
  const { low, high } = terrainOfHeights(headOn(1), new Float32Array(9).fill(Number.NaN));
  assert.deepEqual([low, high], [-0.5, 0.5]);
});

test("a logarithmic height measures from the lowest minimum, and its axis says values of f", () => {
  const f = Float32Array.from([-1, 8, 98, 8]);
  const terrain = terrainOf({ head: headOn(1, { log_height: true, floor: -1 }), arrays: { f } });
  close(terrain.height(-1, -1), 0, 1e-6);
  close(terrain.height(1, -1), 1, 1e-6);
  close(terrain.height(-1, 1), 2, 1e-6);
  assert.deepEqual(terrain.ticks?.labels, ["0", "1", "10"]);
  close(terrain.ticks?.values[2] ?? 0, Math.log10(11), 1e-12);
});

const CODING = { edge: 16384, e_folds: 89, none: -32768, zero: -32700, decade: 100 };

/**
 * A fan of one run of two steps. A path is its rows x, y and loss in codes; one of two columns leaves out the middle step.
 * @param {number[][][]} paths of each stop
 * @param {typeof CODING} coding
 */
function fanOf(paths, coding = CODING) {
  const words = paths.flatMap((rows) => rows.flatMap((row) => row.map((c, i) => (c - (row[i - 1] ?? 0)) & 65535)));
  const arrays = {
    codes: Uint8Array.from([...words.map((w) => w >> 8), ...words.map((w) => w & 255)]),
    stride: paths.map((rows) => (rows[0].length === 2 ? 2 : 1)),
  };
  const values = paths.map((_, k) => k);
  const run = { id: "newton", left: values, diverged: values.map(() => null) };
  return createFan({ head: { steps: 2, values, runs: [run], coding }, arrays }, plain({ minima: [[[0, 0], 0]] }));
}
const still = [0, 0, 0];

test("a fan decodes places and losses with the constants that it is sent", () => {
  const fan = fanOf([
    [[0, 16384, -8192], still, [100, -200, -32700]],
    [[0, 24576, -32768], still, [100, -200, -32768]],
  ]);
  const [exact] = fan.runs(0);
  assert.deepEqual([...exact.position], [0, 0, 2, 0, -1, 0]);
  [10, 0.01, 0].forEach((gap, i) => {
    close(exact.gap[i], gap, 1e-12);
  });
  const [wild] = fan.runs(1);
  close(Math.log(wild.position[2] / 2), (8192 * 89) / 16383, 1e-6, "a power of e beyond the edge");
  assert.ok(Number.isNaN(wild.position[4]) && Number.isNaN(wild.gap[2]));
  assert.deepEqual([exact.left, wild.left], [0, 1]);
  assert.ok(exact.approximate);
  assert.deepEqual(exact.internals, {});

  const rows = [[0, 100, 200], still, still];
  const other = fanOf([rows, rows], { ...CODING, edge: 100, e_folds: 32667 / 4 });
  const [run] = other.runs(0);
  close(run.position[2], 2, 1e-6, "its own edge");
  close(Math.log(run.position[4] / 2), 25, 1e-4, "its own scale beyond the edge");
});

test("between a loss of 0 and another one nothing is made up, neither between stops nor between steps", () => {
  const { zero } = CODING;
  const full = [still, still, [100, zero, zero]];
  const gapAt = (/** @type {number[][][]} */ paths, /** @type {number} */ place, /** @type {number} */ step) =>
    fanOf(paths).runs(place)[0].gap[step];
  const falls = [
    [0, 0],
    [0, 0],
    [100, -3000],
  ];
  const falls0 = [
    [0, 0],
    [0, 0],
    [100, zero],
  ];
  assert.equal(gapAt([full, falls], 0.25, 2), 0);
  close(gapAt([full, falls], 0.75, 2), 1e-30, 1e-33);
  close(gapAt([full, falls], 0.75, 0), 10, 1e-9);
  assert.equal(gapAt([falls0, falls0], 0, 2), 0);
  assert.ok([0, 10].includes(gapAt([falls0, falls0], 0, 1)));
});

test("a truncated run has the first steps alone, and is marked as approximate", () => {
  const run = runOf([0, 0, 1, 1, 2, 2, 3, 3], {
    gap: Float64Array.of(4, 3, 2, 1),
    lr: Float32Array.of(1, 2, 3, 4),
    validation: Float64Array.of(5, 6, 7, 8),
    test: Float32Array.of(4, 3, 2, 1),
    internals: { rates: Float32Array.of(1, 1, 2, 2, 3, 3, 4, 4), hessian: new Float32Array(12) },
  });
  const [short] = truncate([run], 2);
  assert.deepEqual([...short.position], [0, 0, 1, 1, 2, 2]);
  assert.deepEqual([...short.gap], [4, 3, 2]);
  assert.deepEqual([...(short.lr ?? [])], [1, 2, 3]);
  assert.deepEqual([...(short.validation ?? [])], [5, 6, 7], "early stopping sees no later step");
  assert.deepEqual([...(short.test ?? [])], [4, 3, 2]);
  assert.deepEqual([...short.internals.rates], [1, 1, 2, 2, 3, 3]);
  assert.equal(short.internals.hessian.length, 9);
  assert.ok(short.approximate && short.id === "sgd");
  assert.equal(run.position.length, 8, "the run itself stays");
});
