/** The session through its transitions: a server whose answers a test gives when it wants, and a clock turned by hand. */

import assert from "node:assert/strict";
import test from "node:test";

import { NoAnswer } from "../../ui/stage/state/requests.js";
import { createSession } from "../../ui/stage/state/session.js";

const SLIDER = { name: "", default: 0, low: 0, high: 1, log: false, near_one: false, whole: false };
const CATALOGUE = /** @type {any} */ ({
  looks: ["view"],
  settings: { steps: { ...SLIDER, key: "steps", id: "steps", high: 1000 } },
  optimizers: [{ id: "a", name: "Alpha" }],
});
const DEFAULTS = { surface: "ravine", start: [0, 0], on: ["a"], view: "overlay", step: null, steps: 10, "a.lr": 1 };

/** A session and what it asked and told; `answer(k)` and `fail(k)` settle its k-th request. */
function open() {
  /** @type {{what: string, settle: {resolve: (value: any) => void, reject: (error: any) => void}}[]} */
  const asked = [];
  /** @type {string[]} */
  const told = [];
  /** @type {{work: () => void, ms: number}[]} */
  const timers = [];
  const request = (/** @type {string} */ what) => {
    const { promise, ...settle } = Promise.withResolvers();
    asked.push({ what, settle });
    return promise;
  };
  const session = createSession({
    catalogue: CATALOGUE,
    query: "a.lr=2",
    server: {
      paths: (query) => request(`paths ${query}`),
      terrain: (query) => request(`terrain ${query}`),
      fan: (query, key) => request(`fan ${query} ${key}`),
    },
    ready: async () => {},
    after(work, ms) {
      const timer = { work, ms };
      timers.push(timer);
      return () => void (timers.includes(timer) && timers.splice(timers.indexOf(timer), 1));
    },
    tell: {
      controls: () => void told.push("controls"),
      paths: async (step) => void told.push(`paths ${step}`),
      look: () => void told.push("look"),
      drag: () => void told.push("drag"),
      start: () => void told.push("start"),
      settle: () => void told.push("settle"),
      note: (text) => void told.push(`note ${text}`),
    },
  });
  const settled = () => new Promise(setImmediate);
  return {
    session,
    told,
    timers,
    what: () => asked.map(({ what }) => what),
    async answer(/** @type {number} */ k, /** @type {any} */ value) {
      asked[k].settle.resolve(value);
      await settled();
    },
    async fail(/** @type {number} */ k) {
      asked[k].settle.reject(new NoAnswer("gone"));
      await settled();
    },
  };
}
const run = (/** @type {number} */ mark) => ({ id: "a", position: new Float64Array([mark, 0]), internals: {} });
const paths = (/** @type {any} */ values = {}, mark = 0) => ({
  runs: [run(mark)],
  values: { ...DEFAULTS, ...values },
  defaults: { ...DEFAULTS, surface: values.surface ?? DEFAULTS.surface },
});
const terrain = (/** @type {string} */ surface) => ({ surface });
const fan = (/** @type {number} */ mark) => ({ runs: (/** @type {number} */ place) => [run(mark + place)] });
const markOf = (/** @type {any} */ session) => session.shown().runs[0].position[0];

/** A session whose first scene is there. */
async function opened() {
  const all = open();
  all.session.begin();
  await all.answer(0, paths({ "a.lr": 2, step: 4 }));
  await all.answer(1, terrain("ravine"));
  return all;
}

test("the first scene comes from the page's own query, with its playhead", async () => {
  const { session, told, what } = await opened();
  assert.deepEqual(what(), ["paths a.lr=2", "terrain "]);
  assert.equal(session.phase, "exact");
  assert.deepEqual(told, ["note Computing the first picture …", "controls", "note ", "paths 4"]);
  assert.equal(session.shown()?.runs[0].name, "Alpha");
});

test("before it nothing can be changed", () => {
  const { session, what } = open();
  session.begin();
  session.change("a.lr", 3, true);
  session.grab("a.lr");
  session.rest(3);
  assert.deepEqual([what().length, session.phase, session.shown()], [2, "opening", null]);
});

test("of two requests that race the newest is drawn last, and one between them is never sent", async () => {
  const { session, what, answer, told } = await opened();
  session.change("a.lr", 3, true);
  session.change("a.lr", 4, true);
  session.change("a.lr", 5, true);
  assert.deepEqual(what().slice(2), ["paths surface=ravine&a.lr=3"]);
  await answer(2, paths({ "a.lr": 3 }, 3));
  assert.deepEqual(what().slice(3), ["paths surface=ravine&a.lr=5"]);
  await answer(3, paths({ "a.lr": 5 }, 5));
  assert.deepEqual([markOf(session), session.phase, told.at(-1)], [5, "exact", "paths undefined"]);
});

test("a drag follows its fan, and lets go to exact paths", async () => {
  const { session, what, answer, told } = await opened();
  session.grab("a.lr");
  await answer(2, fan(100));
  assert.deepEqual(what().slice(2), ["fan surface=ravine a.lr"]);
  session.change("a.lr", 3, false, 0.25);
  assert.deepEqual([session.phase, told.at(-1), session.shown()?.source], ["dragging", "drag", "fan"]);
  assert.equal(markOf(session), 100.25);
  session.change("a.lr", 7, true, 0.5);
  assert.equal(markOf(session), 100.5, "until the exact paths are there");
  assert.equal(what().length, 4, "the fan and the end of the drag");
  await answer(3, paths({ "a.lr": 7 }, 7));
  assert.deepEqual([markOf(session), session.phase, session.shown()?.source], [7, "exact", "exact"]);
});

