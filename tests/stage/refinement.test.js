/** Maps are refined: what is asked for, in which order, and what is shown meanwhile. */

import assert from "node:assert/strict";
import test from "node:test";

import { createRefinement, LEVELS, piecesOf, placesOf, SIDE } from "../../ui/stage/state/refinement.js";
import { NoAnswer } from "../../ui/stage/state/requests.js";

/** A refinement whose questions wait for `answer`, in the order in which they were asked. */
function begun() {
  /** @type {any[]} */
  const asked = [];
  /** @type {any} */
  const log = { painted: 0, failed: [], later: [] };
  const refinement = createRefinement({
    ask: (query, signal) =>
      new Promise((resolve, reject) => {
        asked.push({ query, signal, resolve, reject });
        signal.addEventListener("abort", () => reject(new NoAnswer("aborted")));
      }),
    painted: () => log.painted++,
    failed: (error) => log.failed.push(error?.message ?? null),
    after: (work, ms) => {
      log.later.push({ work, ms });
      return () => log.later.pop();
    },
    random: () => 0.5,
  });
  /** @param {number} k @param {number} [loss] Answer the k-th question: every cell of its piece has a loss. */
  async function answer(k, loss = 1) {
    const words = new URLSearchParams(asked[k].query);
    const piece = /** @type {any} */ (
      Object.fromEntries(["side", "part", "parts"].map((key) => [key, Number(words.get(key))]))
    );
    const cells = placesOf(piece).map(() => loss);
    asked[k].resolve({ head: { k }, arrays: { loss: cells, reached: cells, ended: cells } });
    await new Promise(setImmediate);
  }
  const pieces = () =>
    asked.map(({ query }) => {
      const words = new URLSearchParams(query);
      return ["q", "side", "part"].map((key) => words.get(key)).join(" ");
    });
  return { refinement, asked, log, answer, pieces };
}

test("the pieces of a map are all of its cells, each once", () => {
  for (const steps of [1, 500, 100_000]) {
    const places = piecesOf(steps).flatMap(placesOf);
    assert.equal(places.length, SIDE ** 2);
    assert.equal(new Set(places).size, SIDE ** 2);
  }
  assert.ok(piecesOf(1000).length > piecesOf(100).length, "longer runs are asked for in smaller pieces");
  assert.deepEqual(
    piecesOf(100_000)
      .slice(0, 2)
      .map(({ side }) => side),
    [32, 64],
    "the first picture is one question",
  );
});

test("every map is known coarsely before any is refined", async () => {
  const { refinement, answer, pieces } = begun();
  const maps = ["a", "b"].map((id) => ({ id, query: `q=${id}`, steps: 10 }));
  refinement.want(maps);
  for (let k = 0; k < 8; k++) await answer(k, k + 1);
  assert.deepEqual(
    pieces(),
    LEVELS.flatMap((side) => [`a ${side} 0`, `b ${side} 0`]),
  );
  assert.equal(refinement.progress(), 1);
  const { cells, side } = /** @type {any} */ (refinement.field("b"));
  assert.equal(side, SIDE);
  assert.ok(!cells.loss.includes(0));
  assert.deepEqual([cells.loss[0], cells.loss[8], cells.loss[4], cells.loss[2], cells.loss[1]], [2, 2, 4, 6, 8]);
});

test("while a hand moves what it depends on, each question is for what is wanted then", async () => {
  const { refinement, asked, answer, pieces } = begun();
  const map = (value) => [{ id: "a", query: `q=${value}`, steps: 10 }];
  refinement.want(map(1), 1);
  for (const value of [2, 3, 4]) refinement.want(map(value), 1);
  assert.deepEqual(pieces(), ["1 32 0"]);
  assert.ok(!asked[0].signal.aborted, "a late picture follows the hand, too");
  await answer(0, 5);
  assert.equal(refinement.field("a")?.query, "q=1");
  assert.deepEqual(pieces(), ["1 32 0", "4 32 0"]);
  await answer(1, 6);
  assert.deepEqual([refinement.field("a")?.query, refinement.field("a")?.cells.loss[0]], ["q=4", 6]);
  assert.equal(asked.length, 2, "nothing is refined until the hand lets go");
  refinement.want(map(4));
  assert.deepEqual(pieces().slice(2), ["4 64 0"]);
});

test("what is not wanted any more is given up, and the map before stays until another comes", async () => {
  const { refinement, asked, answer, pieces } = begun();
  refinement.want([{ id: "a", query: "q=1", steps: 10 }]);
  await answer(0);
  refinement.want([{ id: "a", query: "q=2", steps: 10 }]);
  assert.ok(asked[1].signal.aborted);
  await new Promise(setImmediate);
  assert.deepEqual(pieces(), ["1 32 0", "1 64 0", "2 32 0"]);
  assert.equal(refinement.field("a")?.query, "q=1");
  refinement.want([], 4);
  assert.equal(refinement.field("a"), null);
});

test("a refinement that is stopped asks for nothing more, and goes on where it was", async () => {
  const { refinement, asked, log, answer, pieces } = begun();
  const maps = [{ id: "a", query: "q=1", steps: 10 }];
  refinement.want(maps);
  await answer(0);
  refinement.want(maps, 0);
  assert.ok(asked[1].signal.aborted);
  await new Promise(setImmediate);
  assert.deepEqual([asked.length, log.failed], [2, []]);
  refinement.want(maps);
  assert.deepEqual(pieces().at(-1), "1 64 0");
});

test("without an answer it is asked again later", async () => {
  const { refinement, asked, log, answer } = begun();
  refinement.want([{ id: "a", query: "q=1", steps: 10 }]);
  asked[0].reject(new NoAnswer("busy", 4000));
  await new Promise(setImmediate);
  assert.deepEqual([asked.length, log.failed, log.later[0].ms], [1, ["busy"], 6000]);
  log.later[0].work();
  await answer(1);
  assert.deepEqual(log.failed, ["busy", null]);
  refinement.close();
  await new Promise(setImmediate);
  assert.equal(asked.length, 3, "closed: the question under way is given up");
  assert.ok(asked[2].signal.aborted);
});
