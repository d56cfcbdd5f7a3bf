/** Creates the panels of the registry in their places on the page. */

/** @import { Panel, PanelApi, PanelKind, PanelView, Picture } from "../types" */

import { h } from "../controls/dom.js";

/**
 * @param {PanelKind[]} kinds
 * @param {{main: HTMLElement, side: HTMLElement}} places for the panels that are always on the page; a rail or a window
 *   takes the box of its own kind
 * @param {PanelApi} api
 * @param {{resized: () => void, touched: () => void}} tell a box has another size; a pointer came down on one
 */
export function mountPanels(kinds, places, api, tell) {
  const sizes = new ResizeObserver(tell.resized);
  const mounted = kinds.map((kind) => {
    const box = h("div", { className: `panel ${kind.id}` });
    if (kind.slot === "main" || kind.slot === "side") {
      places[kind.slot].append(box);
      box.setAttribute("role", "group"); // not an image: controls stand in it
      box.setAttribute("aria-label", kind.label);
      box.addEventListener("pointerdown", tell.touched);
      sizes.observe(box);
    }
    return { kind, box, panel: kind.create(box, api) };
  });
  /** @type {PanelView[]} */
  const views = mounted.flatMap(({ panel }) => (panel.view ? [panel.view] : []));

  return {
    views,
    /** @param {PanelKind["slot"]} slot */
    inSlot: (slot) => mounted.filter(({ kind }) => kind.slot === slot),
    /**
     * The panels that are on the page and say something about a picture; a window takes its picture when it opens.
     * @param {Picture} picture
     * @param {(panel: Panel, kind: PanelKind) => void} work
     */
    each(picture, work) {
      for (const { kind, panel } of mounted) if (kind.slot !== "dialog" && kind.applies(picture)) work(panel, kind);
    },
    /** Hide those beside the main one that say nothing about a picture. @param {Picture} picture */
    arrange(picture) {
      for (const { kind, box } of mounted) if (kind.slot === "side") box.hidden = !kind.applies(picture);
    },
    /** Turn the views by radians. @param {number} right @param {number} up */
    turn(right, up) {
      for (const { panel } of mounted) panel.turn?.(right, up);
    },
    destroy() {
      sizes.disconnect();
      for (const { panel } of mounted) panel.destroy();
    },
  };
}
