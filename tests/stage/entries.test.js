/** The same optimizer several times in a scene: what is added, removed and named, and what goes along to a surface. */

import assert from "node:assert/strict";
import test from "node:test";

import { carriedOver } from "../../ui/stage/state/arrival.js";
import { defaultOf, inOrder, MOST, namesOf, withEntries, withoutEntry } from "../../ui/stage/state/entries.js";
import { createHistory } from "../../ui/stage/state/history.js";
import { identityOf, refusedOf, toQuery, toQueryOn } from "../../ui/stage/state/url.js";
import { followRun, followsRun } from "../../ui/stage/state/whole_run.js";
import { opened, paths } from "./session.js";

const lr = { key: "", id: "lr", name: "learning rate", default: 0.1, low: 1e-4, high: 10, log: true };
const momentum = { ...lr, id: "momentum", name: "momentum", low: 0, high: 0.999 };
const OPTIMIZERS = /** @type {any} */ ([
  { id: "sgd", name: "SGD", sliders: [lr] },
  { id: "heavy", name: "Momentum", sliders: [lr, momentum] },
]);
const ORDER = ["sgd", "heavy"];
const SCENE = {
  surface: "bowl",
  on: ["sgd", "heavy"],
  rate: 1,
  "sgd.lr": 0.1,
  "heavy.lr": 0.02,
  "heavy.momentum": 0.9,
};

test("a further entry begins with the settings of the one that it repeats, and stands behind it", () => {
  const more = withEntries(SCENE, ORDER, "sgd", [{}, { lr: 0.4 }]);
  assert.deepEqual(more.on, ["sgd", "sgd.2", "sgd.3", "heavy"]);
  assert.deepEqual([more["sgd.2.lr"], more["sgd.3.lr"]], [0.1, 0.4]);
  assert.deepEqual(SCENE.on, ["sgd", "heavy"], "the scene itself stays");
  const again = withEntries({ ...more, "sgd.3.lr": 7 }, ORDER, "sgd.3", [{}]);
  assert.equal(again["sgd.4.lr"], 7);
});

test("there are no more entries of an optimizer than a link can name", () => {
  const full = withEntries(SCENE, ORDER, "sgd", Array(20).fill({}));
  assert.equal(full.on.filter((/** @type {string} */ id) => id.startsWith("sgd")).length, MOST);
  assert.deepEqual(withEntries(full, ORDER, "sgd", [{}]), full);
});

test("what is removed leaves nothing behind, and its number is free again", () => {
  const more = withEntries(SCENE, ORDER, "heavy", [{}, {}]);
  const less = withoutEntry(more, "heavy.2");
  assert.deepEqual(less.on, ["sgd", "heavy", "heavy.3"]);
  assert.deepEqual(
    Object.keys(less).filter((key) => key.startsWith("heavy.2")),
    [],
  );
  assert.deepEqual(withEntries(less, ORDER, "heavy", [{}]).on, ["sgd", "heavy", "heavy.2", "heavy.3"]);
  const off = withoutEntry(more, "heavy");
  assert.equal(off["heavy.momentum"], 0.9, "a first entry keeps its settings while it is off");
  assert.deepEqual(inOrder(["heavy.2", "sgd.2", "heavy"], ORDER), ["sgd.2", "heavy", "heavy.2"]);
});

