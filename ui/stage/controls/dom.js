/** The few shorthands with which the controls are built. */

import { t } from "../state/words.js";

/**
 * An element with properties and children. Names with a dash, `role` and `for` become attributes; the others are
 * properties of the element.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, any>} [properties]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, properties = {}, ...children) {
  const el = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-") || name === "role" || name === "for") el.setAttribute(name, value);
    else Object.assign(el, { [name]: value });
  }
  el.append(...children);
  return el;
}

/**
 * A select, labelled if there is a label. Options of the same family stand together under its name; both are named in
 * English, as the catalogue has them, and shown in the reader's language.
 * @param {string} label
 * @param {{id: string, name: string, family?: string}[]} options
 * @param {(id: string) => void} onPick
 */
export function choice(label, options, onPick) {
  const select = h("select", { onchange: () => onPick(select.value) });
  const families = [...new Set(options.map(({ family }) => family))];
  for (const family of families) {
    const own = options
      .filter((option) => option.family === family)
      .map(({ id, name }) => h("option", { value: id }, t(name)));
    if (family && families.length > 1) select.append(h("optgroup", { label: t(family) }, ...own));
    else select.append(...own);
  }
  const el = h("label", { className: "choice" }, ...(label ? [h("span", {}, label)] : []), select);
  return { el, select };
}

/**
 * Show an option of a select, if another one is shown. Whenever a script sets the value of a select, Chromium's autofill
 * reads every form field of the page: 10 ms in each frame of a drag.
 * @param {HTMLSelectElement} select
 * @param {string} value
 */
export function choose(select, value) {
  if (select.value !== value) select.value = value;
}

/**
 * A button that shows what it did for a moment.
 * @param {string} text
 * @param {Record<string, any>} properties
 * @param {() => Promise<string | undefined>} work gives what is shown, or nothing
 */
export function confirming(text, properties, work) {
  const button = h("button", { type: "button", ...properties }, text);
  button.onclick = async () => {
    const done = await work();
    if (!done) return;
    button.textContent = done;
    setTimeout(() => (button.textContent = text), 1500);
  };
  return button;
}

/**
 * Put a text into the clipboard. Browsers allow it over https and on localhost alone.
 * @param {string} text
 * @param {() => void} byHand what helps the reader to copy it elsewhere
 * @returns {Promise<string | undefined>} what a button says then
 */
export async function copy(text, byHand) {
  if (!navigator.clipboard) return byHand() ?? undefined;
  try {
    await navigator.clipboard.writeText(text);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return byHand() ?? undefined; // a frame without the permission
  }
  return t("Copied");
}

/**
 * Throttled work: after a pause the first call runs at once, then at most one every `ms`; the last call always runs. What
 * was put off runs with a frame of the screen: by itself it would cost the page a frame of its own.
 * @param {() => void} work
 * @param {number} ms
 */
export function throttle(work, ms) {
  let last = Number.NEGATIVE_INFINITY;
  let timer = 0;
  let frame = 0;
  function cancel() {
    clearTimeout(timer);
    cancelAnimationFrame(frame);
    timer = frame = 0;
  }
  function now() {
    cancel();
    last = performance.now();
    work();
  }
  function soon() {
    const rest = last + ms - performance.now();
    if (rest <= 0) now();
    else if (!frame) timer ||= window.setTimeout(() => (frame = requestAnimationFrame(now)), rest);
  }
  return { soon, now, cancel };
}

/**
 * Change a text only if it differs: the browser lays the page out again for each change.
 * @param {Element} el
 * @param {string} text
 */
export function write(el, text) {
  if (el.textContent !== text) el.textContent = text;
}

/**
 * Show a field or its form as valid or not.
 * @param {Element} field
 * @param {boolean} invalid
 */
export function markInvalid(field, invalid) {
  if (invalid) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
}
