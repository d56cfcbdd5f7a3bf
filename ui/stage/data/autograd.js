/** Values forward and derivatives backward through a computational graph, as engine/graph.py lists it. */

/** @import { GraphNode } from "../types" */

import { OPERATIONS } from "./operations.js";

const isLeaf = (/** @type {GraphNode} */ { op }) => op === "input" || op === "constant";

/** The first operation whose derivative is not known here. @param {GraphNode[]} nodes */
export const unknownIn = (nodes) => nodes.find((node) => !isLeaf(node) && !OPERATIONS[node.op])?.op;

/** Which nodes change with x or y: the others are constants. @param {GraphNode[]} nodes @returns {boolean[]} */
export function dependent(nodes) {
  /** @type {boolean[]} */
  const found = [];
  for (const { op, of } of nodes) found.push(op === "input" || (of ?? []).some((k) => found[k]));
  return found;
}

/** Its operands, of numbers or of their names. @template T @param {GraphNode} node @param {T[]} each @param {(power: number) => T} last */
const operands = ({ of = [], power }, each, last) => [
  ...of.map((k) => each[k]),
  ...(power === undefined ? [] : [last(power)]),
];

/**
 * The value of every node, from the first to the last.
 * @param {GraphNode[]} nodes
 * @param {Record<string, number>} point x and y
 */
export function forward(nodes, point) {
  /** @type {number[]} */
  const values = [];
  for (const node of nodes) {
    if (node.op === "input") values.push(point[node.name ?? ""]);
    else if (node.op === "constant") values.push(Number(node.value ?? 0));
    else values.push(OPERATIONS[node.op].value(...operands(node, values, Number)));
  }
  return values;
}

/**
 * The derivative of every operation by each of its operands; null where none flows: the operand is a constant, or the
 * operation is constant in steps.
 * @param {GraphNode[]} nodes @param {number[]} values
 * @returns {(number | null)[][]}
 */
export function slopesOf(nodes, values) {
  const moves = dependent(nodes);
  return nodes.map((node, k) => {
    const of = operands(node, values, Number);
    return (node.of ?? []).map((part, side) => {
      const slope = moves[part] && OPERATIONS[node.op].slopes[side];
      return slope ? slope[0](values[k], ...of) : null;
    });
  });
}

/**
 * The derivative of the last node by every node, from the last to the first: what a node has received so far, it passes on
 * to its operands, times its own derivative by each. Null where nothing has arrived.
 * @param {GraphNode[]} nodes
 * @param {(number | null)[][]} slopes
 * @param {number} [until] only the nodes from this one on have passed theirs on
 */
export function backward(nodes, slopes, until = 0) {
  /** @type {(number | null)[]} */
  const received = nodes.map(() => null);
  received[nodes.length - 1] = 1;
  for (let k = nodes.length - 1; k >= until; k--) {
    const own = received[k];
    if (own === null) continue;
    for (const [side, part] of (nodes[k].of ?? []).entries()) {
      const slope = slopes[k][side];
      if (slope !== null) received[part] = (received[part] ?? 0) + own * slope;
    }
  }
  return received;
}

/**
 * How a node is written, given the names of all: "v₁ × y".
 * @param {GraphNode} node @param {string[]} names
 */
export const written = (node, names) => OPERATIONS[node.op].text(...operands(node, names, String));

/**
 * How its derivative by one of its operands is written.
 * @param {GraphNode} node @param {string} own its name @param {string[]} names @param {number} side
 */
export const slopeWritten = (node, own, names, side) =>
  OPERATIONS[node.op].slopes[side]?.[1](own, ...operands(node, names, String)) ?? "";
