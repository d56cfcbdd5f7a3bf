/** A formula of the reader's own and the part of the plane that it is seen over. What was typed stays until it is good. */

/** @import { Values } from "../types" */

import { withPoints } from "../state/hyper.js";
import { t } from "../state/words.js";
import { h, markInvalid } from "./dom.js";

/**
 * @param {(surface: Values) => void} open
 * @param {(formula: string, domain: string) => Promise<{mathml?: string, error?: string, field?: string}>} check
 */
export function createFormula(open, check) {
  const text = h("input", {
    type: "text",
    className: "formula",
    "aria-label": t("formula f(x, y)"),
    title: t("in x and y; any other letter but e, f and z becomes a slider"),
    autocomplete: "off",
    spellcheck: false,
  });
  const domain = h("input", {
    type: "text",
    className: "number",
    "aria-label": t("domain: x low, x high, y low, y high"),
    title: t("x low, x high, y low, y high"),
    autocomplete: "off",
  });
  const complaint = h("span", { className: "complaint", role: "alert" });
  // A long formula scrolls: it can be focused for that.
  const read = h("output", {
    className: "read",
    "aria-label": t("the formula as it was read"),
    tabIndex: 0,
    hidden: true,
  });
  const el = h(
    "form",
    { className: "own", noValidate: true, hidden: true },
    h("span", {}, "f(x, y) ="),
    text,
    h("span", {}, t("on")),
    domain,
    h("button", { type: "submit" }, t("Draw")),
    complaint,
  );
  /** @param {HTMLElement | null} wrong */
  const blame = (wrong) => {
    for (const field of [text, domain]) markInvalid(field, field === wrong);
  };
  let shown = "";
  let sent = ""; // the formula that was last submitted
  let submitted = 0; // how often: an answer to an earlier one is not taken

  el.onsubmit = async (event) => {
    event.preventDefault();
    const own = ++submitted;
    const [formula, words] = [text.value, withPoints(domain.value)];
    sent = formula;
    const { error, field } = await check(formula, words);
    if (own !== submitted) return;
    complaint.textContent = error ?? "";
    blame(error === undefined ? null : field === "domain" ? domain : text);
    if (error) return;
    open({ surface: "formula", "surface.f": formula, "surface.domain": words.split(",").map(Number) });
  };

  return {
    el,
    read,
    /** @param {Values} values */
    show(values) {
      const own = values["surface.f"];
      el.hidden = read.hidden = own === undefined;
      const now = JSON.stringify([own, values["surface.domain"]]);
      if (el.hidden || now === shown) return;
      shown = now;
      const words = values["surface.domain"].join(", ");
      if (own !== sent) text.value = own; // else the reader may have typed on meanwhile
      sent = "";
      domain.value = words;
      read.replaceChildren();
      check(own, words).then(({ mathml }) => {
        // The server wrote the MathML: it holds no text of the reader's.
        if (now === shown && mathml) read.innerHTML = `<math><mi>f</mi><mo>=</mo>${mathml}</math>`;
      });
      complaint.textContent = "";
      blame(null);
    },
  };
}
