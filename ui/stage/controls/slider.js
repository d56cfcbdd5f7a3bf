/** One number under the hand: a slider, a field to type into, and the way back to the default. */

import { h, seldom } from "./dom.js";
import { parse, show, toPlace, toValue } from "./scene.js";

const READABLE = 50; // ms that a number stays while its slider moves: to lay it out anew costs a fifth of the frame
let count = 0;

/**
 * @param {object} hyper as in the catalogue
 * @param {{change: (key: string, value: number, done: boolean, place?: number) => void, grab: (key: string) => void}} act
 *   change is called while it moves, and with done at its end; grab when a hand or the keyboard takes hold of it
 * @param {string} owner whose number it is, for those who cannot see where it stands
 */
export function createSlider(hyper, { change, grab }, owner = "") {
  const id = `slider-${++count}`;
  const name = [owner, hyper.name].filter(Boolean).join(" ");
  const stops = hyper.whole ? hyper.high - hyper.low : 200;
  let value = hyper.default;
  let standard = hyper.default;

  const range = h("input", { type: "range", id, min: 0, max: stops, step: 1, "aria-label": name });
  const field = h("input", { type: "text", className: "number", inputMode: "decimal", "aria-label": `${name}, number`, autocomplete: "off" });
  const reset = h("button", { type: "button", className: "reset", title: "back to the default", "aria-label": `${name}: back to the default` }, "↺");
  const complaint = h("div", { className: "complaint", role: "alert" });
  const el = h("div", { className: "slider", "data-key": hyper.key }, h("label", { for: id }, hyper.name), range, field, reset, complaint);

  function paint(ownHand = false) {
    const place = toPlace(hyper, value);
    if (!ownHand) range.value = Math.round(place * stops); // a thumb under the hand stays where the hand has it
    range.style.setProperty("--place", place);
    reset.style.visibility = value === standard ? "hidden" : "visible";
  }
  const { soon: writeSoon, now: write } = seldom(() => {
    field.value = show(value);
    range.setAttribute("aria-valuetext", field.value);
    if (!complaint.textContent) return;
    complaint.textContent = "";
    field.removeAttribute("aria-invalid");
  }, READABLE);
  function move(next, done, ownHand = false) {
    value = next;
    paint(ownHand);
    if (ownHand) writeSoon();
    else write();
    change(hyper.key, value, done, ownHand ? range.value / stops : undefined);
  }

  let before = value; // the hand came
  let moved = false; // and has not let go
  const restore = () => {
    if (moved) move(before, true);
    moved = false;
  };
  range.onpointerdown = () => {
    before = value;
    const stop = range.value;
    // Where a drag ends at the stop where it began a browser tells of no change.
    addEventListener("pointerup", () => range.value === stop && restore(), { once: true, capture: true });
    grab(hyper.key);
  };
  range.onpointercancel = restore; // the finger scrolls the page: it meant no slider
  range.onfocus = () => range.matches(":focus-visible") && grab(hyper.key);
  range.oninput = () => {
    moved = true;
    move(toValue(hyper, range.value / stops), false, true);
  };
  range.onchange = () => {
    moved = false;
    write();
    change(hyper.key, value, true, range.value / stops);
  };
  range.ondblclick = reset.onclick = () => move(standard, true);
  const typed = () => {
    if (field.value === show(value)) return write();
    const { value: next, error } = parse(hyper, field.value);
    if (error) {
      complaint.textContent = `${error}, please`; // what was typed stays
      field.setAttribute("aria-invalid", "true");
    } else move(next, true);
  };
  field.onchange = typed;
  field.onfocus = () => field.select();
  field.onkeydown = (event) => {
    if (event.key === "Enter") typed();
    if (event.key === "Escape") write();
  };

  return {
    el,
    /** Show a value that came from elsewhere. */
    set(next, usual) {
      standard = usual;
      if (next === value && field.value) return paint(document.activeElement === range);
      value = next;
      paint();
      write();
    },
  };
}
