/** Streamlit's part of the page: the tab's title, and the sidebar with its formulas. */

import { t } from "../state/words.js";

/**
 * The script of the page runs only for what can be seen there: it takes 10 ms of the server's time, and a class drags.
 * @param {HTMLElement} root
 * @param {(name: string, value: unknown) => void} tell sets a state of the component, and runs the script
 */
export function createSidebar(root, tell) {
  // The name of Streamlit's button, which styles/sidebar.css writes.
  document.documentElement.style.setProperty("--formulas", JSON.stringify(t("Formulas")));
  let opened = false; // somebody may see the formulas
  let query = location.search.slice(1);
  const surfaceOf = (/** @type {string} */ words) => new URLSearchParams(words).get("surface");

  function open() {
    document.removeEventListener("click", beside, true);
    opened = true;
    tell("scene", query);
    tell("opened", true);
  }
  /** The sidebar is opened by a click beside the stage. @param {Event} event */
  function beside({ target }) {
    if (!root.contains(/** @type {Node} */ (target))) open();
  }
  document.addEventListener("click", beside, true);

  return {
    /** Another scene is shown; the tab is named after its surface. @param {string} scene */
    told(scene) {
      const renamed = surfaceOf(scene) !== surfaceOf(query);
      query = scene;
      if (opened || renamed) tell("scene", query);
    },
    /** Streamlit remembers an open sidebar from visit to visit. */
    look() {
      const sidebar = document.querySelector("[data-testid=stSidebar]");
      if (sidebar instanceof HTMLElement && sidebar.dataset.collapsed === "false") open();
    },
    destroy: () => document.removeEventListener("click", beside, true),
  };
}
