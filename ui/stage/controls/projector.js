/** The projector: thick lines, large type, no settings; and a dark screen while the lecturer talks. */

/** @import { PanelView } from "../types" */
/** @import { Tool } from "./pen.js" */

import { h } from "./dom.js";
import { createPen } from "./pen.js";

/** @param {HTMLElement} root the stage */
export function createProjector(root) {
  const dark = h("div", { className: "dark", hidden: true, onclick: () => darken(false) });
  const pen = createPen(root);
  root.append(dark);
  const isOn = () => root.classList.contains("projector");
  /** @param {boolean} on */
  function set(on) {
    root.classList.toggle("projector", on);
    document.querySelector(".stAppHeader")?.classList.toggle("away", on);
    pen.pick(null);
    darken(false);
  }
  /** @param {boolean} on */
  function darken(on) {
    dark.hidden = !on;
  }
  /** @type {PanelView} */
  const view = { key: "projector", read: () => (isOn() ? "1" : ""), write: (words) => set(words === "1") };

  return {
    view,
    isOn,
    toggle: () => set(!isOn()),
    tools: pen.buttons,
    /** Take the pointer or the pen, or put it away. @param {Tool} tool */
    pick: (tool) => isOn() && pen.pick(tool),
    /** The first press after a dark screen brings the picture back. @returns {boolean} whether it was dark */
    lighten() {
      const was = !dark.hidden;
      darken(false);
      return was;
    },
    /** What "." and B do, as in other programs for slides. */
    blank: () => isOn() && darken(dark.hidden === true),
  };
}
