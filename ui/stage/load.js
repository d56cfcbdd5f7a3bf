/** What the page fetches once: the style sheet and plotly.js. */

import { h } from "./dom.js";

const arrivals = new Map(); // address -> promise

/** Put an element with an address into the page's head, once, and wait until it has loaded; a failed one is asked for again. */
function arrived(tag, properties) {
  const address = properties.src ?? properties.href;
  if (!arrivals.has(address)) {
    const loading = new Promise((resolve, reject) => {
      const el = h(tag, { ...properties, onload: resolve });
      el.onerror = () => {
        arrivals.delete(address);
        el.remove();
        reject(new Error(`${address} did not arrive`));
      };
      document.head.append(el);
    });
    arrivals.set(address, loading);
  }
  return arrivals.get(address);
}

/** The style sheet beside this module: nothing is measured before it is there. */
export const styled = () => arrived("link", { rel: "stylesheet", href: new URL("stage.css", import.meta.url).href });

/** plotly.js as a global, from our own server. @returns {Promise<object>} */
export const loadPlotly = (address) => arrived("script", { src: new URL(address, document.baseURI).href }).then(() => window.Plotly);
