/** Laws of ticks, axes, the quantities of a run, and what becomes of it. */

import assert from "node:assert/strict";
import test from "node:test";

import { firstWithin, isOutside, outcomeOf } from "../../ui/stage/data/outcome.js";
import { distanceToNearest, QUANTITIES, seriesOf } from "../../ui/stage/data/quantities.js";
import { axisOf, lossAxis, roundStep, stepTicks, ticksOf } from "../../ui/stage/data/scales.js";
import { levelsIn, terrainOfHeights } from "../../ui/stage/data/terrain.js";
import { close, headOn, plain, runOf } from "./fixtures.js";

test("a round step is 1, 2 or 5 times a power of ten", () => {
  assert.deepEqual([0.7, 1, 1.1, 3, 7, 0.03].map(roundStep), [1, 1, 2, 5, 10, 0.05]);
});

test("ticks are round numbers in as many digits as they need", () => {
  assert.deepEqual(ticksOf([-10, 10], 5), { values: [-10, -5, 0, 5, 10], labels: ["−10", "−5", "0", "5", "10"] });
  assert.deepEqual(ticksOf([0, 0.7], 4).labels, ["0", "0.2", "0.4", "0.6"]);
  assert.deepEqual(ticksOf([-0.5, 1], 3).labels, ["−0.5", "0", "0.5", "1"]);
  assert.deepEqual(ticksOf([0.50001, 0.50009], 5).labels, ["0.50002", "0.50004", "0.50006", "0.50008"]);
});

test("large and small ticks have an SI prefix, as with Plotly", () => {
  assert.deepEqual(ticksOf([-2e4, 2e4], 4).labels, ["−20k", "−10k", "0", "10k", "20k"]);
  assert.deepEqual(ticksOf([0, 3e6], 3).labels, ["0", "1M", "2M", "3M"]);
  assert.deepEqual(ticksOf([0, 9000], 4).labels, ["0", "5000"]);
  assert.deepEqual(ticksOf([0, 2e-4], 2).labels, ["0", "100μ", "200μ"]);
  assert.deepEqual(ticksOf([0, 2e30], 2).labels, ["0", "1e30", "2e30"]);
});

test("an axis of steps is labelled at about six whole steps", () => {
  assert.deepEqual(stepTicks(300), [0, 50, 100, 150, 200, 250, 300]);
  assert.deepEqual(stepTicks(3), [0, 1, 2, 3]);
  assert.deepEqual(stepTicks(10), [0, 2, 4, 6, 8, 10]);
});

test("the loss axis with a minimum is logarithmic and holds the start", () => {
  const axis = lossAxis("loss", true, 120, 1e-5);
  assert.equal(axis.to(100), 2);
  assert.equal(axis.to(0), -Infinity);
  assert.ok(Number.isNaN(axis.to(Number.NaN)));
  assert.ok(axis.range[1] > axis.to(120));
  assert.deepEqual(axis.ticks, { values: [3, 1, -1, -3, -5], labels: ["1000", "10", "10⁻¹", "10⁻³", "10⁻⁵"] });
  // A run that rises is shown, but at most three decades above the start.
  const tops = [120, 1e4, 1e90, Infinity].map((most) => lossAxis("loss", true, 120, 1e-5, most).range[1]);
  assert.deepEqual(tops, [3, 4, 6, 6]);
});

test("without a minimum the loss axis is logarithmic in both directions", () => {
  const axis = lossAxis("loss", false, 2.5, -50);
  close(axis.to(99), 2, 1e-12);
  close(axis.to(-99), -2, 1e-12);
  assert.deepEqual(axis.ticks.labels.slice(2, 9), ["−100", "−10", "−1", "0", "1", "10", "100"]);
});

const twoMinima = plain({
  minima: [
    [[0, 0], 1],
    [[10, 0], 0],
  ],
});

