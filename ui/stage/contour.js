/** The contour panel: Plotly draws the still ground, a canvas the paths; one picture for all runs or one for each. */

import { between, cut, makeLine } from "./line.js";
import { drawMark, drawPath, wipe } from "./paint.js";

const GRAB = 16; // pixels round the start ring in which it can be taken hold of
const STILL = 5; // pixels a pointer may stray and still be a click

/**
 * @param {HTMLElement} box
 * @param {(xy: [number, number], done: boolean) => void} onStart the start was moved to a point of the plane
 */
export function createContour(box, onStart) {
  let picture = null;
  let cells = []; // {el, canvas, runs}
  let key = ""; // what the ground was last drawn from
  let ground = null; // the terrain and theme it was drawn with
  let size = [0, 0]; // of a cell, read once: asking the page while drawing makes it lay itself out again
  const plot = document.createElement("div");
  plot.className = "plot";
  const legend = Object.assign(document.createElement("div"), { className: "legend", textContent: "★ minimum   × saddle   ○ start" });

  function arrange() {
    const { runs, view } = picture;
    const groups = view === "panels" && runs.length ? runs.map((run) => [run]) : [runs];
    const { clientWidth: width, clientHeight: height } = box;
    const ratio = (columns) => width / columns / (height / Math.ceil(groups.length / columns));
    const columns = groups.map((_, i) => i + 1).reduce((a, b) => (Math.abs(Math.log(ratio(b) / 1.3)) < Math.abs(Math.log(ratio(a) / 1.3)) ? b : a), 1);
    box.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
    if (cells.length !== groups.length) {
      cells = groups.map((_, i) => {
        const el = document.createElement("div");
        el.className = "cell";
        const ground = i ? Object.assign(document.createElement("div"), { className: "plot" }) : plot;
        const canvas = document.createElement("canvas");
        const caption = Object.assign(document.createElement("div"), { className: "caption" });
        el.append(ground, canvas, caption);
        return { el, ground, canvas, caption };
      });
      box.replaceChildren(...cells.map((cell) => cell.el), legend);
    }
    cells.forEach((cell, i) => {
      cell.runs = groups[i];
      cell.caption.textContent = view === "panels" ? groups[i].map((run) => run.name).join() : "";
    });
  }

  function axes(side, panels, title) {
    return {
      range: [...picture.terrain.domain[side]], // a copy: Plotly writes the reader's zoom into it
      title: panels ? undefined : { text: title, standoff: 4 },
      nticks: panels ? 4 : 8,
      showgrid: false,
      zeroline: false,
      ticks: "outside",
      ticklen: 3,
      tickcolor: picture.theme.faint,
      fixedrange: panels,
    };
  }

  async function show(next) {
    picture = next;
    arrange();
    const { terrain, theme, view, plotly } = picture;
    const panels = view === "panels";
    const { clientWidth: width, clientHeight: height } = cells[0].el;
    if (!width || !height) return;
    size = [width, height];
    const now = [cells.length, view, width, height].join();
    if (now !== key || ground?.terrain !== terrain || ground?.theme !== theme) {
      key = now;
      ground = { terrain, theme };
      const trace = {
        type: "contour",
        x: terrain.x,
        y: terrain.y,
        z: terrain.rows,
        autocontour: false,
        contours: { ...terrain.levels, coloring: "fill" },
        line: { width: 0.7, color: theme.line, smoothing: 1 },
        colorscale: [[0, theme.low], [1, theme.high]],
        zmin: terrain.low,
        zmax: terrain.high,
        showscale: false,
        hoverinfo: "skip",
      };
      const layout = {
        width,
        height,
        uirevision: `${terrain.surface} ${now}`, // the reader's zoom stays while these do
        margin: panels ? { l: 34, r: 6, t: 22, b: 22 } : { l: 52, r: 8, t: 10, b: 42 },
        paper_bgcolor: "rgba(0,0,0,0)",
        plot_bgcolor: "rgba(0,0,0,0)",
        font: { color: theme.muted, family: theme.font, size: panels ? 11 : 13 },
        xaxis: axes(0, panels, "x"),
        yaxis: axes(1, panels, "y"),
        dragmode: !panels && matchMedia("(pointer: fine)").matches ? "pan" : false,
      };
      const first = !plot.data;
      await plotly.react(plot, [trace], layout, { displayModeBar: false, scrollZoom: !panels, doubleClick: "reset", responsive: false });
      if (first) for (const event of ["plotly_relayout", "plotly_relayouting"]) plot.on(event, () => picture.redraw());
      for (const { ground } of cells.slice(1)) ground.replaceChildren(plot.querySelector(".svg-container").cloneNode(true));
    }
  }

  /** Pixels of a cell for points of the plane, and back; follows the reader's zoom. */
  function scales() {
    const { xaxis, yaxis } = plot._fullLayout;
    const [[x0, x1], [y0, y1]] = [xaxis.range, yaxis.range];
    const [left, top, width, height] = [xaxis._offset, yaxis._offset, xaxis._length, yaxis._length];
    return {
      frame: [left, top, left + width, top + height],
      px: (x) => left + ((x - x0) / (x1 - x0)) * width,
      py: (y) => top + ((y1 - y) / (y1 - y0)) * height,
      x: (px) => x0 + ((px - left) / width) * (x1 - x0),
      y: (py) => y1 - ((py - top) / height) * (y1 - y0),
    };
  }

  function draw(t) {
    if (!picture || !plot._fullLayout) return;
    const { theme, start, terrain, large, view } = picture;
    const { frame, px, py } = scales();
    const [left, top, right, bottom] = frame;
    const panels = view === "panels";
    const unit = panels ? 0.75 : large ? 1.4 : 1;
    for (const { canvas, runs } of cells) {
      const context = wipe(canvas, ...size);
      context.save();
      context.beginPath();
      context.rect(left, top, right - left, bottom - top);
      context.clip();
      landmarks(context, terrain, theme, px, py, 6 * unit);
      const heads = [];
      for (const run of runs) {
        const line = lineOf(run, px, py);
        const { position } = run;
        const [x, y] = [px(between((i) => position[2 * i], t)), py(between((i) => position[2 * i + 1], t))];
        drawPath(context, line, t, [x, y], run.look, theme, 2.2 * unit);
        const inside = x >= left && x <= right && y >= top && y <= bottom;
        heads.push(inside ? [run, x, y, 6.5 * unit] : [run, ...exit(line, t, frame), 4 * unit]);
      }
      context.beginPath();
      context.arc(px(start[0]), py(start[1]), 8 * unit, 0, 7);
      context.lineWidth = 2.5;
      context.strokeStyle = theme.background;
      context.stroke();
      context.lineWidth = 1.5;
      context.strokeStyle = theme.text;
      context.stroke();
      for (const [run, x, y, size] of heads) drawMark(context, run.look, theme, x, y, size);
      context.restore();
    }
  }

  // --- the hand: a click sets the start, the start ring can be dragged ---
  let hold = null; // {cell, x, y, drags, moved}
  const local = (event, cell) => {
    const { left, top } = cell.el.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  };
  function plane(event, cell) {
    const { frame, x, y } = scales();
    const [mx, my] = local(event, cell);
    const inside = mx >= frame[0] && mx <= frame[2] && my >= frame[1] && my <= frame[3];
    const [[x0, x1], [y0, y1]] = picture.terrain.domain;
    const [u, v] = [x(mx), y(my)].map((w) => Number(w.toPrecision(4)));
    return inside && u >= x0 && u <= x1 && v >= y0 && v <= y1 ? [u, v] : null;
  }
  box.addEventListener("pointerdown", (event) => {
    const cell = cells.find(({ el }) => el.contains(event.target));
    if (!cell || event.button > 0 || !plot._fullLayout) return;
    const { px, py } = scales();
    const [mx, my] = local(event, cell);
    const drags = Math.hypot(mx - px(picture.start[0]), my - py(picture.start[1])) < GRAB;
    hold = { cell, x: event.clientX, y: event.clientY, drags };
    if (drags) box.setPointerCapture(event.pointerId);
  }, true);
  for (const type of ["mousedown", "touchstart"]) {
    // Plotly would pan with the same gesture; a held start ring is ours alone.
    box.addEventListener(type, (event) => hold?.drags && (event.stopPropagation(), event.preventDefault()), { capture: true, passive: false });
  }
  box.addEventListener("pointermove", (event) => {
    if (hold) {
      if (!hold.drags) return;
      const xy = plane(event, hold.cell);
      if (xy) {
        hold.moved = true;
        onStart(xy, false);
      }
      return;
    }
    const cell = cells.find(({ el }) => el.contains(event.target));
    if (!cell || !picture || !plot._fullLayout) return;
    const { px, py } = scales();
    const [mx, my] = local(event, cell);
    const over = Math.hypot(mx - px(picture.start[0]), my - py(picture.start[1])) < GRAB;
    box.classList.toggle("grab", over);
  }, true);
  const release = (event) => {
    if (!hold) return;
    const { cell, x, y, drags, moved } = hold;
    hold = null;
    const clicked = event.type === "pointerup" && Math.hypot(event.clientX - x, event.clientY - y) < STILL;
    if (moved) onStart(plane(event, cell) ?? picture.start, true);
    else if (clicked && !drags) {
      const xy = plane(event, cell);
      if (xy) onStart(xy, true);
    }
  };
  // On the window: while Plotly pans, it covers the page with an element of its own.
  for (const type of ["pointerup", "pointercancel"]) addEventListener(type, release, true);
  const destroy = () => ["pointerup", "pointercancel"].forEach((type) => removeEventListener(type, release, true));

  return { show, draw, plot, destroy };
}

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
function landmarks(context, { minima, saddles, floor }, theme, px, py, size) {
  context.lineWidth = 1.5;
  context.strokeStyle = context.fillStyle = theme.muted;
  for (const [[x, y], value] of minima) {
    context.beginPath();
    for (let i = 0; i < 10; i++) {
      const [r, a] = [i % 2 ? size * 0.45 : size * 1.2, (Math.PI * i) / 5 - Math.PI / 2];
      context[i ? "lineTo" : "moveTo"](px(x) + r * Math.cos(a), py(y) + r * Math.sin(a));
    }
    context.closePath();
    if (value <= floor + 1e-9) context.fill();
    context.stroke();
  }
  for (const [[x, y]] of saddles) {
    context.beginPath();
    for (const side of [-1, 1]) {
      context.moveTo(px(x) - size * 0.8, py(y) - side * size * 0.8);
      context.lineTo(px(x) + size * 0.8, py(y) + side * size * 0.8);
    }
    context.stroke();
  }
}
