/** Laws of numbers, of their sliders, of URLs and of requests. */

import assert from "node:assert/strict";
import test from "node:test";

import { formatMeasured, formatPower, formatValue } from "../../ui/stage/state/format.js";
import { parseValue, slidersIn, toPlace, toValue } from "../../ui/stage/state/hyper.js";
import { oneAtATime, retryDelay } from "../../ui/stage/state/requests.js";
import { mergeIntoSearch, parseNumbers, surfaceQuery, toQuery, toQueryOn } from "../../ui/stage/state/url.js";

const HYPERS = [
  { low: 1e-4, high: 1, log: true },
  { low: 0, high: 0.999, near_one: true },
  { low: 0, high: 20 },
  { low: 10, high: 1000, whole: true },
  { low: 0, high: 0.9999, near_one: true },
  { low: 0, high: 1.4 },
];

test("the value at a slider's place stands at that place, inside the range", () => {
  for (const hyper of HYPERS) {
    assert.equal(toValue(hyper, 0), hyper.low);
    assert.equal(toValue(hyper, 1), hyper.high);
    for (let place = 0; place <= 1; place += 0.01) {
      const value = toValue(hyper, place);
      assert.ok(value >= hyper.low && value <= hyper.high, `inside at ${place}`);
      assert.ok(Math.abs(toPlace(hyper, value) - place) <= 0.02, JSON.stringify(hyper));
    }
  }
});

test("every stop of a slider has a value of its own", () => {
  for (const hyper of HYPERS.filter(({ whole }) => !whole)) {
    for (let k = 0; k <= 200; k++) assert.equal(Math.round(toPlace(hyper, toValue(hyper, k / 200)) * 200), k);
  }
});

test("a typed number is taken, or the error says what was expected", () => {
  assert.deepEqual(parseValue(HYPERS[0], " 0.05 "), { value: 0.05 });
  assert.deepEqual(parseValue(HYPERS[0], "0,05"), { value: 0.05 });
  assert.deepEqual(parseValue(HYPERS[0], "1e-3"), { value: 0.001 });
  for (const text of ["", "x", "1,000", "2", "-1", "NaN", "Infinity"]) {
    assert.deepEqual(parseValue(HYPERS[0], text), { error: "a number from 1e-4 to 1, please" });
  }
  assert.deepEqual(parseValue(HYPERS[3], "10.5"), { error: "a whole number from 10 to 1000, please" });
});

test("numbers for the screen", () => {
  const chosen = [0, 0.05, 1e-8, 1000, 0.999, 123456].map(formatValue);
  assert.deepEqual(chosen, ["0", "0.05", "1e-8", "1000", "0.999", "1.23e+5"]);
  const measured = [0, 1.23456, 1e-9, Number.NaN, -163.2, 4.13e-227, -2e150].map((value) => formatMeasured(value));
  assert.deepEqual(measured, ["0", "1.23", "1.0e-9", "", "-163", "4e-227", "-2e+150"]);
  const approximate = [0, 1.26, 285, 4.7e-7].map((value) => formatMeasured(value, 2));
  assert.deepEqual(approximate, ["0", "≈ 1.3", "≈ 290", "≈ 5e-7"]);
  assert.deepEqual([1e-8, -1, 0, 1e4, -1e-10].map(formatPower), ["10⁻⁸", "−1", "0", "10⁴", "−10⁻¹⁰"]);
});

test("a query holds what differs from the defaults, and only that", () => {
  const defaults = { surface: "ravine", start: [1, 2], on: ["a", "b"], step: null, "a.lr": 0.1 };
  assert.equal(toQuery(defaults, defaults), "surface=ravine");
  const changed = { ...defaults, start: [1, 2.5], on: [], "a.lr": 1e-7, step: 3 };
  assert.equal(toQuery(changed, defaults), "surface=ravine&start=1,2.5&on=&step=3&a.lr=1e-7");
  assert.equal(surfaceQuery("surface=ravine&start=1,2&surface.kappa=3"), "surface=ravine&surface.kappa=3");
});

test("another surface takes along what was changed by hand, but not what belonged to the old one", () => {
  const defaults = { surface: "ravine", start: [1, 2], "surface.kappa": 20, steps: 200, "a.lr": 0.1, "b.lr": 0.2 };
  const values = { ...defaults, start: [3, 4], "surface.kappa": 50, "a.lr": 0.5, steps: 90 };
  assert.equal(toQueryOn({ surface: "beale" }, values, defaults), "surface=beale&steps=90");
  const formula = { surface: "formula", "surface.f": "x + 1", "surface.domain": [-1, 1, -2, 2] };
  const query = "surface=formula&steps=90&surface.f=x+%2B+1&surface.domain=-1,1,-2,2";
  assert.equal(toQueryOn(formula, values, defaults), query);
});