test("a name says what differs, and nothing else", () => {
  const name = (/** @type {any} */ values) => [...namesOf({ ...SCENE, ...values }, OPTIMIZERS).values()];
  assert.deepEqual(name({}), ["SGD", "Momentum"]);
  assert.deepEqual(name({ on: ["sgd", "sgd.2"], "sgd.2.lr": 0.101 }), ["SGD 0.1", "SGD 0.101"]);
  assert.deepEqual(name({ on: ["sgd", "sgd.2", "sgd.3"], "sgd.2.lr": 0.1, "sgd.3.lr": 1e-4 }), [
    "SGD 0.1",
    "SGD 0.1 (2)",
    "SGD 1e-4",
  ]);
  assert.deepEqual(name({ on: ["sgd", "sgd.2"], "sgd.2.lr": 0.1 }), ["SGD", "SGD (2)"]);
  assert.deepEqual(name({ on: ["sgd", "sgd.2"], "sgd.2.lr": 0.3, rate: 2 }), ["SGD 0.2", "SGD 0.6"]);
  assert.deepEqual(name({ on: ["heavy", "heavy.2"], "heavy.2.lr": 0.02, "heavy.2.momentum": 0.5 }), [
    "Momentum 0.9",
    "Momentum 0.5",
  ]);
  assert.deepEqual(name({ on: ["heavy", "heavy.2"], "heavy.2.lr": 0.1, "heavy.2.momentum": 0.5 }), [
    "Momentum 0.02, momentum 0.9",
    "Momentum 0.1, momentum 0.5",
  ]);
});

test("in a link a further entry is spelled where it differs from its optimizer's default", () => {
  const more = withEntries(SCENE, ORDER, "sgd", [{}, { lr: 0.4 }]);
  assert.equal(toQuery(more, SCENE), "surface=bowl&on=sgd,sgd.2,sgd.3,heavy&sgd.3.lr=0.4");
  assert.equal(defaultOf(SCENE, "heavy.2.momentum"), 0.9);
  assert.equal(defaultOf(SCENE, "steps"), undefined);
});

test("on another surface the rates of further entries keep their proportion to the surface's own", () => {
  const from = { values: withEntries(SCENE, ORDER, "sgd", [{ lr: 0.2 }, { lr: 5 }]), defaults: SCENE };
  const values = { ...from.values, surface: "cup", "sgd.lr": 3, "sgd.2.lr": 3, "sgd.3.lr": 3 };
  const arrived = { values, defaults: { ...SCENE, "sgd.lr": 3 } };
  const catalogue = /** @type {any} */ ({ optimizers: OPTIMIZERS });
  assert.deepEqual(carriedOver(catalogue, arrived, from, { steps: 9 }), { "sgd.2.lr": 6, "sgd.3.lr": 10 });
  assert.deepEqual(carriedOver(catalogue, arrived, null, { "sgd.2.lr": 7 }), { "sgd.2.lr": 7 });
});

test("a surface that was visited before opens with the settings that it had then", () => {
  const defaults = { ...SCENE, start: [0, 0], "surface.kappa": 10 };
  const before = { values: { ...defaults, surface: "cup", start: [1, 1], "sgd.lr": 0.5, "surface.a": 2 }, defaults };
  const now = { ...defaults, on: ["sgd"], "sgd.lr": 0.3 };
  assert.equal(toQueryOn({ surface: "cup" }, now, defaults), "surface=cup&on=sgd");
  assert.equal(
    new URLSearchParams(toQueryOn({ surface: "cup" }, now, defaults, before)).toString(),
    "surface=cup&on=sgd&sgd.lr=0.5&start=1%2C1&surface.a=2",
  );
  assert.notEqual(
    identityOf({ surface: "formula", "surface.f": "x" }),
    identityOf({ surface: "formula", "surface.f": "y" }),
  );
});

test("undo goes back through the scenes, redo forward, and a new scene ends the way forward", () => {
  const history = createHistory(String);
  for (const scene of [1, 2, 2, 3]) history.note(scene);
  assert.deepEqual([history.undo(), history.undo(), history.undo()], [2, 1, null]);
  assert.deepEqual([history.canUndo, history.canRedo, history.redo()], [false, true, 2]);
  history.note(9);
  assert.deepEqual([history.canRedo, history.undo(), history.redo()], [false, 2, 9]);
});

