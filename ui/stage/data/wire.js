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

/** The runs of an answer of /paths, each with its share of the arrays. */
export function runsOf({ head, arrays }) {
  const n = head.values.steps + 1;
  const seen = {}; // how many runs have had a share of the arrays that not all have
  return head.runs.map((run, k) => {
    const of = (name, width, i) => arrays[name].subarray(width * n * i, width * n * (i + 1));
    const share = (name, width) => {
      if (!run.shows.includes(name)) return undefined;
      seen[name] = (seen[name] ?? -1) + 1;
      return of(name, width, seen[name]);
    };
    return {
      ...run,
      position: of("position", 2, k),
      gap: of("gap", 1, k),
      validation: arrays.validation && of("validation", 1, k),
      gradient: of("gradient", 2, k),
      lr: of("lr", 1, k),
      rates: share("rates", 2),
      velocity: share("velocity", 2),
      squares: share("squares", 2),
      ahead: share("ahead", 2),
      hessian: share("hessian", 3),
    };
  });
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
