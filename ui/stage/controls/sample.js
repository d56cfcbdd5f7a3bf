/** A sample of a run's line with its marker: what a legend shows. */

/** @import { Look } from "../types" */

import { markPoints } from "../paint/theme.js";
import { h } from "./dom.js";

/** An empty sample; its colour is the custom property --colour of an element round it. */
export const createSample = () => h("span", { className: "sample", "aria-hidden": "true" });

/** @param {HTMLElement} sample @param {Look} look */
export function showSample(sample, { mark, dash }) {
  const marker = `<polygon points="${markPoints(mark, 15, 7, 5.5)}"/>`;
  sample.innerHTML = `<svg viewBox="0 0 30 14"><line x1="1" y1="7" x2="29" y2="7" stroke-dasharray="${dash}"/>${marker}</svg>`;
}
