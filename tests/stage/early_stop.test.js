/** Laws of early stopping: when it stops, whose weights it keeps, and what that is worth on examples that chose nothing. */

import assert from "node:assert/strict";
import test from "node:test";

import { chosenOf, earlyStop, patienceOf, stoppingInWords, stoppingOf } from "../../ui/stage/data/early_stop.js";
import { runOf } from "./fixtures.js";

test("early stopping waits for a gain, and goes back to the best step", () => {
  const line = (/** @type {number} */ from, /** @type {number} */ to, /** @type {number} */ n) =>
    Array.from({ length: n }, (_, i) => from + ((to - from) * i) / (n - 1));
  const validation = [...line(9, 1, 11), ...line(2, 3, 40), 0.5];
  assert.deepEqual(earlyStop(validation, 20), { stop: 30, best: 10 }, "a lower loss that comes later is never seen");
  assert.deepEqual(earlyStop(validation, 5), { stop: 15, best: 10 });
  assert.deepEqual(earlyStop(validation, 41), { stop: null, best: 51 });
  assert.deepEqual(earlyStop(validation.slice(0, 30), 20), { stop: null, best: 10 });
  assert.deepEqual(earlyStop([...validation.slice(0, 30), 0.9, ...line(2, 3, 30)], 20), { stop: 50, best: 30 });
  const diverges = [...line(9, 1, 5), ...Array(30).fill(Number.NaN)];
  assert.deepEqual(earlyStop(diverges, 20), { stop: 24, best: 4 }, "NaN is no gain");
  assert.deepEqual(earlyStop([1], 20), { stop: null, best: 0 });
});

// The validation loss is lowest at step 2, the test loss at step 4.
const losses = (/** @type {number[]} */ validation, /** @type {number[]} */ test) =>
  runOf([], { validation: Float64Array.from(validation), test: Float32Array.from(test) });
const turning = losses([9, 4, 1, 2, 3, 3, 3, 3], [8, 4, 2, 1, 0.5, 1, 2, 4]);

test("what is gained is the steps after the stop, and the test loss of the weights kept against that of the last", () => {
  assert.deepEqual(stoppingOf(turning, 3), { stop: 5, kept: 2, saved: 2, validation: 1, test: 2, atEnd: 4 });
  assert.deepEqual(stoppingOf(turning, 1), { stop: 3, kept: 2, saved: 4, validation: 1, test: 2, atEnd: 4 });
  assert.deepEqual(stoppingOf(turning, 6), { stop: null, kept: 2, saved: 0, validation: 1, test: 2, atEnd: 4 });
});

test("switched off it keeps the last weights and saves nothing", () => {
  assert.equal(patienceOf({ patience: "0" }), 0);
  assert.deepEqual(stoppingOf(turning, 0), { stop: null, kept: 7, saved: 0, validation: 3, test: 4, atEnd: 4 });
  assert.equal(stoppingInWords("SGD", turning, 0), "SGD without early stopping: test loss 4.00 at the end");
});

test("a line says what it saved and what it cost", () => {
  const said = (/** @type {number} */ patience, run = turning) => stoppingInWords("SGD", run, patience);
  assert.equal(said(3), "SGD stops at step 5 ×, keeps step 2 ○: 2 steps saved, test loss 2.00 instead of 4.00");
  assert.equal(said(4), "SGD stops at step 6 ×, keeps step 2 ○: 1 step saved, test loss 2.00 instead of 4.00");
  assert.equal(said(6), "SGD does not stop in 7 steps, keeps step 2 ○: test loss 2.00 instead of 4.00");
  const early = losses([3, 2, 2.5, 1, 0.5], [3, 2, 2.5, 1, 0.5]);
  assert.equal(
    said(1, early),
    "SGD stops at step 2 ×, keeps step 1 ○: 2 steps saved, test loss 2.00 instead of 0.500 (worse)",
  );
  assert.equal(said(3, early), "SGD does not stop in 4 steps, keeps step 4 ○: test loss 0.500, as at the end");
});

test("a run that diverges is saved by a stop, and has no test loss without one", () => {
  const diverges = losses([3, 2, 9, Number.NaN, Number.NaN], [3, 2.5, 9, Infinity, Number.NaN]);
  assert.equal(
    stoppingInWords("SGD", diverges, 2),
    "SGD stops at step 3 ×, keeps step 1 ○: 1 step saved, test loss 2.50; at its end the run diverges",
  );
  assert.equal(stoppingInWords("SGD", diverges, 0), "SGD without early stopping: it diverges");
});

test("the run that is told of is chosen by the validation loss of the weights kept, never by the test loss", () => {
  const early = losses([5, 0.5, 6, 6], [5, 9, 6, 6]);
  const late = losses([5, 4, 3, 0.7], [5, 4, 3, 0.1]);
  assert.equal(chosenOf([late, early], 1), early);
  assert.equal(chosenOf([late, early], 0), late, "without early stopping by the last step");
  assert.equal(chosenOf([losses([Number.NaN], [0]), late], 1), late);
  assert.equal(chosenOf([late, runOf([])], 1), null, "while a hand drags, some losses are not known");
  assert.equal(chosenOf([], 1), null);
  assert.equal(stoppingInWords("SGD", runOf([]), 1), "");
});
