/** Where the gradient comes from: values flow forward through the surface's computational graph, derivatives back. */

/** @import { GraphNode, PanelKind, Picture, Run } from "../types" */

import { choice, h, write } from "../controls/dom.js";
import { unknownIn } from "../data/autograd.js";
import { createTour } from "../data/tour.js";
import { createGraph } from "../paint/graph.js";
import { formatValue } from "../state/format.js";
import { printed } from "../state/numerals.js";
import { NoAnswer } from "../state/requests.js";
import { msg, t } from "../state/words.js";

/** @param {number} value */
const number = (value) =>
  Number.isFinite(value) ? printed(formatValue(value)).replace(/^-/, "−") : String(value).replace("Infinity", "∞");

/** @type {PanelKind} */
export const graph = {
  id: "graph",
  label: msg("Where the gradient comes from"),
  title: msg("the values and derivatives of the surface, operation by operation"),
  slot: "dialog",
  within: "program",
  applies: () => true,

  create(box, { json, query, at: playhead }) {
    /** @type {Picture | null} */
    let picture = null;
    /** @type {GraphNode[]} */
    let nodes = [];
    /** @type {ReturnType<typeof createTour> | null} */
    let tour = null;
    /** @type {ReturnType<typeof createGraph> | null} */
    let drawing = null;
    let asked = 0; // an answer to an earlier opening is not shown
    let at = 0; // the step of the tour

    const who = choice(t("run"), [], begin);
    const place = h("span", { className: "place" });
    const button = (/** @type {string} */ text, /** @type {() => number} */ to) =>
      h("button", { type: "button", onclick: () => go(to()) }, text);
    const all = () => tour?.length ?? 0;
    const start = button(t("Start"), () => 0);
    const back = button(t("Back"), () => at - 1);
    const next = button(t("Next"), () => at + 1);
    const values = button(t("All values"), () => tour?.values ?? 0);
    const whole = button(t("All at once"), all);
    const count = h("span", { className: "count" });
    const said = h("div", { className: "said", role: "status" });
    const view = h("div", { className: "graph-view", tabIndex: 0, role: "group", "aria-label": t("the graph") });
    const result = h("p", { className: "result" });
    const legend = h(
      "p",
      { className: "remark" },
      h("b", { className: "value" }, t("bold, above")),
      ` ${t("the value of a node")}; `,
      h("i", { className: "derivative" }, t("∂ below")),
      ` ${t("the derivative of f by it; on a line, the derivative of a node by what it is made of")}`,
    );
    const buttons = h("div", { className: "buttons" }, start, back, next, values, whole, count);
    box.append(h("div", { className: "picks" }, who.el, place, buttons), said, view, result, legend);
    box.addEventListener("keydown", ({ key, target }) => {
      const way = { ArrowRight: 1, ArrowLeft: -1 }[key];
      if (way && target instanceof Element && !target.closest("select, .graph-view")) go(at + way);
    });

    /** @param {string} text */
    function refuse(text) {
      tour = drawing = null;
      view.replaceChildren(h("p", {}, text));
      offer(false);
    }
    /** @param {boolean} any whether there is a graph */
    function offer(any) {
      for (const el of [who.el, place, buttons, said, result, legend]) el.hidden = !any;
    }

    /** The graph at the playhead's point of the chosen run. */
    function begin() {
      const run = picture?.runs.find(({ id }) => id === who.select.value);
      if (!picture || !run) return refuse(t("No optimizer is switched on."));
      const unknown = unknownIn(nodes);
      if (unknown)
        return refuse(t("f uses the operation {name}, whose derivative is not known here.", { name: unknown }));
      const step = Math.floor(playhead());
      const point = [...run.position.subarray(2 * step, 2 * step + 2)];
      tour = createTour(nodes, point, number);
      write(place, t("at step {step}: x = {x}, y = {y}", { step, x: number(point[0]), y: number(point[1]) }));
      if (!tour.texts.length) return refuse(t("f is the same everywhere: both derivatives are 0."));
      offer(true);
      drawing = createGraph(tour.texts, tour.parents);
      view.replaceChildren(drawing.el);
      go(Math.min(at, tour.length));
    }

    /** Go to a step of the tour. @param {number} to */
    function go(to) {
      if (!tour || !drawing) return;
      at = Math.max(0, Math.min(tour.length, to));
      const moment = tour.moment(at);
      drawing.show(moment);
      drawing.el.setAttribute("aria-label", `${t("Computational graph of f.")} ${moment.alternative.join("; ")}`);
      said.replaceChildren(...moment.words.map((line) => h("p", {}, line)));
      write(count, t("{n} of {all}", { n: at, all: tour.length }));
      // They keep the focus: a disabled button would lose it.
      for (const el of [start, back]) el.setAttribute("aria-disabled", String(at === 0));
      for (const el of [next, whole]) el.setAttribute("aria-disabled", String(at === tour.length));
      write(result, at === tour.length ? compared(tour.gradient) : "");
    }

    /** What the run computed here. @param {number[]} own x and y of the gradient */
    function compared(own) {
      const words = [t("∂f/∂x = {x}, ∂f/∂y = {y}.", { x: number(own[0]), y: number(own[1]) })];
      const step = Math.floor(playhead());
      const run = /** @type {Run} */ (picture?.runs.find(({ id }) => id === who.select.value));
      const theirs = run.gradient?.subarray(2 * step, 2 * step + 2);
      if (theirs) {
        const [x, y] = [...theirs].map(number);
        const noisy = Number(new URLSearchParams(query()).get("noise")) > 0;
        words.push(
          noisy
            ? t("The run saw ({x}, {y}): this gradient and the noise of its step.", { x, y })
            : t("The run itself computed ({x}, {y}).", { x, y }),
        );
      }
      return words.join(" ");
    }

    /** The window opens. @param {Picture} now */
    async function show(now) {
      picture = now;
      const [, , forward, , , , backward] = now.theme.palette;
      box.style.setProperty("--forward", forward);
      box.style.setProperty("--backward", backward);
      const own = ++asked;
      const before = who.select.value;
      const { runs, nameOf } = now;
      who.select.replaceChildren(
        ...runs.map((run) => h("option", { value: run.id, selected: run.id === (now.lit ?? before) }, nameOf(run))),
      );
      try {
        const answer = await json("graph", query());
        if (own !== asked) return;
        if (answer.error) return refuse(t(answer.error));
        if (JSON.stringify(nodes) !== JSON.stringify(answer.nodes)) at = 0;
        nodes = answer.nodes;
        begin();
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        if (own === asked) refuse(t("No answer from the server: close this window and open it again."));
      }
    }

    return { show, draw() {} };
  },
};
