/** Where the boxes and lines of a graph lie: in layers from left to right, every box behind all that lead to it. */

const SWEEPS = 8;
const [ROW, PASS] = [76, 26]; // the height that a box takes, and a line that passes by
const COLUMN = 84; // the least width of a layer
const GAP = 58; // between two layers

/**
 * Numbers in their order, at least so far apart, as close as can be to where each is wanted.
 * @param {number[]} wanted @param {number[]} sizes each takes as much room
 */
function apart(wanted, sizes) {
  /** @type {number[]} */
  const offsets = [];
  for (const [k, size] of sizes.entries()) offsets.push(k ? offsets[k - 1] + (sizes[k - 1] + size) / 2 : 0);
  /** @type {{sum: number, n: number}[]} */
  const blocks = [];
  for (const [k, place] of wanted.entries()) {
    let block = { sum: place - offsets[k], n: 1 };
    for (let last = blocks.at(-1); last && last.sum / last.n >= block.sum / block.n; last = blocks.at(-1)) {
      blocks.pop();
      block = { sum: last.sum + block.sum, n: last.n + block.n };
    }
    blocks.push(block);
  }
  return blocks.flatMap(({ sum, n }) => Array(n).fill(sum / n)).map((place, k) => place + offsets[k]);
}

/** @param {number[]} numbers @param {number} otherwise */
const mean = (numbers, otherwise) => (numbers.length ? numbers.reduce((a, b) => a + b) / numbers.length : otherwise);

/**
 * @param {number[][]} parents of each box, all before it
 * @param {number[]} widths of the boxes
 */
export function layered(parents, widths) {
  /** @type {number[]} */
  const layer = [];
  for (const of of parents) layer.push(Math.max(-1, ...of.map((k) => layer[k])) + 1);
  // A line over more than one layer has a place of its own in each that it passes.
  const left = parents.map(() => /** @type {number[]} */ ([]));
  const right = parents.map(() => /** @type {number[]} */ ([]));
  const lines = parents.flatMap((of, to) =>
    of.map((from) => {
      const through = [from];
      for (let k = layer[from] + 1; k < layer[to]; k++) {
        through.push(layer.length);
        layer.push(k);
        left.push([]);
        right.push([]);
      }
      through.push(to);
      for (const [k, item] of through.slice(1).entries()) {
        left[item].push(through[k]);
        right[through[k]].push(item);
      }
      return { from, to, through };
    }),
  );
  const last = Math.max(...layer);
  let rows = Array.from({ length: last + 1 }, (_, k) => [...layer.keys()].filter((item) => layer[item] === k));
  rows = uncrossed(rows, left, right);

  const size = (/** @type {number} */ item) => (item < parents.length ? ROW : PASS);
  /** @type {number[]} */
  const y = Array(layer.length).fill(0);
  /** Give each of a layer its place, close to the middle of its neighbours. @param {number[]} row @param {number[][]} near */
  function settle(row, near) {
    const wanted = row.map((item) =>
      mean(
        near[item].map((other) => y[other]),
        y[item],
      ),
    );
    for (const [k, place] of apart(wanted, row.map(size)).entries()) y[row[k]] = place;
  }
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const row of sweep % 2 ? rows.toReversed() : rows) settle(row, [left, right][sweep % 2]);
  }
  const top = Math.min(...y.map((place, item) => place - size(item) / 2));
  const columns = rows.map((row) => Math.max(COLUMN, ...row.map((item) => widths[item] ?? 0)));
  const starts = columns.map((_, k) => columns.slice(0, k).reduce((sum, width) => sum + width + GAP, 0));
  const middle = (/** @type {number} */ item) => starts[layer[item]] + columns[layer[item]] / 2;

  /** @param {number} item @param {-1 | 1} side @returns {[number, number]} where a line leaves or reaches it */
  const edge = (item, side) => [middle(item) + (side * (widths[item] ?? columns[layer[item]])) / 2, y[item] - top];
  return {
    places: parents.map((_, item) => ({ x: middle(item), y: y[item] - top })),
    /** Each line by the points that it passes level. */
    lines: lines.map(({ from, to, through }) => ({
      ...{ from, to },
      points: [edge(from, 1), ...through.slice(1, -1).flatMap((item) => [edge(item, -1), edge(item, 1)]), edge(to, -1)],
    })),
    width: starts[last] + columns[last],
    height: Math.max(...y.map((place, item) => place + size(item) / 2)) - top,
  };
}

/**
 * The layers in an order with few crossings: each item goes to the middle of its neighbours, layer by layer, to and fro.
 * @param {number[][]} rows @param {number[][]} left @param {number[][]} right neighbours of the items
 */
function uncrossed(rows, left, right) {
  let best = rows;
  let least = crossings(rows, right);
  let now = rows;
  for (let sweep = 0; sweep < SWEEPS && least; sweep++) {
    const near = [left, right][sweep % 2];
    now = now.map((row) => [...row]);
    for (const row of sweep % 2 ? now.toReversed() : now) {
      const place = new Map(now.flatMap((other) => other.map((item, k) => [item, k - other.length / 2])));
      const wanted = new Map(
        row.map((item) => [
          item,
          mean(
            near[item].map((other) => place.get(other) ?? 0),
            place.get(item) ?? 0,
          ),
        ]),
      );
      row.sort((a, b) => (wanted.get(a) ?? 0) - (wanted.get(b) ?? 0));
    }
    const count = crossings(now, right);
    if (count < least) [best, least] = [now, count];
  }
  return best;
}

/** @param {number[][]} rows @param {number[][]} right */
function crossings(rows, right) {
  const place = new Map(rows.flatMap((row) => row.map((item, k) => [item, k])));
  let count = 0;
  for (const row of rows) {
    const lines = row.flatMap((item, k) => right[item].map((to) => [k, place.get(to) ?? 0]));
    for (const [i, a] of lines.entries()) for (const b of lines.slice(i + 1)) if (a[0] < b[0] && a[1] > b[1]) count++;
  }
  return count;
}
