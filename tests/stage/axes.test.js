/** Laws of the axes round a 2D panel. */

/** @import { Range } from "../../ui/stage/types" */

import assert from "node:assert/strict";
import test from "node:test";

import { ticksOf } from "../../ui/stage/data/scales.js";
import { drawAxes } from "../../ui/stage/paint/axes.js";
import { THEME } from "./fixtures.js";

/**
 * A context that keeps the texts and boxes drawn, in pixels of a canvas. A letter is as wide as 6 of 12 pixels, and a
 * text that is turned by 90 degrees runs upwards.
 * @param {number} width
 * @param {number} height
 */
function fakeContext(width, height) {
  /** @type {{text: string, left: number, right: number, top: number, bottom: number, size: number}[]} */
  const texts = [];
  /** @type {number[][]} */
  const rects = [];
  let state = { x: 0, y: 0, turned: false };
  /** @type {(typeof state)[]} */
  const stack = [];
  const context = {
    canvas: { width, height },
    font: "",
    textAlign: "center",
    texts,
    rects,
    save: () => stack.push({ ...state }),
    restore: () => {
      state = stack.pop() ?? state;
    },
    translate(/** @type {number} */ x, /** @type {number} */ y) {
      state.x += x;
      state.y += y;
    },
    rotate() {
      state.turned = true;
    },
    getTransform: () => ({ a: 1, d: 1, e: state.x, f: state.y }),
    measureText: (/** @type {string} */ text) => ({ width: text.length * 0.5 * Number.parseFloat(context.font) }),
    fillRect: (/** @type {number[]} */ ...rect) => rects.push(rect),
    fillText(/** @type {string} */ text, /** @type {number} */ x, /** @type {number} */ y) {
      const size = Number.parseFloat(context.font);
      const { width: long } = context.measureText(text);
      const from = x - { left: 0, center: long / 2, right: long }[context.textAlign];
      const [left, right, top, bottom] = state.turned
        ? [y - 0.7 * size, y + 0.2 * size, -from - long, -from]
        : [from, from + long, y - 0.7 * size, y + 0.2 * size];
      texts.push({
        text,
        size,
        left: left + state.x,
        right: right + state.x,
        top: top + state.y,
        bottom: bottom + state.y,
      });
    },
  };
  return context;
}

/**
 * @param {ReturnType<typeof fakeContext>} context
 * @param {[number, number, number, number]} frame
 * @param {{range: Range, count: number, title?: string}} x
 * @param {{range: Range, count: number, title?: string}} y
 */
function draw(context, frame, x, y) {
  const spec = (/** @type {typeof x} */ { range, count, title }) => ({ range, title, ticks: ticksOf(range, count) });
  const target = /** @type {CanvasRenderingContext2D} */ (/** @type {unknown} */ (context));
  drawAxes(target, frame, { x: spec(x), y: spec(y) }, THEME, 12);
  return context.texts;
}

/** @param {ReturnType<typeof fakeContext>} context */
function assertApartAndWhole({ texts, canvas }) {
  for (const a of texts) {
    const whole =
      a.left >= -1e-9 && a.top >= -1e-9 && a.right <= canvas.width + 1e-9 && a.bottom <= canvas.height + 1e-9;
    assert.ok(whole, `${a.text} is cut`);
    for (const b of texts) {
      const overlap = a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
      assert.ok(a === b || !overlap, `${a.text} on ${b.text}`);
    }
  }
}

test("axes have every label where there is room, centred on its tick, and both titles", () => {
  const context = fakeContext(700, 500);
  const texts = draw(
    context,
    [52, 10, 640, 440],
    { range: [-2, 2], count: 8, title: "x" },
    { range: [0, 1], count: 5, title: "loss" },
  );
  assertApartAndWhole(context);
  assert.deepEqual(
    texts.map(({ text }) => text),
    ["−2", "−1.5", "−1", "−0.5", "0", "0.5", "1", "1.5", "2", "x", "0", "0.2", "0.4", "0.6", "0.8", "1", "loss"],
  );
  assert.equal((texts[2].left + texts[2].right) / 2, 52 + 160);
  assert.ok(
    texts.slice(10, 16).every(({ right }) => right === texts[10].right && right < 52),
    "aligned at the right",
  );
  assert.deepEqual(context.rects.slice(0, 2), [
    [52, 451, 1, 3],
    [132, 451, 1, 3],
  ]);
  assert.deepEqual(context.rects[9], [48, 450, 3, 1]);
  assert.deepEqual([texts[0].size, texts[9].size], [12, 14]);
});

test("labels that would stand on one another are left out", () => {
  const context = fakeContext(160, 60);
  const texts = draw(context, [40, 10, 110, 25], { range: [-2, 2], count: 16 }, { range: [0, 1], count: 10 });
  assertApartAndWhole(context);
  const labels = texts.map(({ text }) => text);
  assert.ok(labels.includes("−2") && labels.includes("0"), "the first of each axis stands");
  assert.ok(texts.length >= 5 && texts.length < 15, `${labels}`);
  assert.equal(context.rects.length, 9 + 11, "their ticks stay");
});

test("labels and titles are not cut at the canvas' edge", () => {
  const context = fakeContext(160, 120);
  draw(
    context,
    [40, 4, 118, 80],
    { range: [0, 100.01], count: 2, title: "a title of a length that no panel of this size holds" },
    { range: [0.50001, 0.50009], count: 5, title: "distance to the nearest minimum" },
  );
  assertApartAndWhole(context);
  assert.ok(context.texts.some(({ text }) => text === "100"));
  assert.ok(
    context.texts.some(({ text, size }) => text === "0.50004" && size < 12),
    "smaller, so that it fits",
  );
});

test("a tick outside the range is not drawn", () => {
  const context = fakeContext(300, 200);
  const ticks = { values: [-1, 0, 1, 2], labels: ["a", "b", "c", "d"] };
  const axis = { range: /** @type {Range} */ ([0, 1]), ticks };
  const target = /** @type {CanvasRenderingContext2D} */ (/** @type {unknown} */ (context));
  drawAxes(target, [50, 10, 200, 150], { x: axis, y: axis }, THEME, 12);
  assert.deepEqual(
    context.texts.map(({ text }) => text),
    ["b", "c", "b", "c"],
  );
  assert.equal(context.rects.length, 4);
});
