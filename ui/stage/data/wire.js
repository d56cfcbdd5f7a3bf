/** The server's answers: bytes in the layout that ui/paths.py describes, and the runs that they hold. */

/** @import { Answer, Run } from "../types" */

const ARRAYS = { u1: Uint8Array, i2: Int16Array, u2: Uint16Array, f4: Float32Array, f8: Float64Array };

/**
 * The head of an answer and its arrays, which are views of the buffer.
 * @param {ArrayBuffer} buffer
 * @returns {Answer}
 */
export function unpack(buffer) {
  const size = new DataView(buffer).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, size)));
  /** @type {Answer["arrays"]} */
  const arrays = {};
  let offset = 4 + size;
  for (const { name, shape, dtype } of head.arrays) {
    const length = shape.reduce((/** @type {number} */ a, /** @type {number} */ b) => a * b, 1);
    arrays[name] = new ARRAYS[/** @type {keyof typeof ARRAYS} */ (dtype)](buffer, offset, length);
    offset += arrays[name].byteLength;
  }
  return { head, arrays };
}

/**
 * The runs of an answer of /paths, each with its rows of the arrays. An array of an optimizer's internals holds rows of
 * those runs alone that list it in `shows`, in the order of the runs.
 * @param {Answer} answer
 * @returns {Run[]}
 */
export function runsOf({ head, arrays }) {
  const sizes = new Map(head.arrays.map(({ name, shape }) => [name, shape[1] * (shape[2] ?? 1)]));
  const rows = (/** @type {string} */ name, /** @type {number} */ k) =>
    arrays[name].subarray(sizes.get(name) * k, sizes.get(name) * (k + 1));
  const taken = new Map(); // id of an internal -> how many runs have taken their rows of it
  return head.runs.map(({ id, left, diverged, shows }, k) => {
    /** @type {Run["internals"]} */
    const internals = {};
    for (const internal of shows) {
      const row = taken.get(internal) ?? 0;
      taken.set(internal, row + 1);
      internals[internal] = rows(internal, row);
    }
    return {
      id,
      left,
      diverged,
      position: rows("position", k),
      gap: rows("gap", k),
      gradient: rows("gradient", k),
      lr: rows("lr", k),
      ...(arrays.validation && { validation: rows("validation", k), test: rows("test", k) }),
      internals,
    };
  });
}
