/** The contour: the surface from above with every path, in one cell for all runs or one for each. */

/** @import { Box, PanelKind, Picture, Range } from "../types" */
/** @import { Drawn } from "../paint/find.js" */
/** @typedef {Parameters<typeof nearestTerm>[0]} Terms */

import { createCells } from "../controls/cells.js";
import { h, write } from "../controls/dom.js";
import { handlePlane } from "../controls/plane_hand.js";
import { planeScales, rangeInside } from "../data/plane.js";
import { ticksOf } from "../data/scales.js";
import { arrowLegend, drawArrows } from "../paint/arrows.js";
import { drawAxes } from "../paint/axes.js";
import { renderBackdrop } from "../paint/backdrop.js";
import { nearestOf, nearestRun } from "../paint/find.js";
import { createGroundPainter } from "../paint/ground_painter.js";
import { drawHeads, orderOfHeads } from "../paint/heads.js";
import { drawLandmarks, drawStart, landmarkLegend } from "../paint/landmarks.js";
import { interpolate, lastCrossing } from "../paint/line.js";
import { drawGhost, drawPath, drawPaths, drawTail, isVeiled } from "../paint/paths.js";
import { cover, pixelRatio } from "../paint/pixels.js";
import { lineOf } from "../paint/run_line.js";
import { createSheet } from "../paint/sheet.js";
import { drawTerms, nearestTerm } from "../paint/terms.js";
import { parseNumbers } from "../state/url.js";
import { msg, t } from "../state/words.js";

