/** Broken lines, what is near a pointer, heaps of markers, who leads, what is shown alone, and what is praised. */

import assert from "node:assert/strict";
import test from "node:test";
import { createChallenges } from "../../ui/stage/data/challenges.js";
import { lossOf, ranksOf } from "../../ui/stage/data/outcome.js";
import { dashOf, eachDash } from "../../ui/stage/paint/dash.js";
import { distanceTo, nearestOf, nearestRun } from "../../ui/stage/paint/find.js";
import { heapsOf, orderOfHeads } from "../../ui/stage/paint/heads.js";
import { lookOf, steppedBack } from "../../ui/stage/paint/theme.js";
import { createSpotlight } from "../../ui/stage/state/spotlight.js";
import { close, runOf, THEME, THEMES } from "./fixtures.js";

/** @param {number[]} x @param {number[]} y */
const lineOf = (x, y) => ({
  x: Float64Array.from(x),
  y: Float64Array.from(y),
  step: Float64Array.from(x, (_, i) => i),
});

test("dashes go on round corners and across pieces as if the line were straight", () => {
  const dash = { pattern: [5, 3, 1, 3], from: 0 };
  /** @param {number[]} pieces lengths of the pieces of a line @returns {boolean[]} whether there is ink at each 0.5 */
  const inked = (pieces) => {
    /** @type {[number, number][]} */
    const drawn = [];
    let before = 0;
    for (const length of pieces) {
      const at = before;
      eachDash(dash, at, length, (from, to) => drawn.push([at + from, at + to]));
      before += length;
    }
    return Array.from({ length: 2 * before }, (_, i) => drawn.some(([a, b]) => a <= i / 2 + 0.25 && i / 2 + 0.25 < b));
  };
  const whole = inked([60]);
  assert.deepEqual(inked([7, 1, 0.5, 20, 3.5, 28]), whole);
  assert.equal(whole.filter(Boolean).length / whole.length, 6 / 12);
});

test("a line knows how long it is at a vertex, and a break has no length", () => {
  const line = lineOf([0, 3, Number.NaN, 10, 10], [0, 4, Number.NaN, 0, 7]);
  const look = { color: "", mark: [], dash: [4, 2] };
  assert.deepEqual(dashOf(look, line, 4, 3), { pattern: [6, 3], from: 12 });
  assert.equal(dashOf(look, line, 1, 2, 1.5)?.from, 3.5);
  assert.equal(dashOf({ ...look, dash: [] }, line, 1, 2), undefined);
});

test("how far a pointer is from a line, and which of some points is nearest to it", () => {
  const line = lineOf([0, 10, 10], [0, 0, 20]);
  assert.equal(distanceTo(line, 4, 3), 3);
  assert.equal(distanceTo(line, 12, 15), 2);
  assert.equal(distanceTo(lineOf([0, Number.NaN, 9], [0, Number.NaN, 9]), 4, 4), Number.POSITIVE_INFINITY);
  const at = (/** @type {Float64Array} */ of) => (/** @type {number} */ i) => of[i];
  assert.equal(nearestOf(3, at(line.x), at(line.y), 9, 4), 1);
  const far = lineOf([0, 10, 10], [0, -9000, 8000]);
  assert.equal(nearestOf(3, at(far.x), at(far.y), 11, 4), 2, "the end of the segment below the pointer");
  assert.equal(nearestOf(2, at(lineOf([0, Number.NaN], [0, 0]).x), at(line.y), 3, 4), 0);
});

test("a pointer finds the marker on top, or the nearest line within reach, inside the run's own box", () => {
  const box = /** @type {[number, number, number, number]} */ ([100, 50, 200, 200]);
  const stepAt = (/** @type {number} */ px) => px / 10;
  const drawn = [
    { entry: "a", line: lineOf([0, 100], [0, 0]), box, head: [100, 0], stepAt },
    { entry: "b", line: lineOf([0, 100], [5, 5]), box, head: [100, 5], stepAt },
  ];
  assert.deepEqual(nearestRun(drawn, 150, 51), { entry: "a", step: 5 });
  assert.equal(nearestRun(drawn, 150, 54)?.entry, "b");
  assert.equal(nearestRun(drawn, 200, 50)?.entry, "b", "its marker was drawn last");
  assert.equal(nearestRun(drawn, 150, 75), null);
  assert.equal(nearestRun(drawn, 99, 51), null);
});

test("the leader is drawn last, after it only what is pointed at, and what diverged first of all", () => {
  const runs = [3, 1, Number.NaN, 2].map((gap, k) => runOf([0, 0], { id: String(k), gap: Float64Array.of(gap) }));
  assert.deepEqual(orderOfHeads(runs, 0, null), [2, 0, 3, 1]);
  assert.deepEqual(orderOfHeads(runs, 0, "0"), [2, 3, 1, 0]);
});

test("a heap counts its markers and lies at the topmost", () => {
  const places = [
    [10, 10],
    [50, 50],
    [12, 10],
    [Number.NaN, 3],
    [11, 9],
  ];
  assert.deepEqual(heapsOf(places, 1), [{ place: [11, 9], count: 3 }]);
  assert.deepEqual(heapsOf(places.slice(0, 2), 1), []);
});