test("until a late fan comes one request is made, and then the fan takes over", async () => {
  const { session, what, answer } = await opened();
  session.grab("a.lr");
  for (const [value, place] of [
    [3, 0.1],
    [4, 0.2],
    [5, 0.3],
  ]) {
    session.change("a.lr", value, false, place);
  }
  assert.deepEqual(what().slice(2), ["fan surface=ravine a.lr", "paths surface=ravine&a.lr=3"]);
  await answer(3, paths({ "a.lr": 3 }, 3));
  assert.equal(markOf(session), 3);
  await answer(2, fan(100));
  assert.equal(markOf(session), 100.3, "where the hand is now");
});

test("a fan that comes after another slider was grabbed is not shown", async () => {
  const { session, answer } = await opened();
  session.grab("a.lr");
  session.grab("steps");
  session.change("steps", 20, false, 0.5);
  await answer(2, fan(100));
  assert.equal(session.shown()?.source, "exact");
});

test("the same slider grabbed twice asks once, unless it failed", async () => {
  const { session, what, fail } = await opened();
  session.grab("a.lr");
  session.grab("a.lr");
  assert.equal(what().length, 3);
  await fail(2);
  session.grab("a.lr");
  assert.equal(what().length, 4);
});

test("without a fan the drag asks for its paths one by one", async () => {
  const { session, what, fail, answer } = await opened();
  session.grab("a.lr");
  await fail(2);
  session.change("a.lr", 3, false, 0.1);
  await answer(3, paths({ "a.lr": 3 }, 3));
  session.change("a.lr", 4, false, 0.2);
  assert.deepEqual(what().slice(3), ["paths surface=ravine&a.lr=3", "paths surface=ravine&a.lr=4"]);
});

test("the steps' fan is the longest run", async () => {
  const { session, what } = await opened();
  session.grab("steps");
  assert.equal(what()[2], "fan surface=ravine&steps=1000&a.lr=2 steps");
});

test("a surface picked during a drag wins, and keeps what was changed meanwhile", async () => {
  const { session, what, answer, told } = await opened();
  session.grab("a.lr");
  session.change("a.lr", 3, false, 0.1);
  session.open({ surface: "bowl" });
  assert.equal(session.phase, "opening");
  await answer(3, paths({ "a.lr": 3 }, 3)); // the drag's own request: of the old surface
  assert.equal(markOf(session), 0, "it is not drawn any more");
  assert.deepEqual(what().slice(4), ["paths surface=bowl", "terrain surface=bowl"]);
  session.change("steps", 20, true);
  await answer(4, paths({ surface: "bowl" }, 8));
  await answer(5, terrain("bowl"));
  assert.equal(session.values?.surface, "bowl");
  assert.equal(session.values?.steps, 20);
  assert.equal(what().at(-1), "paths surface=bowl&steps=20");
  assert.ok(told.includes("paths null"), "the playhead goes to the end");
});

test("a lost connection is told, tried again later and later, and forgotten when it is back", async () => {
  const { session, told, timers, what, fail, answer } = await opened();
  session.change("a.lr", 3, true);
  await fail(2);
  assert.equal(
    told.at(-1),
    "note No answer from the server, trying again. What is drawn is the last scene it sent. (gone)",
  );
  assert.deepEqual(timers.map(({ ms }) => ms), [1000]); // biome-ignore format: short
  timers.splice(0)[0].work();
  await fail(3);
  assert.deepEqual(timers.map(({ ms }) => ms), [2000]); // biome-ignore format: short
  timers.splice(0)[0].work();
  assert.deepEqual(what().slice(2), Array(3).fill("paths surface=ravine&a.lr=3"));
  await answer(4, paths({ "a.lr": 3 }, 3));
  assert.deepEqual([markOf(session), told.includes("note "), timers.length], [3, true, 0]);
});

test("when the connection is back a failed request is made at once, and only a failed one", async () => {
  const { session, what, fail, timers } = await opened();
  session.retry();
  assert.equal(what().length, 2);
  session.change("a.lr", 3, true);
  await fail(2);
  session.retry();
  assert.deepEqual([what().length, timers.filter(({ ms }) => ms === 1000).length], [4, 0]);
});

test("a long answer is announced, and the announcement ends with it", async () => {
  const { session, told, timers, answer } = await opened();
  session.change("a.lr", 3, true);
  timers[0].work();
  assert.equal(told.at(-1), "note Computing …");
  await answer(2, paths({ "a.lr": 3 }));
  assert.equal(told.filter((word) => word.startsWith("note")).at(-1), "note ");
});

test("how the scene is looked at never asks the server", async () => {
  const { session, what, told } = await opened();
  session.change("view", "panels", true);
  assert.equal(what().length, 2);
  assert.ok(told.includes("look") && told.includes("settle"));
  assert.equal(session.query(), "surface=ravine&a.lr=2");
  assert.equal(session.drawn(), "surface=ravine&view=panels&step=4&a.lr=2");
});

test("fewer steps than the playhead's send it to the end", async () => {
  const { session } = await opened();
  session.rest(9);
  assert.equal(session.values?.step, 9);
  session.change("steps", 8, true);
  assert.equal(session.values?.step, null);
});

test("reset asks for the surface alone and keeps the looks", async () => {
  const { session, what, answer } = await opened();
  session.change("view", "panels", true);
  session.reset();
  await answer(2, paths());
  assert.equal(what()[2], "paths surface=ravine");
  assert.deepEqual([session.values?.view, session.values?.["a.lr"]], ["panels", 1]);
});

test("after its end it tells nothing more", async () => {
  const { session, told, answer } = await opened();
  session.change("a.lr", 3, true);
  const before = told.length;
  session.close();
  await answer(2, paths({ "a.lr": 3 }, 3));
  assert.deepEqual([told.length, markOf(session)], [before, 0]);
});
