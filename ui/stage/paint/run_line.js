/** The line of a run on the plane. */

/** @import { Run } from "../types" */
/** @import { Line } from "./line.js" */

import { makeLine } from "./line.js";

/** @type {WeakMap<Run, {stamp: string, line: Line}>} */
const lineCache = new WeakMap();

/**
 * A run's line on the screen, kept until the scale changes.
 * @param {Run} run
 * @param {(x: number) => number} px
 * @param {(y: number) => number} py
 */
export function lineOf(run, px, py) {
  const stamp = [px(0), px(1), py(0), py(1)].join();
  const known = lineCache.get(run);
  if (known?.stamp === stamp) return known.line;
  const { position } = run;
  const line = makeLine(
    position.length / 2,
    (i) => px(position[2 * i]),
    (i) => py(position[2 * i + 1]),
  );
  lineCache.set(run, { stamp, line });
  return line;
}
