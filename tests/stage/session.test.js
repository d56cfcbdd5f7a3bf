/** The session through its transitions. */

import assert from "node:assert/strict";
import test from "node:test";

import { fan, markOf, open, opened, paths, terrain } from "./session.js";

test("the first scene comes from the page's own query, with its playhead", async () => {
  const { session, told, what } = await opened();
  assert.deepEqual(what(), ["paths a.lr=2", "terrain "]);
  assert.equal(session.phase, "exact");
  assert.deepEqual(told, ["note Computing the first picture …", "controls", "note ", "paths 4"]);
  assert.equal(session.names().get("a"), "Alpha");
});

test("before it nothing can be changed", () => {
  const { session, what } = open();
  session.begin();
  session.change("a.lr", 3, true);
  session.grab("a.lr");
  session.playheadStopped(3);
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

test("a display setting under the hand is drawn with the next frame, and asks for nothing", async () => {
  const { session, what, told } = await opened();
  told.length = 0;
  session.change("view", "panels", false, 0.5);
  assert.deepEqual(told, ["drag"]);
  session.change("view", "overlay", true, 0.6);
  assert.deepEqual(told.slice(1), ["controls", "display", "settle"]);
  assert.deepEqual(
    [what().length, session.phase, session.display()],
    [2, "exact", { view: "overlay", patience: "20" }],
  );
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

test("a slider's paths on the old surface are never drawn on the new one", async () => {
  const { session, what, answer } = await opened();
  session.grab("a.lr");
  await answer(2, fan(100));
  session.change("a.lr", 3, true, 0.5);
  session.open({ surface: "bowl" });
  session.grab("a.lr");
  session.change("a.lr", 4, false, 0.25);
  assert.equal(session.shown()?.source, "exact");
  await answer(3, paths({ "a.lr": 3 }, 3));
  await answer(4, paths({ surface: "bowl" }, 8));
  await answer(5, terrain("bowl"));
  assert.deepEqual([session.phase, markOf(session)], ["exact", 8]);
  session.change("a.lr", 5, false, 0.5);
  assert.deepEqual([session.shown()?.source, markOf(session)], ["exact", 8]);
  assert.equal(what().at(-1), "paths surface=bowl&a.lr=4", "one by one: this surface has no fan yet");
});

test("what is changed while a surface opens stays, also if its first request fails", async () => {
  const { session, what, answer, fail } = await opened();
  session.open({ surface: "bowl" });
  session.change("a.lr", 3, true);
  await fail(2);
  await answer(4, paths({ surface: "bowl" }, 8));
  assert.deepEqual(what().slice(4), ["paths surface=bowl", "terrain surface=bowl"]);
  await answer(5, terrain("bowl"));
  assert.deepEqual([session.values?.["a.lr"], what().at(-1)], [3, "paths surface=bowl&a.lr=3"]);
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
  assert.ok(told.includes("display") && told.includes("settle"));
  assert.equal(session.query(), "surface=ravine&a.lr=2");
  assert.equal(session.drawn(), "surface=ravine&view=panels&step=4&a.lr=2");
});

test("fewer steps than the playhead's send it to the end", async () => {
  const { session } = await opened();
  session.playheadStopped(9);
  assert.equal(session.values?.step, 9);
  session.change("steps", 8, true);
  assert.equal(session.values?.step, null);
});

test("reset asks for the surface alone and keeps the display settings", async () => {
  const { session, what, answer } = await opened();
  session.change("view", "panels", true);
  session.reset();
  await answer(2, paths());
  assert.equal(what()[2], "paths surface=ravine");
  assert.deepEqual([session.values?.view, session.values?.["a.lr"]], ["panels", 1]);
});

test("undo and reset bring the patience back, and leave the view", async () => {
  const { session, answer } = await opened();
  const seen = () => [session.values?.patience, session.values?.view];
  session.change("patience", "60", true);
  session.change("view", "panels", true);
  session.undo();
  assert.deepEqual(seen(), ["20", "panels"]);
  await answer(2, paths());
  session.redo();
  assert.deepEqual(seen(), ["60", "panels"]);
  await answer(3, paths());
  session.reset();
  await answer(4, paths());
  assert.deepEqual(seen(), ["20", "panels"]);
});

test("after its end it tells nothing more", async () => {
  const { session, told, answer } = await opened();
  session.change("a.lr", 3, true);
  const before = told.length;
  session.close();
  await answer(2, paths({ "a.lr": 3 }, 3));
  assert.deepEqual([told.length, markOf(session)], [before, 0]);
});
