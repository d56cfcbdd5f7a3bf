/** Eager or as a graph: the same run in four ways on this very server, with the time that each takes. */

/** @import { PanelKind, Picture } from "../types" */

import { choice, h, write } from "../controls/dom.js";
import { formatValue } from "../state/format.js";
import { printed } from "../state/numerals.js";
import { NoAnswer } from "../state/requests.js";
import { msg, spoken, t, tn } from "../state/words.js";

/** The ways of engine/ways.py, and what happens in each. */
const WAYS = [
  [
    "numpy",
    msg("NumPy, loop in Python"),
    msg("Python calls NumPy for every operation, forward and back through the graph."),
  ],
  [
    "eager",
    msg("JAX, eager"),
    msg("Python derives the gradient anew at each step and starts every operation by itself."),
  ],
  ["step", msg("JAX, step compiled"), msg("One program computes a step. Python starts it again and again.")],
  ["loop", msg("JAX, loop compiled"), msg("One program computes all steps: this page runs so.")],
];
const [FASTEST, SLOWEST] = [-8, 0]; // powers of ten: seconds a step, the ends of the axis
const SAME = 1e-9; // so close two points are the same but for rounding
const UNITS = [
  { size: 1, name: msg("{n} s") },
  { size: 1e-3, name: msg("{n} ms") },
  { size: 1e-6, name: msg("{n} µs") },
  { size: 1e-9, name: msg("{n} ns") },
];

/** Two digits of a number. @param {number} value */
const short = (value) => printed(formatValue(Number(value.toPrecision(2))));

/** Two digits of a factor, in full. @param {number} value */
const factor = (value) => Number(value.toPrecision(2)).toLocaleString(spoken());

/** @param {number} seconds */
function timeOf(seconds) {
  const { size, name } = UNITS.find((unit) => seconds >= unit.size) ?? UNITS[UNITS.length - 1];
  return t(name, { n: short(seconds / size) });
}

/** @typedef {{steps: number, each: number, compiling: number, apart: number | null, reason: string, few: number, plain: boolean}} Way */

/** @type {PanelKind} */
export const ways = {
  id: "ways",
  label: msg("Eager or as a graph"),
  title: msg("the same run in four ways on this server, and how long each takes"),
  slot: "dialog",
  within: "program",
  applies: () => true,

  create(box, { json, query }) {
    const who = choice(t("run"), [], clear);
    const button = h("button", { type: "button", onclick: measure }, t("Run it in four ways"));
    const remark = h("p", { className: "remark", role: "status" });
    const scale = h("div", { className: "scale", "aria-hidden": "true" });
    for (let power = FASTEST; power <= SLOWEST; power += 2) scale.append(h("span", {}, timeOf(10 ** power)));
    const heads = [
      [t("way")],
      [t("time of a step, on a logarithmic axis"), scale],
      [t("faster than the slowest")],
      [t("compiled in")],
      [t("ends at")],
    ];
    const rows = WAYS.map(([id, name, what]) => {
      const bar = h("div", { className: "time" });
      const [time, faster, compiled, end] = heads.slice(1).map(([words]) => h("td", { "data-head": `${words}: ` }));
      time.append(h("div", { className: "track" }, bar), h("span"));
      const head = h("th", { scope: "row" }, h("b", {}, t(name)), h("span", {}, t(what)));
      return {
        id,
        bar,
        words: /** @type {HTMLElement} */ (time.lastChild),
        faster,
        compiled,
        end,
        el: h("tr", {}, head, time, faster, compiled, end),
      };
    });
    const table = h(
      "table",
      {},
      h("caption", {}, t("One run in four ways")),
      h("thead", {}, h("tr", {}, ...heads.map((head) => h("th", { scope: "col" }, ...head)))),
      h("tbody", {}, ...rows.map(({ el }) => el)),
    );
    box.append(h("div", { className: "picks" }, who.el, button), table, remark);
    let asked = 0; // answers to an earlier press are not shown

    /** Nothing is measured. */
    function clear() {
      asked++;
      button.disabled = !who.select.value;
      write(remark, who.select.value ? "" : t("No optimizer is switched on."));
      for (const { bar, words, faster, compiled, end } of rows) {
        bar.style.width = "0";
        for (const el of [words, faster, compiled, end]) write(el, "");
      }
    }

    /** One way after the other: the server would slow them down itself if it ran two at a time. */
    async function measure() {
      clear();
      const own = asked;
      button.disabled = true;
      const scene = `${query()}&optimizer=${who.select.value}`;
      /** @type {Map<string, Way>} */
      const found = new Map();
      for (const { id, words } of rows) {
        write(words, t("running …"));
        try {
          const way = await json("ways", `${scene}&way=${id}`);
          if (own !== asked) return;
          found.set(id, way);
        } catch (error) {
          if (!(error instanceof NoAnswer)) throw error;
          if (own !== asked) return;
          write(words, t("No answer: others may be measuring. Try again in a moment."));
          break;
        }
        show(found);
      }
      button.disabled = false;
    }

    /** @param {Map<string, Way>} found */
    function show(found) {
      const slowest = Math.max(...[...found.values()].map(({ each }) => each));
      for (const { id, bar, words, faster, compiled, end } of rows) {
        const way = found.get(id);
        if (!way) continue;
        if (way.reason) {
          write(words, t(way.reason));
          continue;
        }
        const time = way.each;
        const place = (Math.log10(time) - FASTEST) / (SLOWEST - FASTEST);
        bar.style.width = `${100 * Math.max(0.01, Math.min(1, place))}%`;
        const all = tn("{time} a step, {n} step", "{time} a step, {n} steps", way.steps, { time: timeOf(time) });
        write(words, all);
        write(faster, time === slowest ? "" : t("{n} times", { n: factor(slowest / time) }));
        write(compiled, way.compiling ? timeOf(way.compiling) : t("nothing"));
        write(end, endOf(way));
      }
      const [{ few, plain }] = found.values();
      const words = [t("Measured just now on this server; the quickest step counts.")];
      words.push(t("The first three ways stop after {few} steps or a second and a half.", { few }));
      if (plain) words.push(t("Without the noise of the gradient, each step with all examples."));
      write(remark, words.join(" "));
    }

    /** @param {Way} way */
    function endOf({ apart }) {
      if (apart === null) return t("another point");
      if (apart <= SAME) return t("the same point");
      return t("{distance} away: its rounding differs", { distance: short(apart) });
    }

    return {
      /** The window opens. @param {Picture} picture */
      show({ runs, nameOf, lit, theme }) {
        box.style.setProperty("--bar", theme.palette[2]);
        const before = lit ?? who.select.value;
        const same = JSON.stringify([before, query()]) === table.dataset.of;
        who.select.replaceChildren(
          ...runs.map((run) => h("option", { value: run.id, selected: run.id === before }, nameOf(run))),
        );
        table.dataset.of = JSON.stringify([who.select.value, query()]);
        if (!same) clear();
      },
      draw() {},
    };
  },
};
