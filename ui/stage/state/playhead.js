/** The playhead: one clock for all panels. Playing asks nothing of the server. No DOM. */

/**
 * @typedef {object} Listener
 * @property {(t: number) => void} moved the playhead stands at the fractional step t
 * @property {(step: number) => void} stopped a hand or the end of the run stopped it there
 * @property {(playing: boolean) => void} toggled
 */

/**
 * @param {Listener} listener
 * @param {(work: (now: number) => void) => number} [requestFrame] calls back at the screen's next frame, with ms
 * @param {(id: number) => void} [cancelFrame]
 */
export function createPlayhead(
  listener,
  requestFrame = (work) => requestAnimationFrame(work),
  cancelFrame = (id) => cancelAnimationFrame(id),
) {
  let t = 1;
  let steps = 1;
  let playing = false;
  let looping = false;
  let speed = 50; // steps per second
  let frame = 0;

  const move = (/** @type {number} */ to) => {
    t = to;
    listener.moved(t);
  };
  /** @param {boolean} now */
  function setPlaying(now) {
    playing = now;
    if (!playing) cancelFrame(frame);
    listener.toggled(playing);
  }

  function run() {
    cancelFrame(frame);
    /** @type {number | null} */
    let before = null;
    const next = (/** @type {number} */ now) => {
      // The first frame only starts the clock: its time may lie before the click that asked for it.
      const to = t + (before === null ? 0 : ((now - before) * speed) / 1000);
      before = now;
      if (to >= steps && !looping) {
        setPlaying(false);
        move(steps);
        listener.stopped(steps);
        return;
      }
      move(to % steps);
      frame = requestFrame(next);
    };
    frame = requestFrame(next);
  }

  /** Go to a step, and stop there. @param {number} step */
  function seek(step) {
    if (playing) setPlaying(false);
    move(Math.min(steps, Math.max(0, step)));
    listener.stopped(t);
  }

  return {
    get t() {
      return t;
    },
    get steps() {
      return steps;
    },
    get playing() {
      return playing;
    },
    seek,
    /** Go on or back by whole steps. @param {number} by */
    nudge: (by) => seek((by > 0 ? Math.floor(t) : Math.ceil(t)) + by),
    /** Start, or stop at the step that was reached. */
    toggle() {
      if (playing) return seek(Math.floor(t));
      if (t >= steps) t = 0;
      setPlaying(true);
      run();
    },
    /** @param {number} stepsPerSecond */
    setSpeed(stepsPerSecond) {
      speed = stepsPerSecond;
      if (playing) run();
    },
    /** @param {boolean} again whether playing starts again at the end */
    setLooping(again) {
      looping = again;
    },
    /**
     * Take another length. The playhead goes to `step`, null for the end; undefined lets it stay where it is, at the
     * end if it stood at the end.
     * @param {number} length
     * @param {number | null} [step]
     */
    fit(length, step) {
      const atEnd = t >= steps && !playing;
      steps = length;
      if (step === undefined) move(atEnd ? steps : Math.min(t, steps));
      else move(playing ? 0 : Math.min(step ?? steps, steps));
    },
    destroy: () => cancelFrame(frame),
  };
}
