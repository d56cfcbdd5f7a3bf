/** What is said while some entries are shown alone, and the way to compare them with others or to see all again. */

/** @import { OptimizerEntry } from "../types" */
/** @import { Spotlight } from "../state/spotlight.js" */

import { optimizerOf } from "../state/entries.js";
import { t } from "../state/words.js";
import { choice, h } from "./dom.js";

/** @param {HTMLElement} box @param {Spotlight} spotlight @param {OptimizerEntry[]} optimizers */
export function createAlone(box, spotlight, optimizers) {
  const about = h("p", { className: "about" });
  const who = h("b");
  const other = choice(t("compare with"), [], (entry) => entry && spotlight.compare(entry));
  const all = h("button", { type: "button", onclick: spotlight.all }, t("Show all"));
  const el = h(
    "div",
    { className: "alone over-sheet", hidden: true },
    h("span", {}, t("only"), " ", who),
    other.el,
    all,
    about,
  );
  box.append(el);

  return {
    /** @param {Map<string, string>} names of all entries that are on */
    show(names) {
      const { alone } = spotlight;
      el.hidden = !alone.length;
      if (el.hidden) return;
      who.textContent = alone.map((entry) => names.get(entry) ?? entry).join(", ");
      const one = alone.length === 1 && optimizers.find(({ id }) => id === optimizerOf(alone[0]));
      about.textContent = one ? t(one.about) : "";
      const others = [...names].filter(([entry]) => !alone.includes(entry));
      other.el.hidden = !others.length;
      other.select.replaceChildren(
        h("option", { value: "" }, "…"),
        ...others.map(([entry, name]) => h("option", { value: entry }, name)),
      );
    },
  };
}
