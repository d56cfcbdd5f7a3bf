/** The inside of a step: an optimizer's equations at the playhead, as symbols and with this step's numbers. */

/** @import { Inside } from "../data/inside.js" */
/** @import { PanelKind, Picture } from "../types" */

import { choice, choose, h, write } from "../controls/dom.js";
import { insideOf, printedIn } from "../data/inside.js";
import { NoAnswer } from "../state/requests.js";
import { msg, t } from "../state/words.js";

const MATHML = "http://www.w3.org/1998/Math/MathML";
const TIMES = "\u2062"; // between symbols it is not seen; between numbers it must be
const WHOLE = ["t", "I"]; // names whose numbers are whole
const LOST = 1e-6; // relative: where the equations miss the run by more, its digits are rounding

const LEGEND = msg(
  "Point at a symbol: it lights up on the surface. What is added to w is drawn to scale, a gradient or a mean of gradients as a direction, sizes for each coordinate as the areas of two squares.",
);

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
  math.setAttribute("displaystyle", "true"); // fractions in full size
  math.innerHTML = mathml;
  for (const words of math.querySelectorAll("mtext")) {
    const english = words.textContent ?? "";
    words.textContent = t(english);
  }
  return math;
}

/** The value of a name at a step. @param {Inside} inside @param {string} name @param {number} k */
function valueAt(inside, name, k) {
  const exact = inside.names[name].kind === "hyper" || WHOLE.includes(name);
  return written(inside.valueOf(name, k).map((value) => printedIn(value, exact)));
}

/** A name and its value at a step. @param {Inside} inside @param {string} name @param {number} k */
export function equationAt(inside, name, k) {
  const math = equationOf(inside.names[name].mathml);
  math.append(m("mo", "="), valueAt(inside, name, k));
  return math;
}

