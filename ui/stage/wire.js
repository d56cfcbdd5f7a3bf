/** What travels between the server and the stage: bytes in (see ui/paths.py for their layout), one request at a time. */

/**
 * @param {ArrayBuffer} buffer
 * @returns {{head: object, arrays: Object<string, Uint8Array | Float32Array | Float64Array>}}
 */
export function unpack(buffer) {
  const size = new DataView(buffer).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, size)));
  const arrays = {};
  let offset = 4 + size;
  for (const { name, shape, dtype } of head.arrays) {
    const length = shape.reduce((a, b) => a * b, 1);
    arrays[name] = new { u1: Uint8Array, f4: Float32Array, f8: Float64Array }[dtype](buffer, offset, length);
    offset += arrays[name].byteLength;
  }
  return { head, arrays };
}

/**
 * One job in flight; of those asked for meanwhile only the newest is kept.
 * @template T
 * @param {(job: T) => Promise<void>} work
 * @returns {(job: T) => void}
 */
export function newestWins(work) {
  let busy = false;
  let waiting = null;
  return async function ask(job) {
    if (busy) {
      waiting = { job };
      return;
    }
    busy = true;
    try {
      await work(job);
    } finally {
      busy = false;
      if (waiting) {
        const next = waiting.job;
        waiting = null;
        ask(next);
      }
    }
  };
}
