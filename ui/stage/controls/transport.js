/** The controls of the playhead, and what is drawn at it. */

/** @import { Named, Values } from "../types" */
/** @import { Icon } from "./icons.js" */

import { t } from "../state/words.js";
import { choice, choose, h, write } from "./dom.js";
import { icon } from "./icons.js";

/** @typedef {ReturnType<typeof import("../state/playhead.js").createPlayhead>} Playhead */

const SPEEDS = [5, 10, 25, 50, 100, 250]; // steps per second
const USUAL = 50;
const COUNT_EVERY = 60; // ms between two updates of scrubber and count while playing: painting them costs more than the paths

/** @param {Icon} name @param {string} title @param {() => void} onclick */
const iconButton = (name, title, onclick) =>
  h("button", { type: "button", title, "aria-label": title, onclick, innerHTML: icon(name) });

/**
 * @param {HTMLElement} box
 * @param {Playhead} playhead
 * @param {{options: Named[], title: string}} arrowChoice what arrows there are, and what they mean
 * @param {HTMLElement[]} tools of a lecturer
 * @param {{change: (key: string, value: any, done: boolean) => void, help: () => void, projector: () => void}} act
 */
export function createTransport(box, playhead, arrowChoice, tools, { change, help, projector }) {
  let drawn = 0; // when the scrubber last moved, in ms
  let shown = { t: -1, steps: -1 }; // where it stands: a drag draws frame after frame with a playhead that stays
  const play = iconButton("play", t("play"), playhead.toggle);
  play.className = "play";
  const scrub = h("input", { type: "range", min: 0, step: 1, className: "scrub", "aria-label": t("step") });
  scrub.oninput = () => playhead.seek(Number(scrub.value));
  const count = h("span", { className: "count" });
  const speeds = SPEEDS.map((speed) => ({ id: String(speed), name: t("{n} steps/s", { n: speed }) }));
  const speed = choice("", speeds, (id) => playhead.setSpeed(Number(id)));
  choose(speed.select, String(USUAL));
  speed.select.title = t("speed");
  speed.select.setAttribute("aria-label", t("speed"));
  const loop = h("button", { type: "button", title: t("start again at the end"), "aria-pressed": "false" }, t("Loop"));
  loop.onclick = () => {
    const looping = loop.getAttribute("aria-pressed") === "false";
    loop.setAttribute("aria-pressed", String(looping));
    playhead.setLooping(looping);
  };
  const arrows = choice("", arrowChoice.options, (id) => change("arrows", id, true));
  arrows.select.setAttribute("aria-label", t("arrows"));
  arrows.el.title = arrowChoice.title;
  const screen = iconButton("screen", t("projector: thick lines, large type"), projector);
  screen.className = "screen";
  const question = {
    type: "button",
    className: "help",
    title: t("keys and gestures"),
    "aria-label": t("keys and gestures"),
    onclick: help,
  };
  box.append(
    iconButton("start", t("to the start"), () => playhead.seek(0)),
    iconButton("back", t("one step back"), () => playhead.nudge(-1)),
    play,
    iconButton("on", t("one step forward"), () => playhead.nudge(1)),
    iconButton("end", t("to the end"), () => playhead.seek(Number.POSITIVE_INFINITY)),
    ...[scrub, count, speed.el, loop, arrows.el, ...tools, screen, h("button", question, "?")],
  );

  return {
    /** @param {Values} values @param {boolean} projected */
    show(values, projected) {
      choose(arrows.select, values.arrows);
      screen.setAttribute("aria-pressed", String(projected));
    },
    /** @param {boolean} playing */
    toggled(playing) {
      play.innerHTML = icon(playing ? "pause" : "play");
      play.title = playing ? t("pause") : t("play");
      play.setAttribute("aria-label", play.title);
    },
    /** Show where the playhead stands. */
    draw() {
      const { t, steps, playing } = playhead;
      if (t === shown.t && steps === shown.steps) return;
      const now = performance.now();
      if (playing && now - drawn <= COUNT_EVERY) return;
      if (steps !== shown.steps) count.style.minWidth = `${2 * String(steps).length + 2}ch`; // it moves nothing beside it
      drawn = now;
      shown = { t, steps };
      scrub.max = String(steps);
      scrub.value = String(Math.floor(t));
      scrub.style.setProperty("--place", String(t / steps));
      write(count, `${Math.floor(t)} / ${steps}`);
    },
  };
}
