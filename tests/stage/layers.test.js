/** Laws of where the boxes and lines of a graph lie. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { layered } from "../../ui/stage/paint/layers.js";

/** Graphs of many shapes, always the same ones: each box has up to three of those before it as parents. */
const GRAPHS = Array.from({ length: 30 }, (_, seed) =>
  Array.from({ length: 3 + seed }, (_, k) => {
    const before = [7, 11, 13].map((factor) => (k * factor + seed * 5) % Math.max(1, k));
    return k < 2 ? [] : [...new Set(before.slice(0, 1 + ((k + seed) % 3)))];
  }),
);
const WIDTH = 90;

test("every line runs from left to right, from the box that it leaves to the one that it reaches", () => {
  for (const parents of GRAPHS) {
    const { places, lines, width } = layered(parents, Array(parents.length).fill(WIDTH));
    assert.equal(lines.length, parents.flat().length);
    for (const { from, to, points } of lines) {
      assert.ok(parents[to].includes(from));
      assert.deepEqual(points[0], [places[from].x + WIDTH / 2, places[from].y]);
      assert.deepEqual(points.at(-1), [places[to].x - WIDTH / 2, places[to].y]);
      for (const [k, [x]] of points.entries()) assert.ok(k === 0 || x > points[k - 1][0]);
      assert.ok(points.every(([x]) => x >= 0 && x <= width));
    }
  }
});

test("no box lies over another one, and no line over a box", () => {
  for (const parents of GRAPHS) {
    const { places, lines, height } = layered(parents, Array(parents.length).fill(WIDTH));
    for (const [k, { x, y }] of places.entries()) {
      assert.ok(y >= 38 - 1e-6 && y <= height - 38 + 1e-6);
      for (const other of places.slice(0, k)) assert.ok(other.x !== x || Math.abs(other.y - y) >= 76 - 1e-6);
      for (const { points } of lines) {
        const level = points.slice(1, -1).filter(([at]) => Math.abs(at - x) <= WIDTH / 2);
        assert.ok(level.every(([, at]) => Math.abs(at - y) >= 51 - 1e-6));
      }
    }
  }
});

test("lines that need not cross do not", () => {
  // Two chains whose boxes alternate: 0 > 3 > 5, 1 > 2 > 4, and both lead to 6.
  const { places } = layered([[], [], [1], [0], [2], [3], [4, 5]], Array(7).fill(WIDTH));
  const above = (/** @type {number} */ a, /** @type {number} */ b) => Math.sign(places[a].y - places[b].y);
  assert.equal(above(0, 1), above(3, 2));
  assert.equal(above(3, 2), above(5, 4));
});
