/** The contour panel: Plotly sets the axes, a sheet shows them, the surface and the paths; one cell for all runs or one for each. */

import { KEY } from "./arrows.js";
import { paintGround } from "./ground.js";
import { h, wheeled, write } from "./dom.js";
import { between, cut, makeLine } from "./line.js";
import { drawMark, drawPath, drawPaths, drawTail } from "./paint.js";
import { printAxes, printed } from "./print.js";
import { cover, createSheet, finesse, fits, onGrid } from "./raster.js";
import { numbersOf } from "./scene.js";
import { newestWins } from "./wire.js";

const GRAB = 16; // pixels round the start ring in which it can be taken hold of
const STILL = 5; // pixels a pointer may stray and still be a click
const DEEPEST = 200; // times the reader can zoom in
const WIDEST = 4; // times the domain that can be seen
const BRIEF = 1.5; // ms to paint the ground in at each move of a surface's slider; where it takes longer, it is coarser meanwhile
const COARSEST = 4; // pixels, each way

/**
 * @param {HTMLElement} box
 * @param {(xy: [number, number], done: boolean) => void} onStart the start was moved to a point of the plane
 * @param {() => void} onLook another part of the plane is seen
 */
export function createContour(box, onStart, onLook) {
  let picture = null;
  let cells = []; // {el, axes, runs, corner: of the cell in the box, box: of its axes, [left, top, width, height]}
  let whole = [0, 0]; // the size of all, read once: asking the page while drawing makes it lay itself out again
  let frame = [0, 0, 1, 1]; // of the axes in a cell: left, top, width, height
  let range = null; // the part of the plane that is seen
  let surface = null; // whose range it is
  let wanted = null; // the part that a link shows: [x low, x high, y low, y high]
  const plot = h("div", { className: "plot" });
  const canvas = h("canvas");
  const sheet = createSheet(canvas);
  const grid = h("div", { className: "cells" });
  const legend = h("div", { className: "legend" });
  const home = h("button", { type: "button", className: "home", hidden: true, title: "the whole domain again", onclick: () => look(picture.terrain.domain) }, "Zoom out");
  const signs = h("div", { className: "key", hidden: true });
  box.append(plot, canvas, grid, legend, signs, home);

  function arrange() {
    const { runs, view } = picture;
    const groups = view === "panels" && runs.length ? runs.map((run) => [run]) : [runs];
    const { clientWidth: width, clientHeight: height } = box;
    const ratio = (columns) => width / columns / (height / Math.ceil(groups.length / columns));
    const columns = groups.map((_, i) => i + 1).reduce((a, b) => (Math.abs(Math.log(ratio(b) / 1.3)) < Math.abs(Math.log(ratio(a) / 1.3)) ? b : a), 1);
    grid.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
    if (cells.length !== groups.length) {
      cells = groups.map(() => {
        const axes = h("div", { className: "axes" });
        return { el: h("div", { className: "cell" }, axes), axes };
      });
      grid.replaceChildren(...cells.map((cell) => cell.el));
    }
    share(runs);
    for (const { el, runs } of cells) {
      const named = { role: "group", "aria-label": runs.map((run) => run.name).join() };
      for (const [name, word] of Object.entries(named)) view === "panels" ? el.setAttribute(name, word) : el.removeAttribute(name);
    }
  }
  /** Which runs each cell shows. */
  const share = (runs) => cells.forEach((cell, i) => (cell.runs = cells.length > 1 ? [runs[i]] : runs));

  /** Take what is to be drawn from here on; where its shape has changed, `show` comes first. */
  function see(next) {
    picture = next;
    share(next.runs);
  }

  async function show(next) {
    picture = next;
    if (surface !== picture.terrain.surface) {
      surface = picture.terrain.surface;
      range = picture.terrain.domain.map((side) => [...side]);
      home.hidden = true;
      if (wanted) within([wanted.slice(0, 2), wanted.slice(2)]);
      wanted = null;
    }
    arrange();
    explain();
    whole = cover(box, canvas, plot);
    if (!whole.every((side) => side > 0)) return;
    const panels = cells.length > 1 || picture.view === "panels";
    const wide = Math.min(1.5, picture.large); // room for larger type
    const margin = panels ? { l: 34 * wide, r: 6 * wide, t: 22 * wide, b: 22 * wide } : { l: 52 * wide, r: 8 * wide, t: 10, b: 46 * wide };
    const { left, top } = canvas.getBoundingClientRect();
    const size = ["width", "height"].map((side) => Math.floor(cells[0].el.getBoundingClientRect()[side]));
    const title = 4 * wide * namesOf(picture.terrain)[0].length; // half of it, in pixels
    if (legend.offsetWidth > (size[0] - margin.l - margin.r) / 2 - title) margin.b += 16 * wide; // it goes below the axis' title
    signs.style.left = `${margin.l + 4}px`;
    frame = [margin.l, margin.t, size[0] - margin.l - margin.r, size[1] - margin.t - margin.b];
    for (const cell of cells) {
      const sides = cell.el.getBoundingClientRect();
      cell.corner = [sides.left - left, sides.top - top].map((at) => Math.round(at * finesse()) / finesse());
      cell.box = [cell.corner[0] + frame[0], cell.corner[1] + frame[1], frame[2], frame[3]];
      ["left", "top", "width", "height"].forEach((side, i) => (cell.axes.style[side] = `${frame[i]}px`));
    }
    await axes(size, margin, panels);
  }

  /** Say what the signs in the picture stand for: of those that are there. */
  function explain() {
    const { terrain: { minima, saddles, floor, surface }, runs, arrows } = picture;
    const found = surface.startsWith("formula ") ? " found" : "";
    const others = minima.some(([, value]) => !lowest(value, floor));
    const places = [minima.length && (others ? "★ lowest minimum" : "★ minimum"), others && "☆ minimum", saddles.length && "× saddle"];
    write(legend, [...places.filter(Boolean).map((sign) => sign + found), "○ start"].join("   "));
    signs.hidden = !arrows;
    const shown = KEY.filter(([, , word]) => !word || runs.some((run) => run[word]));
    const words = shown.flatMap(([name, what]) => [h("b", {}, name), ` ${what} `]);
    if (words.map((word) => word.textContent ?? word).join("") !== signs.textContent) signs.replaceChildren(...words);
  }

  let drawn = ""; // what the axes were last drawn from
  async function axes(size, margin, panels) {
    const { theme, plotly, terrain } = picture;
    const names = namesOf(terrain);
    const now = JSON.stringify([cells.map((cell) => [cell.box, panels && cell.runs.map((run) => run.id)]), whole, size, finesse(), range, theme, picture.large, names]);
    if (now === drawn) return;
    drawn = now;
    const wide = Math.min(1.5, picture.large);
    const axis = (side, title) => ({
      range: [...range[side]],
      title: panels ? undefined : { text: title, standoff: 4 },
      nticks: panels ? 4 : 8,
      showgrid: false,
      zeroline: false,
      ticks: "outside",
      ticklen: 3,
      tickcolor: theme.faint,
      fixedrange: true,
    });
    await plotly.react(plot, [{ x: [], y: [] }], {
      width: size[0],
      height: size[1],
      margin,
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { color: theme.muted, family: theme.font, size: (panels ? 11 : 13) * wide },
      xaxis: axis(0, names[0]),
      yaxis: axis(1, names[1]),
      dragmode: false,
    }, { staticPlot: true, responsive: false });
    const [width, height] = whole;
    const ratio = finesse();
    surround = printed(Math.round(width * ratio), Math.round(height * ratio), ratio, theme.background, (context) => {
      for (const { corner, runs } of cells) {
        context.save();
        context.translate(...corner);
        printAxes(plot, context);
        Object.assign(context, { font: `600 ${13 * wide}px ${theme.font}`, fillStyle: theme.text });
        if (panels) context.fillText(runs.map((run) => run.name).join(), margin.l, margin.t - 7 * wide);
        context.restore();
      }
    });
  }
  let surround = null; // the axes, as pixels
  const relabel = newestWins(() => show(picture).then(() => draw(latest)));

  /** Pixels of the axes' frame for points of the plane, and back; follows the reader's zoom. */
  function scales() {
    const [[x0, x1], [y0, y1]] = range;
    const [, , width, height] = frame;
    return {
      width,
      height,
      px: (x) => ((x - x0) / (x1 - x0)) * width,
      py: (y) => ((y1 - y) / (y1 - y0)) * height,
      x: (px) => x0 + (px / width) * (x1 - x0),
      y: (py) => y1 - (py / height) * (y1 - y0),
    };
  }

  /** See another part of the plane. */
  function look(sides) {
    if (!within(sides)) return;
    onLook();
    picture.redraw();
    relabel();
  }
  /** Set the part that is seen: its middle in the domain, and no deeper than the grid has anything to say. */
  function within(sides) {
    const { domain } = picture.terrain;
    const spread = (side) => (sides[side][1] - sides[side][0]) / (domain[side][1] - domain[side][0]);
    if (![0, 1].every((side) => spread(side) >= 1 / DEEPEST && spread(side) <= WIDEST)) return false;
    range = sides.map(([low, high], side) => {
      const middle = (low + high) / 2;
      const stray = Math.min(domain[side][1], Math.max(domain[side][0], middle)) - middle;
      return [low + stray, high + stray];
    });
    home.hidden = JSON.stringify(range) === JSON.stringify(domain);
    return true;
  }
  /** The part that is seen, for a link; empty where it is the whole domain. */
  const aimed = () => (home.hidden ? "" : range.map((side) => side.map((v) => Number(v.toPrecision(6)))).join());
  /** See the part that a link says; without one, or with nonsense, the whole domain. */
  function aim(words) {
    wanted = numbersOf(words, 4);
    surface = null; // with the next picture
  }
  /** Zoom by a factor round a point of the frame, and move by pixels. */
  function zoom(factor, [mx, my], [dx, dy] = [0, 0]) {
    const { x, y, width, height } = scales();
    look([
      [x(mx - (mx + dx) * factor), x(mx + (width - mx - dx) * factor)],
      [y(my + (height - my - dy) * factor), y(my - (my + dy) * factor)],
    ]);
  }

  let cost = Infinity; // ms that the whole ground takes: a browser grows faster with each painting, and what is sharp stays so
  let painted = { key: [], pixels: new Uint32Array() }; // what the ground was last painted from, and what came of it
  function ground(width, height, ratio) {
    const { terrain, theme, rough } = picture;
    const boxes = cells.map((cell) => onGrid(cell.box, ratio));
    const key = [surround, terrain, theme, rough, ...range.flat(), ...boxes.flat()];
    if (key.length === painted.key.length && key.every((part, i) => part === painted.key[i])) return painted.pixels;
    if (surround !== painted.key[0]) {
      [painted.pixels, cost] = [surround.slice(), Infinity];
      box.dataset.axes = Number(box.dataset.axes ?? 0) + 1; // tells tests that they are seen
    }
    painted.key = key;
    const { pixels } = painted;
    const [[left, top, right, bottom]] = boxes;
    const [w, h, first] = [right - left, bottom - top, top * width + left];
    const coarse = rough ? Math.min(COARSEST, Math.max(1, Math.round(Math.sqrt(cost / BRIEF)))) : 1;
    const began = performance.now();
    if (coarse > 1) {
      const [few, rows] = [Math.ceil(w / coarse), Math.ceil(h / coarse)];
      const small = new Uint32Array(few * rows);
      paintGround(terrain, range, few, rows, ratio / coarse, theme, small);
      for (let q = 0; q < h; q++) {
        const start = first + q * width;
        if (q % coarse) pixels.copyWithin(start, start - width, start - width + w);
        else for (let s = (q / coarse) * few, p = start; p < start + w; s++) for (let k = 0; k < coarse && p < start + w; k++) pixels[p++] = small[s];
      }
    } else {
      paintGround(terrain, range, w, h, ratio, theme, pixels, first, width);
    }
    cost = Math.min(cost, (performance.now() - began) * coarse ** 2);
    for (const [x, y] of boxes.slice(1)) for (let q = 0; q < h; q++) pixels.copyWithin((y + q) * width + x, first + q * width, first + q * width + w);
    return pixels;
  }

  let latest = 0; // the step drawn last
  function draw(t) {
    latest = t;
    if (!picture || !range || !fits(surround, whole)) return;
    const { runs, theme, start, terrain, large, view } = picture;
    const scale = scales();
    const { px, py, width, height } = scale;
    if (width <= 0 || height <= 0) return;
    const unit = view === "panels" ? 0.75 * large : large;
    const boxOf = (k) => cells[cells.length > 1 ? k : 0].box;
    const lines = runs.map((run) => lineOf(run, px, py));
    const begin = () => {
      sheet.open(...whole, ground);
      for (const { box } of cells) {
        sheet.within(box);
        landmarks(sheet, terrain, theme, px, py, 6 * unit);
      }
    };
    drawPaths(sheet, begin, lines, runs.map((run) => run.moves), t, [...runs.map((run) => run.look), terrain, surround, theme, unit, ...range.flat(), ...whole], (k, first, last, past, bare) => {
      sheet.within(boxOf(k));
      drawPath(sheet, lines[k], first, last, past, bare, runs[k].look, theme, 2.2 * unit);
    });
    const heads = runs.map((run, k) => {
      const { position } = run;
      const [x, y] = [px(between((i) => position[2 * i], t)), py(between((i) => position[2 * i + 1], t))];
      sheet.within(boxOf(k));
      drawTail(sheet, lines[k], t, [x, y], run.look, 2.2 * unit);
      const inside = x >= 0 && x <= width && y >= 0 && y <= height;
      return inside ? [x, y, 6.5 * unit] : [...exit(lines[k], t, [0, 0, width, height]), 4 * unit];
    });
    for (const cell of cells) {
      sheet.within(cell.box);
      sheet.stamp(`start ${theme.text} ${theme.background}`, px(start[0]), py(start[1]), 10 * unit, (context) => {
        context.arc(0, 0, 8 * unit, 0, 7);
        for (const [width, colour] of [[2.5, theme.background], [1.5, theme.text]]) {
          context.lineWidth = width;
          context.strokeStyle = colour;
          context.stroke();
        }
      });
      picture.arrows?.(sheet, cell.runs, t, scale, unit);
    }
    runs.forEach((run, k) => {
      sheet.within(boxOf(k));
      drawMark(sheet, run.look, theme, ...heads[k]);
    });
    sheet.close();
  }

  // --- the hand: a click sets the start, the start ring can be dragged, the plane be panned and zoomed ---
  const fingers = new Map(); // pointer -> where it is, in pixels of the frame
  let hold = null; // {cell, from, drags, moved}
  const cellOf = (event) => cells.find(({ el }) => el.contains(event.target));
  const local = (event, cell) => {
    const { left, top } = canvas.getBoundingClientRect();
    return [event.clientX - left - cell.box[0], event.clientY - top - cell.box[1]];
  };
  const overStart = ([mx, my]) => {
    const { px, py } = scales();
    return Math.hypot(mx - px(picture.start[0]), my - py(picture.start[1])) < GRAB;
  };
  function plane([mx, my]) {
    const { x, y, width, height } = scales();
    if (mx < 0 || mx > width || my < 0 || my > height) return null;
    const [[x0, x1], [y0, y1]] = picture.terrain.domain;
    const short = (value, span) => Number(value.toFixed(Math.max(0, 4 - Math.floor(Math.log10(span)))));
    const xy = [short(x(mx), x1 - x0), short(y(my), y1 - y0)];
    return xy[0] >= x0 && xy[0] <= x1 && xy[1] >= y0 && xy[1] <= y1 ? xy : null;
  }

  box.addEventListener("pointerdown", (event) => {
    const cell = cellOf(event);
    if (!cell || event.button > 0 || !range || event.target === home) return;
    const at = local(event, cell);
    fingers.set(event.pointerId, at);
    if (fingers.size > 1) { // two fingers zoom
      if (hold?.drags && hold.moved) onStart(picture.start, true);
      hold = null;
    } else {
      hold = { cell, from: at, drags: overStart(at), moved: false };
      if (hold.drags || event.pointerType === "mouse") box.setPointerCapture(event.pointerId);
    }
  });
  box.addEventListener("pointermove", (event) => {
    if (!picture || !range) return;
    const cell = hold?.cell ?? cellOf(event);
    if (!cell) return;
    const at = local(event, cell);
    const before = fingers.get(event.pointerId);
    if (!before) {
      box.classList.toggle("grab", overStart(at));
      return;
    }
    fingers.set(event.pointerId, at);
    if (fingers.size === 2) {
      const other = [...fingers].find(([id]) => id !== event.pointerId)[1];
      const apart = (p) => Math.max(20, Math.hypot(p[0] - other[0], p[1] - other[1]));
      const middle = (p) => [(p[0] + other[0]) / 2, (p[1] + other[1]) / 2];
      const [was, is] = [middle(before), middle(at)];
      zoom(apart(before) / apart(at), was, [is[0] - was[0], is[1] - was[1]]);
      return;
    }
    if (!hold) return;
    hold.moved ||= Math.hypot(at[0] - hold.from[0], at[1] - hold.from[1]) >= STILL;
    if (hold.drags) {
      const xy = hold.moved && plane(at);
      if (xy) onStart(xy, false);
    } else if (hold.moved && event.pointerType === "mouse") zoom(1, at, [at[0] - before[0], at[1] - before[1]]);
  });
  const release = (event) => {
    if (!fingers.delete(event.pointerId) || !hold) return;
    const { cell, drags, moved } = hold;
    hold = null;
    const xy = plane(local(event, cell));
    if (drags && moved) onStart(xy ?? picture.start, true);
    else if (!drags && !moved && xy && event.type === "pointerup") onStart(xy, true);
  };
  for (const type of ["pointerup", "pointercancel"]) addEventListener(type, release);
  // A finger on the start ring moves the start; elsewhere one finger scrolls the page.
  box.addEventListener("touchstart", (event) => (hold?.drags || event.touches.length > 1) && event.preventDefault(), { passive: false });
  box.addEventListener("touchmove", (event) => (hold?.drags || event.touches.length > 1) && event.preventDefault(), { passive: false });
  box.addEventListener("wheel", (event) => {
    const cell = cellOf(event);
    if (!cell || !range) return;
    event.preventDefault();
    zoom(wheeled(event), local(event, cell));
  }, { passive: false });
  const destroy = () => ["pointerup", "pointercancel"].forEach((type) => removeEventListener(type, release));

  return { show, see, draw, plot, aim, aimed, destroy };
}