/** @type {PanelKind} */
export const step = {
  id: "step",
  label: msg("Step"),
  slot: "rail",
  applies: () => true,

  create(box, { catalogue, arrays, query, viewChanged, recompose, pointAtTerm }) {
    /** @type {Picture | null} */
    let picture = null;
    let chosen = ""; // the entry that is looked at; "" for the first one
    let of = ""; // the entry that is shown
    let asked = ""; // the question whose answer is shown or on its way
    /** @type {Inside | null} */
    let inside = null;
    let shown = -1; // the step whose numbers stand there
    /** @type {(step: number) => void} */
    let fill = () => {};
    const who = choice(t("of"), [], (entry) => {
      chosen = entry;
      viewChanged();
      draw(at);
    });
    let at = 0;
    const title = h("h3");
    const note = h("p", { className: "remark", role: "status" });
    const body = h("div", { className: "equations" });
    box.append(h("div", { className: "head" }, title, who.el), note, body);
    const questionOf = (/** @type {string} */ entry) => `${query()}&optimizer=${entry}`;

    // A symbol that is pointed at, or tapped, is lit on the surface; a finger that taps elsewhere puts it out.
    const point = (/** @type {Event} */ { target }) => {
      const el = target instanceof Element ? target.closest("[data-drawn]") : null;
      pointAtTerm(el?.getAttribute("data-name") ?? null);
    };
    box.addEventListener("pointerover", point);
    box.addEventListener("pointerleave", (event) => event.pointerType !== "touch" && pointAtTerm(null));

    /** What the symbols stand for that no equation explains. @param {Inside} now @returns {[name: string, what: string][]} */
    function meanings({ optimizer, names }) {
      const hypers = catalogue.optimizers.find(({ id }) => id === optimizer)?.sliders ?? [];
      /** @type {[string, string][]} */
      const all = [
        ["w", t("the weights: the point on the surface")],
        ["g", t("the gradient there")],
        ...hypers.map(({ id, name }) => /** @type {[string, string]} */ ([id, t(name)])),
      ];
      return all.filter(([id]) => names[id]);
    }

    /** The equations once as symbols and once with numbers, and what fills these in. @param {Inside} now */
    function build(now) {
      /** @type {((step: number) => void)[]} */
      const fills = [];
      const place = (/** @type {Element} */ el, /** @type {string} */ name) => {
        fills.push((k) => el.replaceChildren(valueAt(now, name, k)));
      };
      const lines = now.equations.map(({ name, mathml, measured }) => {
        const [symbols, numbers, result] = [equationOf(mathml), equationOf(mathml), m("mrow")];
        const [, ...right] = numbers.querySelectorAll("[data-name]"); // the first one is on the left
        for (const el of right) place(el, el.getAttribute("data-name") ?? "");
        for (const sign of numbers.querySelectorAll("mo")) if (sign.textContent === TIMES) sign.textContent = "·";
        place(result, name);
        const value = m("math", m("mrow", m("mo", "="), result));
        const remark = h("p", { className: "remark" }, measured ? t(now.measured[measured]) : "");
        return h("div", { className: "equation" }, symbols, ...(measured ? [remark] : [numbers]), value);
      });
      for (const el of lines.flatMap((line) => [...line.querySelectorAll("[data-name]")])) {
        const { drawn } = now.names[el.getAttribute("data-name") ?? ""];
        if (drawn) el.setAttribute("data-drawn", drawn);
      }
      const source = h("details", {}, h("summary", {}, t("The code that ran")), h("pre", {}, now.source));
      const terms = h("p", { className: "remark terms" });
      for (const [id, what] of meanings(now)) terms.append(equationOf(now.names[id].mathml), ` ${what} `);
      const drawn = Object.values(now.names).some((name) => name.drawn);
      body.replaceChildren(...lines, terms, ...(drawn ? [h("p", { className: "remark" }, t(LEGEND))] : []), source);
      fill = (k) => {
        for (const one of fills) one(k);
      };
    }

    /** @param {string} question */
    async function ask(question) {
      asked = question;
      try {
        const answer = insideOf(await arrays("inside", question));
        if (asked !== question) return; // another one is on its way
        inside = answer;
        shown = -1;
        build(answer);
        draw(at);
        recompose();
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        if (asked === question)
          write(note, t("No answer from the server: the equations will come with the next change."));
      }
    }

    /** Offer the entries of a picture. @param {Picture} picture @param {string} entry */
    function offer({ runs, nameOf }, entry) {
      const { options } = who.select;
      if (options.length !== runs.length || runs.some((run, k) => options[k].text !== nameOf(run))) {
        who.select.replaceChildren(...runs.map((run) => h("option", { value: run.id }, nameOf(run))));
      }
      choose(who.select, entry);
    }

    /** @param {number} t0 */
    function draw(t0) {
      at = t0;
      if (!picture || box.hidden) return;
      const { runs, held } = picture;
      const entry = (runs.find(({ id }) => id === chosen) ?? runs[0])?.id;
      offer(picture, entry ?? "");
      if (!entry) return body.replaceChildren();
      if (held) return write(note, t("The numbers come when the hand lets go."));
      const question = questionOf(entry);
      if (asked !== question) {
        inside = null;
        of = entry;
        ask(question);
      }
      if (!inside) return;
      const run = /** @type {{id: string}} */ (runs.find(({ id }) => id === entry));
      body.style.setProperty("--own", picture.lookOf(run).color);
      const k = Math.min(Math.floor(t0), inside.steps - 1);
      if (k === shown) return;
      shown = k;
      write(title, t("From step {from} to {to}", { from: k, to: k + 1 }));
      fill(k);
      const lost = inside.deviation(k) > LOST;
      write(note, lost ? t("This step can hardly be computed by hand: rounding decides its digits.") : "");
    }

    return {
      show(next) {
        picture = next;
        for (const el of body.querySelectorAll("[data-name]"))
          el.classList.toggle("lit", el.getAttribute("data-name") === next.term);
      },
      draw,
      inside() {
        const known = inside?.steps && !picture?.held && asked === questionOf(of); // a rule may have no equations
        return known && inside ? { entry: of, inside } : null;
      },
      view: {
        key: "inside",
        read: () => chosen,
        write(words) {
          chosen = words;
        },
      },
    };
  },
};
