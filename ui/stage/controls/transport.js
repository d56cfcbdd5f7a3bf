/** The playhead: one clock for all panels. Playing asks nothing of the server. */

import { KEY } from "./arrows.js";
import { choice, h } from "./dom.js";

const SPEEDS = [5, 10, 25, 50, 100, 250]; // steps per second
const USUAL = 50;
const READABLE = 60; // ms that the scrubber and the count stay while playing: their paint is dearer than the paths'
const ARROWS = [["off", "no arrows"], ["1", "arrows, true length"], ["10", "arrows, 10 × longer"], ["100", "arrows, 100 × longer"]];
const ICONS = {
  start: "M3 2h2v12H3zM13 2v12L6 8z",
  back: "M11 2v12L4 8z",
  play: "M4 2v12l10-6z",
  pause: "M4 2h3v12H4zM9 2h3v12H9z",
  on: "M5 2v12l7-6z",
  end: "M11 2h2v12h-2zM3 2v12l7-6z",
  screen: "M1 2v9h6v2H4v1h8v-1H9v-2h6V2zm2 2h10v5H3z",
};
const icon = (name) => `<svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true"><path fill="currentColor" d="${ICONS[name]}"/></svg>`;

/**
 * @param {HTMLElement} box
 * @param {{draw: (t: number) => void, rest: (step: number) => void, change: Function, help: () => void, projector: () => void}} listener
 *   draw: paint the fractional step t; rest: a hand or the end of the run stopped the playhead there
 */
export function createTransport(box, { draw, rest, change, help, projector }) {
  let steps = 1;
  let t = 1;
  let playing = false;
  let looping = false;
  let speed = USUAL;
  let frame = 0;
  let ticked = 0; // when the scrubber last moved

  const button = (name, title, onclick) => h("button", { type: "button", title, "aria-label": title, onclick, innerHTML: icon(name) });
  const play = button("play", "play", () => (playing ? pause() : start()));
  play.className = "play";
  const scrub = h("input", { type: "range", min: 0, step: 1, className: "scrub", "aria-label": "step" });
  const count = h("span", { className: "count" });
  const pace = h("select", { "aria-label": "speed", title: "speed", onchange: () => ((speed = Number(pace.value)), resume()) });
  pace.append(...SPEEDS.map((s) => h("option", { value: s, selected: s === USUAL }, `${s} steps/s`)));
  const loop = h("button", { type: "button", title: "start again at the end", "aria-pressed": "false" }, "Loop");
  loop.onclick = () => {
    looping = !looping;
    loop.setAttribute("aria-pressed", String(looping));
  };
  const arrows = choice("", ARROWS.map(([id, name]) => ({ id, name })), (id) => change("arrows", id, true));
  arrows.select.setAttribute("aria-label", "arrows");
  arrows.el.title = `what a rule goes by at the playhead: ${KEY.map(([look, what]) => `${look}, ${what}`).join("; ")}`;
  const screen = button("screen", "projector: thick lines, large type", projector);
  screen.className = "screen";
  box.append(
    button("start", "to the start", () => seek(0)),
    button("back", "one step back", () => seek(Math.ceil(t) - 1)),
    play,
    button("on", "one step on", () => seek(Math.floor(t) + 1)),
    button("end", "to the end", () => seek(steps)),
    scrub, count, pace, loop, arrows.el, screen,
    h("button", { type: "button", title: "keys and gestures", "aria-label": "keys and gestures", onclick: help }, "?"),
  );
  scrub.oninput = () => seek(Number(scrub.value));

  function paint() {
    const now = performance.now();
    if (!playing || now - ticked > READABLE) {
      ticked = now;
      const step = Math.floor(t);
      scrub.value = step;
      scrub.style.setProperty("--place", t / steps);
      const text = `${step} / ${steps}`;
      if (count.textContent !== text) count.textContent = text;
    }
    draw(t);
  }
  function seek(step) {
    pause(false);
    t = Math.min(steps, Math.max(0, step));
    paint();
    rest(t);
  }
  function pause(rests = true) {
    if (!playing) return;
    playing = false;
    cancelAnimationFrame(frame);
    show();
    if (rests) {
      t = Math.floor(t);
      paint();
      rest(t);
    }
  }
  function show() {
    play.innerHTML = icon(playing ? "pause" : "play");
    play.title = playing ? "pause" : "play";
    play.setAttribute("aria-label", play.title);
  }
  function resume() {
    if (!playing) return;
    cancelAnimationFrame(frame);
    let before = null;
    const next = (now) => {
      // The first frame only starts the clock: its time stamp may lie before the click that asked for it.
      t += before === null ? 0 : ((now - before) * speed) / 1000;
      before = now;
      if (t >= steps && !looping) {
        t = steps;
        return pause();
      }
      if (t >= steps) t %= steps;
      paint();
      frame = requestAnimationFrame(next);
    };
    frame = requestAnimationFrame(next);
  }
  function start() {
    if (t >= steps) t = 0;
    playing = true;
    show();
    resume();
  }

  return {
    show(values, projected) {
      arrows.select.value = values.arrows;
      screen.setAttribute("aria-pressed", String(projected));
    },
    /**
     * A new set of paths is there. The playhead goes to `step`, null for the end; left out, it stays where it is, at
     * the end if it stood at the end.
     */
    fit(length, step) {
      const atEnd = t >= steps && !playing;
      steps = length;
      scrub.max = steps;
      if (step === undefined) t = atEnd ? steps : Math.min(t, steps);
      else t = playing ? 0 : Math.min(step ?? steps, steps);
      paint();
    },
    toggle: () => play.click(),
    nudge: (by) => seek((by > 0 ? Math.floor(t) : Math.ceil(t)) + by),
    seek,
    get t() {
      return t;
    },
    get playing() {
      return playing;
    },
    destroy: () => cancelAnimationFrame(frame),
  };
}