test("a change is undone and done again, also across surfaces", async () => {
  const { session, what, answer } = await opened();
  session.change("a.lr", 3, true);
  await answer(2, paths({ "a.lr": 3 }, 3));
  session.add("a", [{ lr: 4 }]);
  assert.deepEqual(session.values?.on, ["a", "a.2"]);
  await answer(3, paths({ on: ["a", "a.2"], "a.lr": 3, "a.2.lr": 4 }, 4));
  session.undo();
  assert.deepEqual([session.values?.on, session.values?.["a.2.lr"]], [["a"], undefined]);
  assert.equal(what().at(-1), "paths surface=ravine&a.lr=3");
  await answer(4, paths({ "a.lr": 3 }, 3));
  session.undo();
  assert.equal(session.values?.["a.lr"], 2);
  session.redo();
  await answer(5, paths({ "a.lr": 2 }, 2));
  await answer(6, paths({ "a.lr": 3 }, 3));
  assert.equal(session.values?.["a.lr"], 3);

  session.open({ surface: "bowl" });
  await answer(7, paths({ surface: "bowl" }, 8));
  await answer(8, { surface: "bowl" });
  assert.equal(session.values?.surface, "bowl");
  session.undo();
  assert.equal(what().at(-2), "paths surface=ravine&a.lr=3");
  await answer(9, paths({ "a.lr": 3 }, 3));
  await answer(10, { surface: "ravine" });
  assert.deepEqual([session.values?.surface, session.values?.["a.lr"], session.can()], [
    "ravine",
    3,
    { undo: true, redo: true },
  ]); // biome-ignore format: short
});

test("what a link asks for and does not get is named, and nothing else", () => {
  const values = { ...SCENE, start: [1, -2.5], step: null, steps: 200, view: "overlay", "surface.f": "x" };
  const refused = (/** @type {string} */ query) => refusedOf(query, values);
  const good = "surface=bowl&sgd.lr=0.10&start=1.0,-2.5&on=heavy,sgd&steps=2e2&embed=true&camera=1,2,3";
  assert.equal(refused(good), "");
  assert.match(refused("surface=moon&sgd.lr=99&steps=200"), /shows: surface=moon, sgd\.lr=99\.$/);
  assert.match(refused("on=sgd,nobody"), /shows: on=nobody\./);
  assert.match(refused("start=9&step=900"), /shows: start=9, step=900\./);
  assert.match(refused(`surface.f=${"y".repeat(90)}`), /surface\.f=y{40}…\./);
  assert.match(refused("sgd.lr="), /sgd\.lr=\./);
  assert.match(refused("sdg.lr=0.1"), /shows: sdg\.lr=0\.1\.$/);
});

test("a schedule that ends with the run follows its steps until a hand sets its T", () => {
  const time = { key: "schedule.T", default: 200, low: 10 };
  const catalogue = /** @type {any} */ ({
    schedules: [
      { id: "step", whole_run: false, sliders: [time] },
      { id: "cosine", whole_run: true, sliders: [time] },
      { id: "warm", whole_run: true, sliders: [time, { key: "schedule.W" }] },
    ],
  });
  const start = { schedule: "step", steps: 300, "schedule.T": 200, "schedule.W": 20 };
  const change = (/** @type {any} */ scene, /** @type {any} */ more) =>
    followRun(catalogue, scene.values, { ...scene.values, ...more }, scene.defaults);
  const cosine = change({ values: start, defaults: start }, { schedule: "cosine" });
  assert.deepEqual([cosine.values["schedule.T"], cosine.defaults["schedule.T"]], [300, 300]);
  assert.ok(followsRun(catalogue, cosine.values));
  const warm = change(change(cosine, { steps: 500 }), { schedule: "warm" });
  assert.equal(warm.values["schedule.T"], 480);
  assert.equal(change(warm, { "schedule.W": 495 }).values["schedule.T"], 10);
  const own = change(change(cosine, { "schedule.T": 50 }), { steps: 900 });
  assert.deepEqual([own.values["schedule.T"], own.defaults["schedule.T"]], [50, 900]);
  assert.ok(!followsRun(catalogue, own.values));
  assert.equal(change(warm, { schedule: "step" }).values["schedule.T"], 200);
});
