/** A panel in a window of its own, opened by a button of the bar. */

/** @import { PanelKind } from "../types" */

import { t } from "../state/words.js";
import { h } from "./dom.js";

/**
 * @param {HTMLElement} root the stage
 * @param {PanelKind} kind
 * @param {HTMLElement} box of the panel
 * @param {() => void} onOpen
 * @param {() => void} onClose
 * @returns {HTMLButtonElement} what opens it
 */
export function createWindow(root, { id, label, title }, box, onOpen, onClose) {
  const close = h("button", { type: "button", onclick: () => dialog.close() }, t("Close"));
  const head = h("div", { className: "head" }, h("h2", {}, t(label)), close);
  const dialog = h("dialog", { className: `window ${id}-window`, "aria-label": t(title ?? label) }, head, box);
  dialog.onclose = onClose;
  root.append(dialog);
  const onclick = () => {
    dialog.showModal();
    onOpen();
  };
  return h("button", { type: "button", title: t(title), onclick }, t(label));
}
