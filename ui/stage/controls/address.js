/** The address bar: it holds the scene and the panels' views, so that a copied address shows the same again. */

/** @import { PanelView, Values } from "../types" */

import { identityOf, mergeIntoSearch, toQuery } from "../state/url.js";

const SETTLE = 200; // ms without a change until it is written

/**
 * @param {() => {values: Values | null, defaults: Values}} scene
 * @param {() => PanelView[]} views
 * @param {(query: string) => void} changed another scene was written
 */
export function createAddress(scene, views, changed) {
  let timer = 0;
  /** @type {string | null} the scene in the address */
  let written = null;
  let surface = ""; // that it names

  /** Write now. @returns {string} the link to the scene */
  function write() {
    clearTimeout(timer);
    const { values, defaults } = scene();
    if (!values) return location.href;
    const query = toQuery(values, defaults);
    const moved = views().map(({ key, read }) => /** @type {[string, string]} */ ([key, read()]));
    const address = `?${mergeIntoSearch(location.search, query, values, moved)}`;
    // Back leads to the surface before; what a slider does adds nothing to the browser's history.
    if (surface && surface !== identityOf(values) && location.search !== address) history.pushState(null, "", address);
    else history.replaceState(history.state, "", address);
    surface = identityOf(values);
    if (query !== written) changed(query);
    written = query;
    return location.href;
  }
  return {
    write,
    /** Write once nothing has changed for a while. */
    settle() {
      clearTimeout(timer);
      timer = window.setTimeout(write, SETTLE);
    },
    /** The first scene is there: the address that it came from says the same. */
    opened() {
      const { values, defaults } = scene();
      if (!values || written !== null) return;
      written = toQuery(values, defaults);
      surface = identityOf(values);
    },
    /** The reader went to another address of the page: what is written next takes its place. */
    followed() {
      clearTimeout(timer);
      surface = "";
    },
    cancel: () => clearTimeout(timer),
  };
}