test("the quantities of a run are what their names say", () => {
  const run = runOf([3, 4, 3, 1, 9, 0], {
    gap: Float64Array.of(5, 4, 3),
    gradient: Float32Array.of(3, 4, 0, 1, Number.NaN, 0),
    internals: { rates: Float32Array.of(0.5, 0.25, 2, 4, Number.NaN, Number.NaN) },
  });
  const lines = (/** @type {string} */ quantity) => seriesOf(run, quantity, twoMinima).map((series) => [...series]);
  assert.deepEqual(lines("loss"), [[5, 4, 3]]);
  assert.deepEqual(lines("distance"), [[5, Math.hypot(3, 1), 1]]);
  assert.deepEqual(lines("gradient"), [[5, 1, Number.NaN]]);
  assert.deepEqual(lines("step"), [[3, Math.hypot(6, 1)]]);
  assert.deepEqual(lines("rates"), [
    [0.5, 2],
    [0.25, 4],
  ]);
  assert.deepEqual(QUANTITIES, ["loss", "gradient", "distance", "step", "rates"]);
});

test("on data the loss holds what a model leaves unexplained, and the validation loss stands beside it", () => {
  const data = { curve: "line", names: ["w₁", "w₂"], train: [[], []], valid: [[], []] };
  const terrain = plain({ floor: 2, data: /** @type {any} */ (data) });
  const gap = Float64Array.of(1, 0.5);
  const validation = Float64Array.of(4, 3);
  assert.deepEqual(
    seriesOf(runOf([0, 0, 0, 0], { gap, validation }), "loss", terrain).map((series) => [...series]),
    [
      [3, 2.5],
      [4, 3],
    ],
  );
  assert.equal(
    seriesOf(runOf([0, 0, 0, 0], { gap }), "loss", terrain).length,
    1,
    "a run of a fan has no validation loss",
  );
});

test("a quantity that is not known has no line", () => {
  assert.deepEqual(seriesOf(runOf([0, 0]), "gradient", twoMinima), []);
  assert.deepEqual(seriesOf(runOf([0, 0]), "rates", twoMinima), []);
  assert.deepEqual(seriesOf(runOf([0, 0]), "distance", plain()), []);
});

test("the lines of a run are computed once for a terrain, and anew for another one", () => {
  const run = runOf([3, 4, 0, 0]);
  const [first] = seriesOf(run, "distance", twoMinima);
  assert.equal(seriesOf(run, "distance", twoMinima)[0], first);
  assert.deepEqual([...seriesOf(run, "distance", plain({ minima: [[[3, 0], 0]] }))[0]], [4, 3]);
  assert.deepEqual([...seriesOf(run, "distance", twoMinima)[0]], [5, 0]);
  assert.deepEqual(Object.keys(run), Object.keys(runOf([])), "nothing is kept on the run");
});

test("an axis holds what is drawn, and a run that diverges does not decide it", () => {
  const terrain = plain({ minima: [[[0, 0], 0]] });
  const calm = runOf([3, 4, 1, 0, 0.1, 0], { gap: Float64Array.of(8, 2, 0.5) });
  const wild = runOf([3, 4, 1e30, 0, Number.NaN, Number.NaN], { gap: Float64Array.of(8, 1e20, Infinity) });
  for (const quantity of ["loss", "distance", "step"]) {
    for (const scale of /** @type {const} */ (["log", "linear"])) {
      const axis = axisOf(quantity, scale, [calm, wild], terrain, quantity);
      for (const value of seriesOf(calm, quantity, terrain)[0]) {
        const at = axis.to(value);
        assert.ok(at >= axis.range[0] - 1e-9 && at <= axis.range[1] + 1e-9, `${quantity} ${scale} ${value}`);
      }
      assert.ok(axis.range.every(Number.isFinite) && axis.range[1] - axis.range[0] < 30);
      assert.ok(axis.ticks.values.length > 1);
      assert.equal(axis.ticks.values.length, axis.ticks.labels.length);
      assert.ok(
        axis.ticks.labels.every((label) => !/[<-]/.test(label)),
        "plain text, true minus signs",
      );
    }
  }
});

