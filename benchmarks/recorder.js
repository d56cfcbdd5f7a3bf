/**
 * Evaluated in a page with a stage: notes in `seen` what a hand does and when the stage paints; `take()` empties it.
 *
 * The end of a painting is read in a MutationObserver: it is called when the very callback that changed the attribute
 * has ended, before any other callback of that frame. A requestAnimationFrame loop of our own may stand before the
 * stage's in the frame, and would then see everything one frame late.
 */
(() => {
  const root = /** @type {HTMLElement} */ (document.querySelector("[data-stage]"));
  const page = /** @type {any} */ (window);
  /** Times in ms of `performance.now()`. @returns {{inputs: any[], frames: any[], acted: number?, exact: number?}} */
  const empty = () => ({ inputs: [], frames: [], acted: null, exact: null });
  let moved = 0;
  let paths = 0;

  page.seen = empty();
  page.take = () => {
    const taken = page.seen;
    page.seen = empty();
    return taken;
  };
  // An input event carries the moment at which the page made it; the pointer event before it, that of the hand.
  addEventListener("pointermove", (event) => (moved = event.timeStamp), true);
  addEventListener(
    "input",
    ({ target }) => {
      if (target instanceof HTMLInputElement && target.type === "range")
        page.seen.inputs.push([moved, performance.now(), root.dataset.source]);
    },
    true,
  );
  for (const type of ["pointerup", "keydown"]) {
    addEventListener(
      type,
      (event) => {
        paths = Number(root.dataset.paths);
        Object.assign(page.seen, { acted: event.timeStamp, exact: null });
      },
      true,
    );
  }
  new MutationObserver((changes) => {
    const now = performance.now();
    const { source } = root.dataset;
    if (changes.some(({ attributeName }) => attributeName === "data-frames")) {
      page.seen.frames.push([now, document.timeline.currentTime, source]);
    }
    if (page.seen.acted !== null && source !== "fan" && Number(root.dataset.paths) > paths) page.seen.exact ??= now;
  }).observe(root, { attributeFilter: ["data-frames", "data-paths", "data-source"] });
})();
