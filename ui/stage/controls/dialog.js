/** Panels in a window of their own, opened by a button of the bar. One that holds several has a tab for each. */

/** @import { Panel, PanelKind, Picture } from "../types" */

import { t } from "../state/words.js";
import { h } from "./dom.js";

/** @typedef {{kind: PanelKind, box: HTMLElement, panel: Panel}} Tab */

/**
 * The windows of all panels that stand in one.
 * @param {HTMLElement} root the stage
 * @param {Tab[]} panels
 * @param {() => Picture | null} picture
 */
export const createWindows = (root, panels, picture) =>
  [...Map.groupBy(panels, ({ kind }) => kind.within ?? kind.id).values()].map((tabs) =>
    createWindow(root, tabs, picture),
  );

/**
 * @param {HTMLElement} root
 * @param {Tab[]} tabs at least one, the first of which names the window's opener
 * @param {() => Picture | null} picture
 */
function createWindow(root, tabs, picture) {
  let [chosen] = tabs;
  const close = h("button", { type: "button", onclick: () => dialog.close() }, t("Close"));
  const buttons = tabs.map((tab) => h("button", { type: "button", onclick: () => pick(tab) }, t(tab.kind.label)));
  const title =
    tabs.length > 1
      ? h("div", { className: "toggle", role: "group", "aria-label": t("what this window shows") }, ...buttons)
      : h("h2", {}, t(chosen.kind.label));
  const dialog = h("dialog", {}, h("div", { className: "head" }, title, close));
  dialog.onclose = () => chosen.panel.close?.();
  root.append(dialog);
  show();

  function show() {
    const { id, label, title } = chosen.kind;
    dialog.className = `window ${id}-window`;
    dialog.setAttribute("aria-label", t(title ?? label));
    for (const [k, tab] of tabs.entries()) {
      buttons[k].setAttribute("aria-pressed", String(tab === chosen));
      if (tab === chosen) dialog.append(tab.box);
      else tab.box.remove();
    }
  }
  /** Another tab is chosen while the window is open. @param {Tab} tab */
  function pick(tab) {
    if (tab === chosen) return;
    chosen.panel.close?.();
    chosen = tab;
    show();
    open();
  }
  function open() {
    const now = picture();
    if (now) chosen.panel.show(now);
  }
  const { label, title: tip } = chosen.kind;
  const onclick = () => {
    dialog.showModal();
    open();
  };
  const opener = h("button", { type: "button", title: tip && t(tip), onclick }, t(label));

  return {
    /** The button of the bar. */
    opener,
    /** Offer the tabs that say something about the picture. @param {Set<string>} applying ids */
    offer(applying) {
      for (const [k, { kind }] of tabs.entries()) buttons[k].hidden = !applying.has(kind.id);
      opener.hidden = !tabs.some(({ kind }) => applying.has(kind.id));
    },
  };
}
