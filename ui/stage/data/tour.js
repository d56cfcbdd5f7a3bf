/** A walk through a computational graph at one point: forward node by node, then backward node by node. No DOM. */

/** @import { GraphNode } from "../types" */

import { t } from "../state/words.js";
import { backward, dependent, forward, slopesOf, slopeWritten, written } from "./autograd.js";

const SMALL = "₀₁₂₃₄₅₆₇₈₉";
/** @param {number} k */
const lowered = (k) => [...String(k)].map((digit) => SMALL[Number(digit)]).join("");
/** A number within a product or a sum. @param {string} text */
const enclosed = (text) => (/^[-−]/.test(text) ? `(${text})` : text);
/** What is equal, each part once. @param {string[]} parts */
const equal = (parts) => [...new Set(parts)].join(" = ");

/**
 * @param {GraphNode[]} nodes whose operations are all known
 * @param {number[]} point x and y
 * @param {(value: number) => string} number how a number is printed
 */
export function createTour(nodes, [x, y], number) {
  const moves = dependent(nodes);
  const values = forward(nodes, { x, y });
  const slopes = slopesOf(nodes, values);
  const last = nodes.length - 1;
  const numbers = values.map((value) => enclosed(number(value)));

  const drawn = moves[last] ? [...nodes.keys()].filter((k) => moves[k]) : [];
  const operations = drawn.filter((k) => nodes[k].op !== "input");
  const names = nodes.map((node, k) => {
    if (node.op === "input") return node.name ?? "";
    if (!moves[k]) return node.name?.length === 1 ? node.name : numbers[k]; // a letter of the formula
    return k === last ? "f" : `v${lowered(operations.indexOf(k) + 1)}`;
  });
  const texts = drawn.map((k) => (nodes[k].op === "input" ? names[k] : `${names[k]} = ${written(nodes[k], names)}`));
  const places = new Map(drawn.map((k, place) => [k, place]));
  const parents = drawn.map((k) => [...new Set((nodes[k].of ?? []).flatMap((part) => places.get(part) ?? []))]);
  const flow = backward(nodes, slopes);

  /** The operands of a node through which a derivative flows, with that of the node by each. @param {number} k */
  const flowing = (k) =>
    (nodes[k].of ?? []).flatMap((part, side) => {
      const slope = slopes[k][side];
      if (slope === null) return [];
      const words = equal([
        `∂${names[k]}/∂${names[part]}`,
        slopeWritten(nodes[k], names[k], names, side),
        number(slope),
      ]);
      return [{ part, slope, words }];
    });

  /** @param {number} k */
  const forwardWords = (k) => [
    equal([names[k], written(nodes[k], names), written(nodes[k], numbers), number(values[k])]),
    flowing(k)
      .map(({ words }) => words)
      .join(",  "),
  ];
  /** @param {number} k */
  function backWords(k) {
    const own = flow[k];
    const lines =
      own === null
        ? []
        : flowing(k).map(({ part, slope, words }) => {
            const product = `${enclosed(number(own))} × ${enclosed(number(slope))} = ${number(own * slope)}`;
            return `${words}:  ${t("{name} receives {product}", { name: names[part], product })}`;
          });
    return lines.length
      ? lines
      : [t("A small change of x or y leaves {name} as it is: nothing flows back.", { name: names[k] })];
  }

  return {
    /** Of the boxes that are drawn, which are x, y and all that depends on them; none where f is a constant. */
    texts,
    parents,
    /** The steps of the walk, and after how many of them all values are known. */
    length: 2 * operations.length + 1,
    values: operations.length,
    gradient: ["x", "y"].map((name) => flow[nodes.findIndex((node) => node.op === "input" && node.name === name)] ?? 0),

    /** What is known after so many steps. @param {number} at */
    moment(at) {
      const back = at > operations.length;
      const passed = at - operations.length - 1; // operations that have passed their derivative on
      const now = back ? operations[operations.length - passed] : operations[at - 1];
      const received = backward(nodes, slopes, passed > 0 ? now : nodes.length);
      const ends = at === this.length;
      /** @param {number} k */
      const derivative = (k) => {
        if (!back) return "";
        const own = received[k] ?? (ends && nodes[k].op === "input" ? 0 : null);
        return own === null ? "" : `∂ ${number(own)}`;
      };
      const shown = drawn.map((k) => nodes[k].op === "input" || operations.indexOf(k) < at);
      const printed = drawn.map((k, place) => (shown[place] ? `= ${number(values[k])}` : ""));
      const derivatives = drawn.map(derivative);
      const told = back ? operations.slice(operations.length - passed) : now === undefined ? [] : [now];
      /** @type {Map<string, string>} */
      const lines = new Map();
      for (const k of told) {
        for (const { part } of received[k] === null && back ? [] : flowing(k)) {
          const both = flowing(k).filter((one) => one.part === part);
          const slope = both.reduce((sum, one) => sum + one.slope, 0); // x + x is one line
          lines.set(`${places.get(part)},${places.get(k)}`, number(slope));
        }
      }
      let words = [t("The point is given. Press Next: every node is computed from those before it.")];
      if (back) {
        words = [t("All values are known. Now back: ∂f/∂f = 1, and every node passes on what it has received.")];
      }
      if (now !== undefined) words = back ? backWords(now) : forwardWords(now);
      return {
        ...{ back, words, derivatives, values: printed, slopes: lines },
        current: (now === undefined ? (back ? places.get(last) : null) : places.get(now)) ?? -1,
        /** The picture in words, one for each box. */
        alternative: texts.map((text, place) => [text, printed[place], derivatives[place]].filter(Boolean).join(" ")),
      };
    },
  };
}