/** @type {PanelKind} */
export const contour = {
  id: "contour",
  label: msg("the surface from above with every path; a click sets the start"),
  slot: "main",
  gestures: [
    [msg("Point at a line, tap it"), msg("what it is")],
    [msg("Click the contour"), msg("start there"), msg("Tap the contour")],
    [msg("Drag the ring"), msg("move the start")],
    [msg("Wheel, pinch"), msg("zoom the contour")],
    [msg("Drag the contour"), msg("pan it, once it is zoomed in")],
  ],
  applies: () => true,

  create(box, { catalogue, change, redraw, viewChanged }) {
    const canvas = h("canvas");
    const sheet = createSheet(canvas);
    const cells = createCells();
    const legend = h("div", { className: "legend over-sheet" });
    const key = h("div", { className: "key over-sheet", hidden: true });
    const home = h("button", {
      type: "button",
      className: "home over-sheet",
      hidden: true,
      title: t("show the whole domain"),
    });
    home.textContent = t("Whole domain");
    home.onclick = () => showRange(picture.terrain.domain);
    box.append(canvas, cells.el, legend, key, home);
    const paintGround = createGroundPainter();

    /** @type {Picture} */
    let picture;
    let size = [0, 0]; // of the panel: measuring it while drawing would make the browser lay the page out again
    /** @type {Box} of the axes in a cell */
    let frame = [0, 0, 0, 0];
    /** @type {[Range, Range]} the part of the plane that is seen */
    let range;
    let surface = ""; // whose range it is
    /** @type {[Range, Range] | null} the part that a link shows */
    let linked = null;
    /** @type {object | null} */
    let layout = null;
    /** @type {Uint32Array | null} */
    let backdrop = null;
    let backdropKey = "";
    /** @type {Drawn[]} */
    let drawn = [];
    /** @type {Terms} */
    let terms = null;

    const scales = () => planeScales(range, frame[2], frame[3]);
    const sideBySide = () => picture.display.view === "panels";

    /** @param {Picture} next */
    function show(next) {
      picture = next;
      if (surface !== picture.terrain.surface) {
        surface = picture.terrain.surface;
        range = picture.terrain.domain;
        home.hidden = true;
        if (linked) setRange(linked);
        linked = null;
      }
      if (layout !== picture.layout) {
        layout = picture.layout;
        size = cover(box, canvas);
        arrange();
      }
      for (const [i, cell] of cells.all.entries()) cell.runs = cells.all.length > 1 ? [picture.runs[i]] : picture.runs;
      explain();
      if (size.every((side) => side > 0)) renderAxes();
    }

    /** Lay the cells out, and the axes in them. */
    function arrange() {
      const [across, down] = cells.divide(sideBySide() ? Math.max(1, picture.runs.length) : 1, size);
      const large = picture.magnification;
      const margin = sideBySide()
        ? { left: 34 * large, right: 6 * large, top: 22 * large, bottom: 22 * large }
        : { left: 52 * large, right: 8 * large, top: 10, bottom: 46 * large };
      // A legend that would run into the x axis' title stands below it.
      explain();
      const title = 4 * large * namesOf(picture)[0].length; // half of its width, about
      if (legend.offsetWidth > (across - margin.left - margin.right) / 2 - title) margin.bottom += 16 * large;
      key.style.left = `${margin.left + 4}px`;
      frame = [margin.left, margin.top, across - margin.left - margin.right, down - margin.top - margin.bottom];
      cells.place(frame, canvas.getBoundingClientRect(), pixelRatio());
    }

    /** Say what the signs in the picture stand for: of those that are there. */
    function explain() {
      write(legend, landmarkLegend(picture.terrain));
      cells.label(sideBySide(), picture.nameOf);
      const arrows = picture.display.arrows !== "off";
      if (key.hidden === arrows) key.hidden = !arrows; // the browser styles an attribute anew even if it stays the same
      const entries = arrowLegend(picture.runs, catalogue.internals);
      const words = entries.map(({ mark, label }) => `${mark} ${label} `).join("");
      if (words !== key.textContent) {
        key.replaceChildren(...entries.flatMap(({ mark, label }) => [h("b", {}, mark), ` ${label} `]));
      }
    }

    function renderAxes() {
      const { theme, magnification: large } = picture;
      const panels = sideBySide();
      const [x, y] = namesOf(picture);
      const boxes = cells.all.map((cell) => cell.box);
      const now = JSON.stringify([boxes, size, pixelRatio(), range, theme, large, x, y]);
      if (now === backdropKey) return;
      backdropKey = now;
      const ratio = pixelRatio();
      const axis = (/** @type {number} */ side, /** @type {string} */ title) => ({
        title: panels ? undefined : title,
        range: range[side],
        ticks: ticksOf(range[side], panels ? 4 : 8),
      });
      const axes = { x: axis(0, x), y: axis(1, y) };
      backdrop = renderBackdrop(size[0] * ratio, size[1] * ratio, ratio, theme.background, (context) => {
        for (const { corner } of cells.all) {
          context.save();
          context.translate(...corner);
          drawAxes(context, frame, axes, theme, (panels ? 11 : 13) * large);
          context.restore();
        }
      });
      box.setAttribute("aria-description", t("across: {x}; up: {y}", { x, y }));
      box.dataset.axes = JSON.stringify([cells.all[0].box, ...range]);
    }

    // --- drawing ---
    /** @param {number} t @param {boolean} [playing] */
    function draw(t, playing = false) {
      const { runs, theme, start, terrain, magnification, display, lookOf } = picture;
      const scale = scales();
      const { px, py, width, height } = scale;
      if (!backdrop || width <= 0 || height <= 0) return;
      const ground = {
        backdrop,
        terrain,
        theme,
        range,
        boxes: cells.all.map((cell) => cell.box),
        bending: picture.bending,
      };
      const unit = sideBySide() ? 0.75 * magnification : magnification;
      const boxOf = (/** @type {number} */ k) => cells.all[cells.all.length > 1 ? k : 0].box;
      const lines = runs.map((run) => lineOf(run, px, py));
      drawn = runs.map(({ id, position: p }, k) => {
        const stepAt = (/** @type {number} */ x, /** @type {number} */ y) =>
          nearestOf(
            p.length / 2,
            (i) => px(p[2 * i]),
            (i) => py(p[2 * i + 1]),
            x,
            y,
          );
        return { entry: id, line: lines[k], box: boxOf(k), head: [0, 0], stepAt };
      });
      const looksOf = runs.map(lookOf);
      const begin = () => {
        sheet.open(size[0], size[1], (w, _, ratio) => paintGround(ground, w, ratio));
        for (const cell of cells.all) {
          sheet.clip(cell.box);
          drawLandmarks(sheet, terrain, theme, px, py, 6 * unit);
        }
      };
      const moves = runs.map(({ approximate }) => !!approximate);
      const stamp = [...looksOf, terrain, backdrop, theme, unit, ...range.flat(), ...size];
      drawPaths(sheet, begin, lines, moves, t, playing, stamp, (k, first, last, past, bare) => {
        sheet.clip(boxOf(k));
        drawPath(sheet, lines[k], first, last, past, bare, looksOf[k], theme, 2.2 * unit);
      });
      const heads = runs.map(({ position }, k) => {
        const x = px(interpolate((i) => position[2 * i], t));
        const y = py(interpolate((i) => position[2 * i + 1], t));
        sheet.clip(boxOf(k));
        drawTail(sheet, lines[k], t, [x, y], looksOf[k], 2.2 * unit);
        const inside = x >= 0 && x <= width && y >= 0 && y <= height;
        const [hx, hy] = inside ? [x, y] : lastCrossing(lines[k], t, [0, 0, width, height]);
        drawn[k].head = [hx, hy];
        return [hx, hy, (inside ? 6.5 : 4) * unit];
      });
      for (const cell of cells.all) {
        sheet.clip(cell.box);
        if (picture.ghost && !isVeiled()) drawGhost(sheet, lineOf(picture.ghost, px, py), theme, 1.6 * unit);
        drawStart(sheet, px(start[0]), py(start[1]), theme, unit);
        const others = cell.runs.filter(({ id }) => id !== picture.inside?.entry);
        if (display.arrows !== "off") drawArrows(Number(display.arrows), theme, sheet, others, t, scale, unit, lookOf);
      }
      terms = drawEquations(t, scale, unit);
      const ordered = orderOfHeads(runs, Math.floor(t), picture.lit).map((k) => {
        const [x, y, radius] = heads[k];
        return { k, look: looksOf[k], x, y, radius };
      });
      for (const [c, cell] of cells.all.entries()) {
        sheet.clip(cell.box);
        drawHeads(sheet, cells.all.length > 1 ? ordered.filter(({ k }) => k === c) : ordered, theme, unit);
      }
      sheet.flush();
    }

    /** Draw the equations that stand beside the picture. @type {(t: number, scale: any, unit: number) => Terms} */
    function drawEquations(t, scale, unit) {
      const { inside: beside, runs, term, theme, lookOf, display } = picture;
      const k = runs.findIndex(({ id }) => id === beside?.entry);
      if (!beside || k < 0 || (t === 0 && isVeiled())) return null; // the first step is what a reader is asked about
      const { entry, inside } = beside;
      const step = Math.min(Math.floor(t), inside.steps - 1);
      const { box: place } = cells.all[cells.all.length > 1 ? k : 0];
      const style = { theme, color: lookOf(runs[k]).color, unit, sheet };
      sheet.clip(place);
      const times = display.arrows === "off" ? 1 : Number(display.arrows);
      return { entry, step, box: place, placed: drawTerms(inside.drawings(step), term, times, style, scale) };
    }

    // --- the part that is seen ---
    /** @param {[Range, Range]} wanted @returns {boolean} whether it can be seen */
    function setRange(wanted) {
      const next = rangeInside(wanted, picture.terrain.domain);
      if (!next) return false;
      range = next;
      home.hidden = JSON.stringify(range) === JSON.stringify(picture.terrain.domain);
      return true;
    }
    /** @param {[Range, Range]} wanted */
    function showRange(wanted) {
      if (!setRange(wanted)) return;
      viewChanged();
      renderAxes();
      redraw();
    }
    const view = {
      key: "seen",
      read: () =>
        home.hidden || !range
          ? ""
          : range
              .flat()
              .map((v) => Number(v.toPrecision(6)))
              .join(),
      write(/** @type {string} */ words) {
        const numbers = parseNumbers(words, 4);
        linked = numbers && [/** @type {Range} */ (numbers.slice(0, 2)), /** @type {Range} */ (numbers.slice(2))];
        surface = ""; // the next picture takes it
      },
    };

    const find = (/** @type {number} */ x, /** @type {number} */ y) =>
      nearestTerm(terms, x, y) ?? nearestRun(drawn, x, y);
    const destroy = handlePlane(box, {
      boxAt: ({ target }) => cells.all.find(({ el }) => el.contains(/** @type {Node} */ (target)))?.box,
      corner: () => canvas.getBoundingClientRect(),
      scales: () => (backdrop ? scales() : null),
      magnified: () => !home.hidden,
      start: () => picture.start,
      domain: () => picture.terrain.domain,
      setStart: (xy, done) => change("start", xy, done),
      lit: () => !!picture.lit,
      hasRun({ clientX, clientY }) {
        const { left, top } = box.getBoundingClientRect();
        return !!find(clientX - left, clientY - top);
      },
      showRange,
    });

    return { show, draw, view, find, destroy };
  },
};

/** The names of the two coordinates. @param {Picture} picture */
const namesOf = ({ terrain }) => terrain.data?.names.map((name) => t(name)) ?? ["x", "y"];
