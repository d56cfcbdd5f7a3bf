/** The cells of the contour: one for all runs, or one for each, in a grid of equal axes. */

/** @import { Box, Point, Run } from "../types" */

import { h, write } from "./dom.js";

const ASPECT = 1.3; // of a cell, width to height, that the columns aim at

/**
 * A cell: its elements, the runs in it, its corner on the sheet, and the box of its axes on the sheet.
 * @typedef {{el: HTMLElement, axes: HTMLElement, title: HTMLElement, runs: Run[], corner: Point, box: Box}} Cell
 * @typedef {{left: number, right: number, top: number, bottom: number}} Margin round the axes of a cell
 */

/**
 * How many columns bring a cell nearest to ASPECT and leave few places empty.
 * @param {number} count
 * @param {number} width
 * @param {number} height
 */
export function columnsOf(count, width, height) {
  function error(/** @type {number} */ n) {
    const rows = Math.ceil(count / n);
    return Math.abs(Math.log(width / n / (height / rows) / ASPECT)) + Math.log((n * rows) / count);
  }
  let columns = 1;
  for (let n = 2; n <= count; n++) if (error(n) < error(columns)) columns = n;
  return columns;
}

export function createCells() {
  const el = h("div", { className: "cells" });
  /** @type {Cell[]} */
  let cells = [];

  return {
    el,
    get all() {
      return cells;
    },
    /**
     * Lay out `count` cells over a sheet.
     * @param {number} count
     * @param {number[]} size of the sheet
     * @returns {number[]} the width and height of a cell
     */
    divide(count, [width, height]) {
      el.style.gridTemplateColumns = `repeat(${columnsOf(count, width, height)}, minmax(0, 1fr))`;
      if (cells.length !== count) {
        cells = Array.from({ length: count }, () => {
          const [axes, title] = [h("div", { className: "axes" }), h("div", { className: "title name over-sheet" })];
          const el = h("div", { className: "cell" }, title, axes);
          return { el, axes, title, runs: [], corner: [0, 0], box: [0, 0, 0, 0] };
        });
        el.replaceChildren(...cells.map((cell) => cell.el));
      }
      const first = cells[0].el.getBoundingClientRect();
      return [Math.floor(first.width), Math.floor(first.height)];
    },
    /**
     * Place the axes in the cells.
     * @param {Box} frame of the axes in a cell
     * @param {DOMRect} sheet
     * @param {number} ratio device pixels for each CSS pixel: corners lie on whole ones
     */
    place(frame, sheet, ratio) {
      const snap = (/** @type {number} */ at) => Math.round(at * ratio) / ratio;
      for (const cell of cells) {
        const sides = cell.el.getBoundingClientRect();
        cell.corner = [snap(sides.left - sheet.left), snap(sides.top - sheet.top)];
        cell.box = [cell.corner[0] + frame[0], cell.corner[1] + frame[1], frame[2], frame[3]];
        for (const [i, side] of ["left", "top", "width", "height"].entries()) {
          cell.axes.style.setProperty(side, `${frame[i]}px`);
        }
        cell.title.style.left = `${frame[0]}px`;
        cell.title.style.maxWidth = `${frame[2]}px`;
        cell.title.style.height = `${frame[1]}px`;
      }
    },
    /**
     * Name the cells, where each is one run's.
     * @param {boolean} separate
     * @param {(run: Run) => string} nameOf
     */
    label(separate, nameOf) {
      for (const cell of cells) {
        const name = separate ? cell.runs.map(nameOf).join() : "";
        write(cell.title, name);
        cell.title.dataset.optimizer = separate ? (cell.runs[0]?.id ?? "") : "";
        if (separate) {
          cell.el.setAttribute("role", "group");
          cell.el.setAttribute("aria-label", name);
        } else {
          cell.el.removeAttribute("role");
          cell.el.removeAttribute("aria-label");
        }
      }
    },
  };
}
