/** The inside of a step: an optimizer's equations at the playhead, as symbols and with this step's numbers. */

/** @import { Inside } from "../data/inside.js" */
/** @import { PanelKind, Picture } from "../types" */

import { choice, choose, h, write } from "../controls/dom.js";
import { insideOf, printedIn } from "../data/inside.js";
import { NoAnswer } from "../state/requests.js";
import { msg, t } from "../state/words.js";

const MATHML = "http://www.w3.org/1998/Math/MathML";
const LOST = 1e-6; // relative: where the equations miss the run by more, its digits are rounding

/** @param {string} tag @param {...(Node | string)} children */
function m(tag, ...children) {
  const el = document.createElementNS(MATHML, tag);
  el.append(...children);
  return el;
}

/** Numbers as MathML: one alone, a vector in a row, a matrix in rows. @param {string[]} numbers */
function written(numbers) {
  const cells = numbers.map((number) => m("mn", number));
  if (cells.length === 1)
    return numbers[0].startsWith("−") ? m("mrow", m("mo", "("), cells[0], m("mo", ")")) : cells[0];
  if (cells.length === 2) return m("mrow", m("mo", "("), cells[0], m("mo", ";"), cells[1], m("mo", ")"));
  const rows = [cells.slice(0, 2), cells.slice(2)].map((row) => m("mtr", ...row.map((cell) => m("mtd", cell))));
  return m("mrow", m("mo", "("), m("mtable", ...rows), m("mo", ")"));
}

/** An equation of the server's as an element. @param {string} mathml */
function equationOf(mathml) {
  const math = m("math");
  math.innerHTML = mathml;
  return math;
}

/** @type {PanelKind} */
export const step = {
  id: "step",
  label: msg("Step"),
  slot: "rail",
  applies: () => true,

  create(box, { arrays, query }) {
    /** @type {Picture | null} */
    let picture = null;
    let entry = "";
    let asked = ""; // the question whose answer is shown or on its way
    /** @type {Inside | null} */
    let inside = null;
    let shown = -1; // the step whose numbers stand there
    /** @type {(step: number) => void} */
    let fill = () => {};
    const who = choice(t("of"), [], (chosen) => {
      entry = chosen;
      draw(at);
    });
    let at = 0;
    const title = h("h3");
    const note = h("p", { className: "remark", role: "status" });
    const body = h("div", { className: "equations" });
    box.append(h("div", { className: "head" }, title, who.el), note, body);

    /** The equations once as symbols and once with numbers, and what fills these in. @param {Inside} now */
    function build(now) {
      /** @type {((step: number) => void)[]} */
      const fills = [];
      const place = (/** @type {Element} */ el, /** @type {string} */ name) => {
        const chosen = now.names[name].kind === "hyper";
        fills.push((k) => el.replaceChildren(written(now.valueOf(name, k).map((value) => printedIn(value, chosen)))));
      };
      const lines = now.equations.map(({ name, mathml, measured }) => {
        const symbols = equationOf(mathml);
        const numbers = equationOf(mathml);
        const [, ...right] = numbers.querySelectorAll("[data-name]"); // the first one is on the left
        for (const el of right) place(el, el.getAttribute("data-name") ?? "");
        for (const times of numbers.querySelectorAll("mo")) if (times.textContent === "\u2062") times.textContent = "·";
        const result = m("mrow");
        place(result, name);
        numbers.append(m("mo", "="), result);
        const remark = measured ? [h("p", { className: "remark" }, t(now.measured[measured]))] : [];
        return h(
          "div",
          { className: "equation" },
          symbols,
          ...(measured ? [valueLine(name, mathml, result)] : [numbers]),
          ...remark,
        );
      });
      const source = h("details", {}, h("summary", {}, t("The code that ran")), h("pre", {}, now.source));
      body.replaceChildren(...lines, source);
      fill = (k) => {
        for (const one of fills) one(k);
      };
    }
    /** What is measured has a value, and no numbers on its right side. @param {string} name @param {string} mathml @param {Element} result */
    function valueLine(name, mathml, result) {
      const left = equationOf(mathml).querySelector(`[data-name="${name}"]`) ?? m("mi", name);
      return m("math", m("mrow", left, m("mo", "="), result));
    }

    async function ask() {
      const question = `${query()}&optimizer=${entry}`;
      if (question === asked) return;
      asked = question;
      try {
        const answer = insideOf(await arrays("inside", question));
        if (asked !== question) return; // another one is on its way
        inside = answer;
        build(answer);
        shown = -1;
        draw(at);
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        if (asked === question) asked = "";
        write(note, t("No answer from the server: the equations will come with the next change."));
      }
    }

    /** @param {number} now */
    function draw(now) {
      at = now;
      if (!picture || box.hidden) return;
      const entries = picture.runs.map(({ id }) => id);
      if (!entries.includes(entry)) entry = picture.lit ?? entries[0] ?? "";
      const names = picture.runs.map((run) => ({ id: run.id, name: picture?.nameOf(run) ?? run.id }));
      if (
        who.select.options.length !== names.length ||
        names.some(({ id, name }, k) => who.select.options[k].value !== id || who.select.options[k].text !== name)
      )
        who.select.replaceChildren(...names.map(({ id, name }) => h("option", { value: id }, name)));
      choose(who.select, entry);
      if (!entry) return body.replaceChildren();
      if (picture.held) return write(note, t("The numbers come when the hand lets go."));
      ask();
      if (!inside || asked !== `${query()}&optimizer=${entry}`) return;
      const k = Math.min(Math.floor(now), inside.steps - 1);
      write(title, t("Step {step}", { step: k + 1 }));
      if (k === shown || k < 0) return;
      shown = k;
      fill(k);
      const lost = inside.deviation(k) > LOST;
      write(note, lost ? t("This step can hardly be computed by hand: rounding decides its digits.") : "");
    }

    return {
      show(next) {
        picture = next;
      },
      draw,
    };
  },
};