const namesOf = (terrain) => terrain.data?.names ?? ["x", "y"];
const lowest = (value, floor) => value <= floor + 1e-9;

/** A run's line on the screen, kept until the run or the scale changes. */
function lineOf(run, px, py) {
  const stamp = [px(0), px(1), py(0), py(1)].join();
  if (run.contour?.stamp !== stamp) {
    const { position } = run;
    run.contour = { stamp, line: makeLine(position.length / 2, (i) => px(position[2 * i]), (i) => py(position[2 * i + 1])) };
  }
  return run.contour.line;
}

/** Where a line that is outside the frame at step t last crossed the frame's edge. */
function exit({ x, y, step }, t, frame) {
  for (let i = step.length - 1; i > 0; i--) {
    if (step[i - 1] > t) continue;
    const piece = cut(x[i - 1], y[i - 1], x[i], y[i], ...frame);
    if (piece && Number.isFinite(piece[0])) return [piece[2], piece[3]];
  }
  return [NaN, NaN];
}

/** Stars at the minima, the lowest ones filled; crosses at the saddles. */
function landmarks(sheet, { minima, saddles, floor }, { muted }, px, py, size) {
  const sign = (name, draw) => ([[x, y]]) => sheet.stamp(`${name} ${muted}`, px(x), py(y), 1.5 * size, (context) => {
    context.lineWidth = 1.5;
    context.strokeStyle = context.fillStyle = muted;
    draw(context);
    context.stroke();
  });
  const star = (context) => {
    for (let i = 0; i < 10; i++) {
      const [r, a] = [i % 2 ? size * 0.45 : size * 1.2, (Math.PI * i) / 5 - Math.PI / 2];
      context[i ? "lineTo" : "moveTo"](r * Math.cos(a), r * Math.sin(a));
    }
    context.closePath();
  };
  const cross = (context) => {
    for (const side of [-1, 1]) {
      context.moveTo(-size * 0.8, -side * size * 0.8);
      context.lineTo(size * 0.8, side * size * 0.8);
    }
  };
  const filled = (context) => {
    star(context);
    context.fill();
  };
  for (const place of minima) (lowest(place[1], floor) ? sign("lowest", filled) : sign("minimum", star))(place);
  saddles.forEach(sign("saddle", cross));
}
