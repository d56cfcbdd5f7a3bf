/** The few shorthands with which the controls are built. */

/**
 * An element with properties and children; `data-`, `aria-` and other dashed names become attributes.
 * @param {string} tag @param {object} [properties] @param {...(Node|string)} children
 */
export function h(tag, properties = {}, ...children) {
  const el = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-") || name === "role" || name === "for") el.setAttribute(name, value);
    else if (name === "style") el.style.cssText = value;
    else el[name] = value;
  }
  el.append(...children);
  return el;
}

/** How much further away a turn of the wheel moves: 1 for none. @param {WheelEvent} event */
export function wheeled({ deltaMode, deltaY }) {
  const far = deltaMode ? deltaY * 30 : deltaY; // lines or pixels
  return Math.exp(Math.max(-0.5, Math.min(0.5, far / 400)));
}

/**
 * A choice, labelled if there is a label. @param {(id: string) => void} onPick
 * @param {{id: string, name: string, family?: string}[]} options those of a family stand together under its name
 */
export function choice(label, options, onPick) {
  const select = h("select", { onchange: () => onPick(select.value) });
  const families = [...new Set(options.map(({ family }) => family))];
  for (const family of families) {
    const own = options.filter((option) => option.family === family).map(({ id, name }) => h("option", { value: id }, name));
    select.append(...(family && families.length > 1 ? [h("optgroup", { label: family }, ...own)] : own));
  }
  return { el: h("label", { className: "choice" }, ...(label ? [h("span", {}, label)] : []), select), select };
}

const STRAY = 5; // pixels that a finger moves before it is seen where to

/** Whether a finger that came down at [x, y] moves sideways: upright it scrolls the page. @returns {boolean} */
export const sideways = ([x, y], { clientX, clientY }) => Math.abs(clientX - x) >= Math.max(STRAY, Math.abs(clientY - y));

/**
 * Work that is done at once after a rest, and otherwise no more often than every `ms`; the last of it is always done.
 * @param {() => void} work @param {number} ms @returns {{soon: () => void, now: () => void}}
 */
export function seldom(work, ms) {
  let last = -Infinity;
  let timer = 0;
  function now() {
    clearTimeout(timer);
    timer = 0;
    last = performance.now();
    work();
  }
  function soon() {
    const rest = last + ms - performance.now();
    if (rest <= 0) now();
    else timer ||= setTimeout(now, rest);
  }
  return { soon, now };
}

/** Change a text only if it differs: the page is laid out afresh for each change. */
export function write(el, text) {
  if (el.textContent !== text) el.textContent = text;
}
