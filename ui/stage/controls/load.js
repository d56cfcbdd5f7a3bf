/** What the page fetches once: the style sheet, and plotly.js when something that is Plotly's is opened. */

import { NoAnswer } from "../state/requests.js";
import { t } from "../state/words.js";
import { h } from "./dom.js";

/** @type {Map<string, Promise<void>>} */
const loads = new Map();

/**
 * Put an element into the page's head, once, and wait until it has loaded. One that failed is asked for again.
 * @param {string} address
 * @param {() => HTMLLinkElement | HTMLScriptElement} create
 */
function load(address, create) {
  const started = loads.get(address);
  if (started) return started;
  const loading = new Promise((/** @type {(value: void) => void} */ resolve, reject) => {
    const el = create();
    el.onload = () => resolve();
    el.onerror = () => {
      loads.delete(address);
      el.remove();
      reject(new NoAnswer(t("{address} did not arrive", { address })));
    };
    document.head.append(el);
  });
  loads.set(address, loading);
  return loading;
}

/**
 * The style sheet, which the server makes of the files in styles/: nothing is measured before it is there. The page's
 * head names it; here it comes only if that failed.
 * @param {string} href
 */
export async function loadStyles(href) {
  const there = [...document.styleSheets].some((sheet) => sheet.href === href);
  if (!there) await load(href, () => h("link", { rel: "stylesheet", href }));
}

/**
 * plotly.js as a global, from our own server.
 * @param {string} address relative to the page
 * @returns {Promise<any>}
 */
export async function loadPlotly(address) {
  const src = new URL(address, document.baseURI).href;
  await load(src, () => h("script", { src }));
  return Reflect.get(window, "Plotly");
}
