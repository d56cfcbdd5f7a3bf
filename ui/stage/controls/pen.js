/** What a lecturer points with on a projector: a dot that follows the mouse, and a pen. What they leave fades by itself. */

import { t } from "../state/words.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";

/** @typedef {"pointer" | "pen"} Tool */

const SVG = "http://www.w3.org/2000/svg";
const STAYS = { pointer: 2500, pen: 7000 }; // ms until the dot has faded that rests, and a stroke that is done
/** @type {Keyframe[]} */
const FADE = [{ opacity: 1 }, { opacity: 1, offset: 0.7 }, { opacity: 0 }];

/** @param {HTMLElement} root the stage */
export function createPen(root) {
  const sheet = document.createElementNS(SVG, "svg");
  sheet.classList.add("ink");
  const dot = document.createElementNS(SVG, "circle");
  sheet.append(dot);
  root.append(sheet);
  let fading = dot.animate(FADE, { duration: 0, fill: "forwards" });
  /** @type {SVGPolylineElement | null} the stroke that is being drawn */
  let stroke = null;
  /** @type {Tool | null} */
  let tool = null;

  /** @param {Tool} own @param {string} title */
  function button(own, title) {
    const el = h("button", { type: "button", className: "tool", title, "aria-label": title, innerHTML: icon(own) });
    el.onclick = () => pick(own);
    return el;
  }
  const buttons = {
    pointer: button("pointer", t("pointer: a dot that follows the mouse (L)")),
    pen: button("pen", t("pen: draw over the picture; strokes fade (N)")),
  };
  /** Take a tool, or put it away if it is in the hand. @param {Tool | null} next */
  function pick(next) {
    tool = next === tool ? null : next;
    root.dataset.tool = tool ?? "";
    for (const [own, el] of Object.entries(buttons)) el.setAttribute("aria-pressed", String(own === tool));
    fading.finish();
  }
  pick(null);

  /** @param {PointerEvent} event */
  function placeOf({ clientX, clientY }) {
    const { left, top } = sheet.getBoundingClientRect();
    return [clientX - left, clientY - top].map(Math.round);
  }
  function point(/** @type {PointerEvent} */ event) {
    if (tool !== "pointer") return;
    const [x, y] = placeOf(event);
    dot.style.transform = `translate(${x}px, ${y}px)`;
    fading.cancel();
    fading = dot.animate(FADE, { duration: STAYS.pointer, fill: "forwards" });
  }
  root.addEventListener("pointermove", point);

  sheet.onpointerdown = (event) => {
    event.preventDefault(); // no text is selected
    sheet.setPointerCapture(event.pointerId);
    stroke = document.createElementNS(SVG, "polyline");
    stroke.setAttribute("points", placeOf(event).join());
    sheet.append(stroke);
  };
  sheet.onpointermove = (event) => {
    if (stroke) stroke.setAttribute("points", `${stroke.getAttribute("points")} ${placeOf(event).join()}`);
  };
  sheet.onpointerup = sheet.onpointercancel = () => {
    const done = stroke;
    stroke = null;
    if (!done) return;
    done.animate(FADE, { duration: STAYS.pen, fill: "forwards" }).onfinish = () => done.remove();
  };

  return { buttons: Object.values(buttons), pick };
}
