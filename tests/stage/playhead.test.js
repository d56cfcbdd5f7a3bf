/** Laws of the playhead: a clock that a test turns by hand. */

import assert from "node:assert/strict";
import test from "node:test";

import { createPlayhead } from "../../ui/stage/state/playhead.js";

function start(steps = 100) {
  /** @type {string[]} */
  const told = [];
  /** @type {((now: number) => void) | null} */
  let next = null;
  const listener = {
    moved: (/** @type {number} */ t) => void told.push(`moved ${t}`),
    stopped: (/** @type {number} */ t) => void told.push(`stopped ${t}`),
    toggled: (/** @type {boolean} */ on) => void told.push(on ? "plays" : "stops"),
  };
  const request = (/** @type {(now: number) => void} */ work) => {
    next = work;
    return 1;
  };
  const playhead = createPlayhead(listener, request, () => (next = null));
  playhead.fit(steps, null);
  const frame = (/** @type {number} */ now) => next?.(now);
  return { playhead, told, frame, waits: () => next !== null };
}

test("playing begins anew from the end, and the first frame only starts the clock", () => {
  const { playhead, frame } = start();
  playhead.toggle();
  frame(5000);
  assert.equal(playhead.t, 0);
  frame(5100);
  assert.equal(playhead.t, 5); // 50 steps a second
});

test("at the end it stops and rests there; when looping it goes on", () => {
  const { playhead, told, frame, waits } = start(10);
  playhead.toggle();
  frame(0);
  frame(1000);
  assert.deepEqual(told.slice(-3), ["stops", "moved 10", "stopped 10"]);
  assert.ok(!waits());
  playhead.setLooping(true);
  playhead.toggle();
  frame(0);
  frame(300);
  assert.equal(playhead.t, 5);
  assert.ok(waits() && playhead.playing);
});

test("pausing rests at a whole step, and seeking stops", () => {
  const { playhead, told, frame } = start();
  playhead.toggle();
  frame(0);
  frame(50);
  assert.equal(playhead.t, 2.5);
  playhead.toggle();
  assert.equal(told.at(-1), "stopped 2");
  playhead.toggle();
  playhead.seek(1e9);
  assert.deepEqual([playhead.t, playhead.playing], [100, false]);
});

test("a nudge from between two steps goes to the next whole one", () => {
  const { playhead, frame } = start();
  playhead.toggle();
  frame(0);
  frame(50);
  playhead.nudge(1);
  assert.equal(playhead.t, 3);
  playhead.toggle();
  frame(0);
  frame(50);
  playhead.nudge(-1);
  assert.equal(playhead.t, 5);
});

test("another length keeps it at the end if it stood there, else at its step or at the new end", () => {
  const { playhead } = start(100);
  playhead.fit(200);
  assert.equal(playhead.t, 200);
  playhead.seek(50);
  playhead.fit(100);
  assert.equal(playhead.t, 50);
  playhead.fit(30);
  assert.equal(playhead.t, 30);
  playhead.fit(80, 7);
  assert.equal(playhead.t, 7);
  playhead.fit(80, null);
  assert.equal(playhead.t, 80);
});

test("a new speed counts from the next frame on", () => {
  const { playhead, frame } = start();
  playhead.toggle();
  playhead.setSpeed(100);
  frame(0);
  frame(100);
  assert.equal(playhead.t, 10);
});
