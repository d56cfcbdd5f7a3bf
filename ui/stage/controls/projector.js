/** The projector: thick lines, large type, no settings; and a dark screen while the lecturer talks. */

/** @import { PanelView } from "../types" */

import { h } from "./dom.js";

/** @param {HTMLElement} root the stage */
export function createProjector(root) {
  const dark = h("div", { className: "dark", hidden: true, onclick: () => darken(false) });
  root.append(dark);
  const isOn = () => root.classList.contains("projector");
  /** @param {boolean} on */
  function set(on) {
    root.classList.toggle("projector", on);
    document.querySelector(".stAppHeader")?.classList.toggle("away", on);
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
    /** What "." and B do, as in other programs for slides. */
    blank: () => isOn() && darken(dark.hidden === true),
  };
}
