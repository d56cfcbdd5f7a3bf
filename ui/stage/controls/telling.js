/** What the pictures show, in words: for who cannot see them. It is said when the playhead stops, and not while it runs. */

/** @import { Picture } from "../types" */

import { lossOf, outcomeOf, ranksOf } from "../data/outcome.js";
import { formatMeasured } from "../state/format.js";
import { t } from "../state/words.js";
import { h, write } from "./dom.js";

const MOST = 8; // runs that are told one by one
const REST = 400; // ms in which nothing moves

/** @param {HTMLElement} root the stage @param {HTMLElement[]} boxes of the pictures that it describes */
export function createTelling(root, boxes) {
  const id = `told-${crypto.randomUUID?.() ?? Math.random()}`;
  const el = h("p", { className: "told", role: "status", id });
  root.append(el);
  for (const box of boxes) box.setAttribute("aria-describedby", id);
  let timer = 0;

  /** @param {Picture} picture @param {number} step */
  function tell({ runs, terrain, nameOf, steps }, step) {
    const ranks = ranksOf(runs, step);
    const said = [...runs]
      .sort(
        (a, b) => a.gap[step] - b.gap[step] || Number(Number.isNaN(a.gap[step])) - Number(Number.isNaN(b.gap[step])),
      )
      .slice(0, MOST)
      .map((run) => {
        const values = { name: nameOf(run), loss: formatMeasured(lossOf(run, step, terrain)), rank: ranks.get(run.id) };
        const outcome = outcomeOf(run, step, terrain);
        if (outcome) return t("{name}: {outcome}.", { ...values, outcome });
        return values.rank ? t("{name}: loss {loss}, place {rank}.", values) : t("{name}: loss {loss}.", values);
      });
    write(el, [t("Step {step} of {steps}.", { step, steps }), ...said].join(" "));
  }

  return {
    /** Once nothing has moved for a while. @param {Picture} picture @param {number} step */
    soon(picture, step) {
      clearTimeout(timer);
      timer = window.setTimeout(tell, REST, picture, step);
    },
    cancel: () => clearTimeout(timer),
  };
}
