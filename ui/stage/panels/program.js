/** Code to take home: a run as a program of a well-known library, and its path as a table. */

/** @import { PanelKind, Picture } from "../types" */

import { choice, confirming, copy as copyText, h } from "../controls/dom.js";
import { NoAnswer, oneAtATime } from "../state/requests.js";
import { msg, t } from "../state/words.js";

/** @type {PanelKind} */
export const program = {
  id: "program",
  label: msg("Code"),
  title: msg("a run as a program for Keras, PyTorch or Optax"),
  slot: "dialog",
  applies: () => true,

  create(box, { catalogue, address, json, query }) {
    const who = choice(t("optimizer"), [], () => ask());
    const library = choice(t("library"), catalogue.libraries, () => ask());
    const grade = h("p", { className: "remark", role: "status" });
    const code = h("pre", { tabIndex: 0, "aria-label": t("the program") });
    const byHand = () => getSelection()?.selectAllChildren(code);
    const copy = confirming(t("Copy"), {}, () => copyText(code.textContent ?? "", byHand));
    const table = h("a", { download: "" }, t("Path as CSV"));
    box.append(h("div", { className: "picks" }, who.el, library.el, copy, table), grade, code);

    /** @param {{grade: string, code: string}} answer */
    function write(answer) {
      grade.textContent = answer.grade;
      code.textContent = answer.code;
      copy.disabled = !answer.code;
    }
    const ask = oneAtATime(async () => {
      const run = `${query()}&optimizer=${who.select.value}`;
      table.href = address("csv", run).href;
      table.download = `${who.select.value}.csv`;
      try {
        write(await json("code", `${run}&library=${library.select.value}`));
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        write({
          grade: t("No answer from the server: choose again to ask again. ({reason})", { reason: error.message }),
          code: "",
        });
      }
    });

    /** The dialog opens: offer the runs that are shown. @param {Picture} picture */
    function show({ runs, nameOf }) {
      const before = who.select.value;
      const options = runs.map((run) => h("option", { value: run.id, selected: run.id === before }, nameOf(run)));
      who.select.replaceChildren(...options);
      if (runs.length) return ask();
      write({ grade: t("No optimizer is switched on."), code: "" });
      table.removeAttribute("href");
    }

    return { show, draw() {} };
  },
};
