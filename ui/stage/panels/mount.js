/** Creates the panels of the registry in their places on the page. */

/** @import { Panel, PanelApi, PanelKind, PanelView, Picture } from "../types" */

import { h } from "../controls/dom.js";
import { t } from "../state/words.js";

/**
 * @param {PanelKind[]} kinds
 * @param {Record<"main" | "side", HTMLElement>} places for the panels that are always on the page; a rail or a window
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
      box.setAttribute("aria-label", t(kind.label));
      box.addEventListener("pointerdown", tell.touched);
      sizes.observe(box);
    }
    return { kind, box, panel: kind.create(box, api) };
  });
  /** @type {PanelView[]} */
  const views = mounted.flatMap(({ panel }) => (panel.view ? [panel.view] : []));
  refuseRepeated(
    "id",
    [...api.catalogue.display.rail, ...kinds].map(({ id }) => id),
  ); // those of tabs stand in the link
  refuseRepeated("key in the link", [...Object.keys(api.catalogue.display), ...views.map(({ key }) => key)]);

  return {
    all: mounted,
    views,
    /** @param {PanelKind["slot"]} slot */
    inSlot: (slot) => mounted.filter(({ kind }) => kind.slot === slot),
    /**
     * The panels that are on the page and say something about a picture; a window takes its picture when it opens.
     * @param {Picture} picture
     * @param {(panel: Panel, kind: PanelKind, box: HTMLElement) => void} work
     */
    each(picture, work) {
      for (const { kind, panel, box } of mounted) {
        if (kind.slot !== "dialog" && kind.applies(picture)) work(panel, kind, box);
      }
    },
    /**
     * Hide those that say nothing about a picture.
     * @param {Picture} picture
     * @returns {Set<string>} the ids of those that do say something
     */
    arrange(picture) {
      const applying = new Set(mounted.filter(({ kind }) => kind.applies(picture)).map(({ kind }) => kind.id));
      for (const { kind, panel, box } of mounted) {
        if (kind.slot !== "main" && kind.slot !== "side") continue;
        if (!box.hidden && !applying.has(kind.id)) panel.close?.();
        box.hidden = !applying.has(kind.id);
      }
      return applying;
    },
    /** The equations that stand beside the picture. @returns {Picture["inside"]} */
    inside: () => mounted.find(({ panel, box }) => panel.inside && !box.hidden)?.panel.inside?.() ?? null,
    /** A run that a panel shows for a moment. @returns {Picture["ghost"]} */
    ghost: () => mounted.find(({ panel }) => panel.ghost?.())?.panel.ghost?.() ?? null,
    /** Turn the views by radians. @param {number} right @param {number} up */
    turn(right, up) {
      for (const { panel } of mounted) panel.turn?.(right, up);
    },
    destroy() {
      sizes.disconnect();
      for (const { panel } of mounted) panel.destroy?.();
    },
  };
}

/** @param {string} what @param {string[]} names */
function refuseRepeated(what, names) {
  const repeated = names.find((name, k) => names.indexOf(name) !== k);
  if (repeated !== undefined) throw new Error(`panels: expected another ${what} for each, got "${repeated}" twice`);
}
