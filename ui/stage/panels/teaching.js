/** Connects the drawer of lessons with the stage that it speaks of. */

/** @import { Catalogue, Picture } from "../types" */
/** @import { Spotlight } from "../state/spotlight.js" */
/** @import { Session } from "../state/session.js" */

import { createLessons } from "../controls/lessons.js";
import { sameScene } from "../data/lessons.js";
import { veil } from "../paint/paths.js";
import { NoAnswer } from "../state/requests.js";
import { spoken } from "../state/words.js";

/**
 * @param {HTMLElement} root the stage
 * @param {{lesson: HTMLElement}} places
 * @param {object} parts
 * @param {Catalogue} parts.catalogue
 * @param {Session} parts.session
 * @param {Spotlight} parts.spotlight
 * @param {ReturnType<typeof import("../state/playhead.js").createPlayhead>} parts.playhead
 * @param {ReturnType<typeof import("./mount.js").mountPanels>} parts.panels
 * @param {() => {picture: Picture | null, show: () => void, resize: () => void}} parts.drawing
 * @param {() => void} parts.moved the address shall know
 */
export function createTeaching(root, places, { catalogue, session, spotlight, playhead, panels, drawing, moved }) {
  const ignored = ["step", ...Object.keys(catalogue.display)]; // how a scene is displayed changes no number
  const others = [...ignored, "lesson", "lang", ...panels.views.map(({ key }) => key)]; // what else an address holds
  const contour = panels.inSlot("main").find(({ kind }) => kind.id === "contour")?.box ?? root;
  return createLessons(root, places.lesson, contour, {
    async load() {
      const file = new URL(`./lessons.${spoken()}.json`, import.meta.url); // beside the script that all modules are
      const answer = await fetch(file).catch(() => null);
      if (!answer?.ok) throw new NoAnswer("the lessons did not arrive");
      return answer.json();
    },
    open(query) {
      for (const view of [...panels.views, spotlight.view]) view.write("");
      session.visit(query, true);
    },
    shows: (query) => sameScene(query, session.query(), ignored),
    names: (address, query) => new URLSearchParams(address).has("surface") && !sameScene(query, address, others),
    play() {
      if (playhead.playing) return;
      playhead.seek(0);
      playhead.toggle();
    },
    finish: () => playhead.seek(playhead.steps),
    veil(veiled) {
      veil(veiled);
      root.classList.toggle("veiled", veiled);
      drawing().show();
    },
    picture: () => drawing().picture,
    moved,
    resized: () => drawing().resize(),
  });
}