test("the first three places are told; runs of one loss share one, and a race of one has none", () => {
  const race = (/** @type {number[]} */ gaps) =>
    gaps.map((gap, k) => ({ id: "abcdef"[k], gap: Float64Array.of(9, gap) }));
  assert.deepEqual([...ranksOf(race([4, 1, 3, 2, Number.NaN]), 1)], [["b", 1], ["c", 3], ["d", 2]]); // biome-ignore format: short
  assert.deepEqual([...ranksOf(race([0, 0, 5, 1]), 1)], [["a", 1], ["b", 1], ["d", 3]]); // biome-ignore format: short
  assert.deepEqual([ranksOf(race([1]), 1).size, ranksOf(race([1, 2]), 0).size], [0, 0]);
});

test("a loss that only rounding puts below the lowest minimum is that minimum's", () => {
  const at = (/** @type {number} */ gap, floor = 0) => lossOf({ gap: Float64Array.of(gap) }, 0, { floor });
  assert.equal(at(-3.6e-16), 0);
  assert.equal(at(-1e-13, -1.5), -1.5);
  assert.equal(at(-0.25, -1.5), -1.75, "a lower minimum that nobody declared");
  close(at(2, 3), 5, 0);
});

test("what is pointed at keeps its look, the others step back towards the ground", () => {
  const theme = { ...THEME, marks: [[], []], dashes: THEMES.lines.map(({ pattern }) => pattern) };
  const look = lookOf(theme, { look: { color: 6, mark: 1 } }, 3);
  assert.deepEqual(look, { color: THEME.shades[6][1], mark: theme.marks[1], dash: [2, 4] });
  const back = steppedBack({ ...look, color: "#000000" }, { ...theme, low: "#ffffff" });
  assert.deepEqual(back, { ...look, color: "rgb(199,199,199)" });
});

test("an entry is shown alone, another beside it, and all again", () => {
  /** @type {boolean[]} */
  const told = [];
  const spotlight = createSpotlight((resized) => told.push(resized));
  const runs = ["a", "b", "c"].map((id) => ({ id }));
  const on = ["a", "b", "c"];
  const seen = () => spotlight.seen(runs, on).map(({ id }) => id);
  spotlight.toggle("b");
  assert.deepEqual(seen(), ["b"]);
  spotlight.compare("c");
  assert.deepEqual(seen(), ["b", "c"]);
  spotlight.toggle("c");
  assert.deepEqual(seen(), ["c"], "a click on one of two shows that one alone");
  spotlight.toggle("c");
  assert.deepEqual(seen(), ["a", "b", "c"]);
  spotlight.point("a");
  spotlight.point("a");
  assert.deepEqual(told, [true, true, true, true, false]);
  spotlight.toggle("a");
  const left = spotlight.seen(runs.slice(1), on.slice(1));
  assert.deepEqual([left, spotlight.alone, spotlight.lit], [runs.slice(1), [], null]);
});

test("an entry that is added while another is alone is seen beside it, once its run is there", () => {
  const spotlight = createSpotlight(() => {});
  const runs = ["a", "b"].map((id) => ({ id }));
  spotlight.toggle("a");
  assert.deepEqual(spotlight.seen(runs, ["a", "b"]), runs.slice(0, 1));
  assert.deepEqual(spotlight.seen(runs, ["a", "a.2", "b"]), runs.slice(0, 1));
  const more = [...runs, { id: "a.2" }];
  assert.deepEqual(spotlight.seen(more, ["a", "a.2", "b"]), [more[0], more[2]]);
  assert.equal(spotlight.view.read(), "a,a.2");
  const linked = createSpotlight(() => {});
  linked.view.write("a");
  assert.deepEqual(linked.seen(runs, ["a", "b"]), runs.slice(0, 1), "a link shows what it names");
});

test("a challenge is praised once, and not for what holds as a surface opens", () => {
  const sgd = (/** @type {number} */ end) => runOf([0, 0, 1, 1], { gap: Float64Array.of(4, end), left: 1 });
  const adam = runOf([0, 0, 1, 1], { id: "adam", gap: Float64Array.of(4, 1) });
  const inside = runOf([0, 0, 1, 1], { gap: Float64Array.of(4, 5) });
  /** @param {Set<string>} done */
  const watch = (done) => {
    const challenges = createChallenges(done);
    return (/** @type {number} */ end, where = "ravine") =>
      challenges.notice([sgd(end), adam], where).map(({ id }) => id);
  };
  const done = new Set();
  const notice = watch(done);
  assert.deepEqual(notice(2), [], "Adam wins by itself");
  assert.deepEqual(notice(0.5), []);
  assert.deepEqual(notice(Number.NaN), ["diverge", "win"]);
  assert.deepEqual([...done], ["diverge", "win"]);
  notice(0.5);
  assert.deepEqual(notice(9), [], "praised before");
  const noisy = createChallenges(new Set(["win"]));
  noisy.notice([sgd(0.5), adam], "ravine");
  assert.deepEqual(noisy.notice([inside, adam], "ravine"), [], "higher than the start, but still in the picture");
  const other = watch(new Set(["win"]));
  other(0.5);
  assert.deepEqual(other(9, "beale"), [], "another surface");
  assert.deepEqual(other(0.5, "beale"), []);
  assert.deepEqual(other(9, "beale"), ["diverge"]);
});