test("an axis is titled by the catalogue's name, and a gap says what it is measured from", () => {
  const run = runOf([0, 0, 1, 1], { gap: Float64Array.of(2, 1) });
  const bounded = plain({ minima: [[[0, 0], 0]] });
  assert.equal(axisOf("loss", "log", [run], bounded, "Verlust").title, "Verlust − lowest minimum");
  assert.equal(axisOf("loss", "linear", [run], bounded, "Verlust").title, "Verlust − lowest minimum");
  assert.equal(axisOf("loss", "log", [run], plain(), "Verlust").title, "Verlust");
  assert.equal(axisOf("step", "linear", [run], bounded, "Schritt").title, "Schritt");
});

test("the first step within a tolerance", () => {
  const run = runOf([], { gap: Float64Array.of(3, 1, 0.1, 2, 0.01) });
  assert.deepEqual(
    [5, 1, 0.5, 0.05, 1e-9].map((tolerance) => firstWithin(run, tolerance)),
    [0, 1, 2, 4, null],
  );
});

test("a run is outside where it is beyond an edge or not a number", () => {
  const run = runOf([0, 0, 2, 2, 2.1, 0, 0, -2.1, Number.NaN, 0]);
  assert.deepEqual(
    [0, 1, 2, 3, 4].map((i) => isOutside(run, i, plain().domain)),
    [false, false, true, true, true],
  );
});

test("the distance to the nearest landmark", () => {
  assert.equal(distanceToNearest(3, 4, twoMinima.minima), 5);
  assert.equal(distanceToNearest(10, 1, twoMinima.minima), 1);
});

test("what becomes of a run, in words", () => {
  const terrain = plain({ minima: [[[1, 1], 0]], saddles: [[[0, 0], 1]] });
  const gap = new Float64Array(3).fill(1);
  const nowhere = new Float64Array(3).fill(Number.NaN);
  const says = (/** @type {number[]} */ position, /** @type {object} */ more, step = 2) =>
    outcomeOf(runOf(position, { gap, ...more }), step, terrain);
  const wanders = [0, 1, 0.5, 1, 1, 1];
  assert.equal(says(wanders, {}), "");
  assert.equal(says(wanders, { diverged: 2 }), "diverged at step 2");
  assert.equal(says(wanders, { diverged: 2 }, 1), "");
  assert.equal(says(wanders, { diverged: 1, gap: nowhere }), "f undefined since step 1");
  assert.equal(says(wanders, { gap: nowhere }), "f undefined here");
  assert.equal(says([0, 0, 3, 0, 4, 0], { left: 1 }), "left the picture at step 1");
  assert.equal(says([0, 0, 3, 0, 1, 0], { left: 1 }), "", "it has come back");
  assert.equal(says([0, 0, 0, 0, 0, 0], {}), "stands at a saddle");
  assert.equal(says([1e-5, 0, 5e-6, 0, 1e-6, 0], {}), "at a saddle");
  assert.equal(says([1, 0, 0.1, 0, 0, 0], {}), "", "it only passes the saddle");
  assert.equal(says([0, 0, 0, 0, 0, 0], {}, 0), "", "every run starts without a step");
});

test("a magnified part of a surface has contour lines, the surface's own among them", () => {
  const n = 41;
  const heights = new Float32Array(n * n).map((_, q) => 20 * (q % n)); // a slope along x
  const terrain = terrainOfHeights(headOn(2), heights);
  assert.equal(levelsIn(terrain, terrain.domain), terrain.levels);
  for (const width of [1, 0.1, 0.01]) {
    /** @type {[number, number]} */
    const side = [0.3, 0.3 + width];
    const { start, end, size } = levelsIn(terrain, [side, side]);
    const cell = (4 / (n - 1)) * 2;
    assert.ok((end - start) / size >= 6, `at least six over ${width}`);
    assert.ok(end - start <= (width + cell) * 200 + size, "and none far outside");
    const steps = (terrain.levels.start - start) / size;
    close(steps, Math.round(steps), 1e-6, "the lines of the whole surface stay");
  }
  const plateau = terrainOfHeights(headOn(2), new Float32Array(n * n));
  assert.equal(levelsIn(plateau, [[0, 1], [0, 1]]), plateau.levels); // biome-ignore format: short
});