test("from one formula to the next a letter keeps its value, and no other surface has letters", () => {
  const defaults = {
    surface: "formula",
    "surface.f": "a x + b",
    "surface.domain": [-1, 1, -1, 1],
    "surface.a": 1,
    "surface.b": 1,
  };
  const values = { ...defaults, "surface.a": 3 };
  const next = { surface: "formula", "surface.f": "a x + c", "surface.domain": [-1, 1, -1, 1] };
  const asked = (/** @type {Parameters<typeof toQueryOn>} */ ...all) => new URLSearchParams(toQueryOn(...all));
  assert.equal(asked(next, values, defaults).get("surface.a"), "3");
  assert.equal(asked(next, values, defaults).get("surface.f"), "a x + c");
  assert.equal(asked({ surface: "ravine" }, values, defaults).toString(), "surface=ravine");
  // Its letters when it was last shown come back where the present formula has none of that name.
  const before = {
    values: { ...next, "surface.a": 5, "surface.c": 7 },
    defaults: { ...next, "surface.a": 1, "surface.c": 1 },
  };
  assert.deepEqual(
    ["a", "c"].map((id) => asked(next, values, defaults, before).get(`surface.${id}`)),
    ["3", "7"],
  );
  assert.equal(asked(next, defaults, defaults, before).get("surface.a"), null);
});

test("a scene has the sliders that it has values for", () => {
  const hyper = {
    name: "",
    tex: "",
    default: 1,
    low: -10,
    high: 10,
    log: false,
    near_one: false,
    whole: false,
    main: false,
  };
  const letters = ["a", "b", "c"].map((id) => ({ ...hyper, id, key: `surface.${id}` }));
  const shown = slidersIn(letters, { surface: "formula", "surface.f": "c x + a", "surface.a": 1, "surface.c": 0 });
  assert.deepEqual(
    shown.map(({ id }) => id),
    ["a", "c"],
  );
});

test("the address keeps the page's own parameters, and holds the views that were moved", () => {
  const values = { surface: "new", "a.lr": 1 };
  assert.equal(mergeIntoSearch("?embed=true&surface=old&a.lr=3", "surface=new", values), "embed=true&surface=new");
  /** @type {[string, string][]} */
  const views = [["seen", "0,1,0,2"], ["camera", ""]]; // biome-ignore format: pairs
  const merged = mergeIntoSearch("?seen=9&camera=1,1,1&embed=true", "surface=new", { surface: "new" }, views);
  assert.equal(merged, "embed=true&surface=new&seen=0,1,0,2");
});

test("the numbers of a list are finite and as many as expected", () => {
  assert.deepEqual(parseNumbers("0,1.5,-2,1e3", 4), [0, 1.5, -2, 1000]);
  for (const words of ["", "1,2,3", "1,2,3,", "1,2,3,x", "1,2,3,Infinity"]) assert.equal(parseNumbers(words, 4), null);
});

test("work runs one at a time, and once more if it was asked for meanwhile, even if it fails", async () => {
  let begun = 0;
  /** @type {(() => void)[]} */
  const finish = [];
  const ask = oneAtATime(() => {
    const { promise, resolve, reject } = Promise.withResolvers();
    begun++;
    finish.push(
      () => resolve(null),
      () => reject(new Error("no")),
    );
    return promise;
  });
  const asked = [1, 2, 3, 4].map(() => ask());
  assert.equal(begun, 1);
  finish[1]();
  await assert.rejects(async () => asked[0], /no/);
  assert.equal(begun, 2);
  finish[2]();
  await new Promise(setImmediate);
  assert.equal(begun, 2);
});

test("a request is made again later and later, and not by all pages at once", () => {
  const delays = (/** @type {number} */ random) =>
    [1, 2, 3, 4, 5, 6, 99].map((failures) => retryDelay(failures, random));
  assert.deepEqual([retryDelay(1, 0, 2000), retryDelay(9, 0.5, 2000)], [2000, 3000], "what a busy server asks for");
  assert.deepEqual(delays(1), [1000, 2000, 4000, 8000, 16000, 30000, 30000]);
  assert.deepEqual(delays(0), [500, 1000, 2000, 4000, 8000, 15000, 15000]);
});
