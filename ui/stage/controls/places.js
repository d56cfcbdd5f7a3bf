/** The places of the stage's parts on the page. */

import { h } from "./dom.js";
import { loadStyles } from "./load.js";

/**
 * Fill the stage with empty places; it is seen once its style sheet is there.
 * @param {HTMLElement} root
 * @param {string} styles its address
 */
export function createPlaces(root, styles) {
  const place = (/** @type {string} */ className) => h("div", { className });
  const names = ["bar", "headline", "rail", "transport", "main", "lesson", "beside"];
  const [bar, headline, rail, transport, main, lesson, side] = names.map(place);
  const note = h("div", { className: "note", role: "status" });
  root.className = "stage waiting";
  root.tabIndex = -1;
  root.replaceChildren(bar, headline, h("div", { className: "panels" }, main, lesson, side), rail, transport, note);
  Object.assign(root.dataset, {
    paths: 0,
    frames: 0,
    step: 0,
    scene: "",
    source: "exact",
    entries: "",
    lit: "",
    lesson: "",
    map: "",
  });
  root.style.visibility = "hidden";
  const reveal = () => {
    root.style.visibility = "";
    if (document.activeElement === document.body) root.focus({ preventScroll: true }); // keys work at once
  };
  loadStyles(styles).then(reveal, reveal); // a style sheet that failed is requested again, and reported, with the first picture
  return { bar, headline, rail, transport, main, lesson, side, note };
}
