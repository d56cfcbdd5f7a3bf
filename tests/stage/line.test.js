/** Laws of lines in pixels: clipping, thinning, and places at fractional steps. */

/** @import { Line } from "../../ui/stage/paint/line.js" */

import assert from "node:assert/strict";
import test from "node:test";

import {
  clipSegment,
  FAR,
  fractionAlong,
  interpolate,
  lastCrossing,
  makeLine,
  thin,
  vertexAt,
} from "../../ui/stage/paint/line.js";
import { close, random } from "./fixtures.js";

/**
 * The distance of a point from a line's segments.
 * @param {Line} line
 * @param {number} px
 * @param {number} py
 */
function distance({ x, y }, px, py) {
  let least = Infinity;
  for (let i = 1; i < x.length; i++) {
    const [dx, dy] = [x[i] - x[i - 1], y[i] - y[i - 1]];
    const u = Math.max(0, Math.min(1, ((px - x[i - 1]) * dx + (py - y[i - 1]) * dy) / (dx * dx + dy * dy || 1)));
    least = Math.min(least, Math.hypot(px - x[i - 1] - u * dx, py - y[i - 1] - u * dy));
  }
  return least;
}

test("clipping a segment gives exactly the part inside", () => {
  assert.deepEqual(clipSegment(-10, 0, 10, 0, -1, -1, 1, 1), [-1, 0, 1, 0]);
  assert.deepEqual(clipSegment(0, 0, 0, 0, -1, -1, 1, 1), [0, 0, 0, 0]);
  assert.equal(clipSegment(-10, 5, 10, 5, -1, -1, 1, 1), null);
  const [, , x, y] = clipSegment(0, 0, 1e30, 2e30, -1, -1, 1, 1) ?? [];
  close(x ?? Number.NaN, 0.5, 1e-12);
  close(y ?? Number.NaN, 1, 1e-12);
  assert.deepEqual(clipSegment(0.5, 1e300, 0.5, -1e300, -1, -1, 1, 1), [0.5, 1, 0.5, -1], "however far its ends are");
});

test("the fraction along a segment, also along an upright one and one of no length", () => {
  assert.equal(fractionAlong(0, 0, 4, 1, 1, 0.25), 0.25);
  assert.equal(fractionAlong(2, 0, 2, -8, 2, -2), 0.25);
  assert.equal(fractionAlong(2, 3, 2, 3, 2, 3), 0);
});

test("a thinned line strays by less than half a pixel, zigzags and turns back included", () => {
  const next = random(7);
  /** @type {((i: number, x: number, y: number) => [number, number])[]} */
  const shapes = [
    (i) => [200 + 150 * Math.cos(i / 30) * Math.exp(-i / 80), 200 + 150 * Math.sin(i / 30) * Math.exp(-i / 80)],
    (_, x, y) => [x + 20 * next() - 10, y + 20 * next() - 10],
    (i) => [i, 200 + (i % 2 ? 60 : -60) * Math.exp(-i / 50)],
    (i) => [200 + 100 * Math.sin(i / 7), 200],
    (_, x, y) => [x + 0.3 * next() - 0.15, y + 0.3 * next() - 0.15],
  ];
  let [kept, all] = [0, 0];
  for (let round = 0; round < 60; round++) {
    const [xs, ys] = [[200], [200]];
    for (let i = 1; i < 400; i++) {
      const [x, y] = shapes[round % 5](i, xs[i - 1], ys[i - 1]);
      xs.push(x);
      ys.push(y);
    }
    const line = makeLine(
      400,
      (i) => xs[i],
      (i) => ys[i],
    );
    kept += line.x.length;
    all += 400;
    for (let i = 0; i < 400; i++) assert.ok(distance(line, xs[i], ys[i]) < 0.5, `round ${round}, point ${i}`);
  }
  assert.ok(kept < all / 2, "and it has fewer vertices");
});

test("a thinned line keeps its ends, and the vertices where it goes behind a hill", () => {
  const n = 100;
  const x = Float64Array.from({ length: n }, (_, i) => i);
  const hidden = Uint8Array.from({ length: n }, (_, i) => (i >= 40 && i < 60 ? 1 : 0));
  const line = thin({ x, y: new Float64Array(n), step: x, hidden });
  assert.deepEqual([...line.x], [0, 39, 40, 59, 60, 99]);
  assert.deepEqual([...(line.hidden ?? [])], [0, 0, 1, 1, 0, 0]);
  assert.deepEqual([...line.step], [...line.x]);
});

test("a line that overflows goes on to the far box and stands nowhere afterwards", () => {
  const xs = [0, 10, 1e6, -1e12, Number.NaN, Number.NaN];
  const line = makeLine(
    6,
    (i) => xs[i],
    () => 0,
  );
  assert.ok(line.x.every((x) => !(Math.abs(x) > FAR + 1e-3)));
  assert.ok(Number.isNaN(line.x[vertexAt(line, 5)]), "nothing after the overflow");
  close(Math.max(...line.x.filter(Number.isFinite)), FAR, 1e-6, "it reaches the edge of the box");
});

test("the last vertex at or before a step", () => {
  const line = { step: [0, 1, 1.5, 4] };
  assert.deepEqual(
    [0, 0.9, 1, 1.7, 3.99, 4, 9].map((t) => vertexAt(line, t)),
    [0, 0, 1, 2, 2, 3, 3],
  );
});

test("a place between two steps lies between theirs", () => {
  const value = (/** @type {number} */ i) => [3, 5, 11][i];
  assert.deepEqual(
    [0, 0.5, 1, 1.25, 2].map((t) => interpolate(value, t)),
    [3, 4, 5, 6.5, 11],
  );
});

test("where a line last crossed the frame's edge", () => {
  const line = {
    x: Float64Array.of(50, 150, 50, 50, 50),
    y: Float64Array.of(50, 50, 50, 250, 350),
    step: Float64Array.of(0, 1, 2, 3, 4),
  };
  assert.deepEqual(lastCrossing(line, 0.9, [0, 0, 100, 200]), [100, 50]);
  assert.deepEqual(lastCrossing(line, 1, [0, 0, 100, 200]), [100, 50], "that it comes back is in the future");
  assert.deepEqual(lastCrossing(line, 1.2, [0, 0, 100, 200]), [100, 50]);
  assert.deepEqual(lastCrossing(line, 3.5, [0, 0, 100, 200]), [50, 200]);
  assert.deepEqual(lastCrossing(line, 3.5, [10, 20, 100, 200]), [50, 220], "a frame that does not begin at the corner");
  assert.ok(lastCrossing(line, 4, [300, 0, 10, 10]).every(Number.isNaN), "it never was inside");

  const through = { x: Float64Array.of(-100, 300), y: Float64Array.of(50, 50), step: Float64Array.of(0, 4) };
  assert.ok(lastCrossing(through, 0.5, [0, 0, 100, 200]).every(Number.isNaN), "it has not come in yet");
  assert.deepEqual(lastCrossing(through, 3, [0, 0, 100, 200]), [100, 50], "from outside to outside");
});
