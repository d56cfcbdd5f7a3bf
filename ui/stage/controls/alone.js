/** What is said while some entries are shown alone, and the way to compare them with others or to see all again. */

/** @import { Spotlight } from "../state/spotlight.js" */

import { choice, h } from "./dom.js";

/** @param {HTMLElement} box @param {Spotlight} spotlight */
export function createAlone(box, spotlight) {
  const who = h("b");
  const other = choice("compare with", [], (entry) => entry && spotlight.compare(entry));
  const all = h("button", { type: "button", onclick: spotlight.all }, "Show all");
  const el = h("div", { className: "alone over-sheet", hidden: true }, h("span", {}, "only ", who), other.el, all);
  box.append(el);

  return {
    /** @param {Map<string, string>} names of all entries that are on */
    show(names) {
      const { alone } = spotlight;
      el.hidden = !alone.length;
      if (el.hidden) return;
      who.textContent = alone.map((entry) => names.get(entry) ?? entry).join(", ");
      const others = [...names].filter(([entry]) => !alone.includes(entry));
      other.el.hidden = !others.length;
      other.select.replaceChildren(
        h("option", { value: "" }, "…"),
        ...others.map(([entry, name]) => h("option", { value: entry }, name)),
      );
    },
  };
}
