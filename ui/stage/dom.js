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

/** A choice, labelled if there is a label. @param {{id: string, name: string}[]} options @param {(id: string) => void} onPick */
export function choice(label, options, onPick) {
  const select = h("select", { onchange: () => onPick(select.value) });
  select.append(...options.map(({ id, name }) => h("option", { value: id }, name)));
  return { el: h("label", { className: "choice" }, ...(label ? [h("span", {}, label)] : []), select), select };
}
