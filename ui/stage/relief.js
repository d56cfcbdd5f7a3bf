/** The 3D panel: Plotly draws the surface once, a sheet its picture and the paths upon it, seen through the same camera. */

import { afterRender, camera, knows, turned } from "./camera.js";
import { h } from "./dom.js";
import { headOf, onGround, shadow, through } from "./drape.js";
import { vertexAt } from "./line.js";
import { drawMark, drawPaths } from "./paint.js";
import { printed, printEdges } from "./print.js";
import { cover, createSheet, finesse } from "./raster.js";
import { newestWins } from "./wire.js";

const SLOW = 60; // ms

/** @param {HTMLElement} box */
export function createRelief(box) {
  const plot = h("div", { className: "plot" });
  const canvas = h("canvas");
  const sheet = createSheet(canvas);
  let still = null; // the surface as Plotly drew it last
  box.append(plot, canvas);
  let picture = null;
  let key = "";
  let ground = null;
  let size = [0, 0];
  let cost = 0; // ms that the surface took the last time
  let began = 0;
  let home = null; // where the camera stands until the reader turns it
  let view = null; // the camera of the picture in `still`, and what hills hide from it
  let hidden = null;
  box.addEventListener("dblclick", () => picture?.plotly.relayout(plot, { "scene.camera": home }));

  /** Take what is to be drawn from here on; a new surface waits for `show`. */
  function see(next) {
    picture = next;
  }

  async function show(next) {
    picture = next;
    const { terrain, theme, plotly } = picture;
    size = cover(box, canvas, plot);
    const [width, height] = size;
    if (!(width > 0 && height > 0)) return;
    const sized = [width, height, picture.large].join();
    if (sized === key && ground?.terrain === terrain && ground?.theme === theme) {
      if (!knows(plotly)) await plain();
      return;
    }
    // Where drawing the surface takes long (no graphics card), it waits until the hand has let go.
    if (picture.held && cost > SLOW) return;
    key = sized;
    ground = { terrain, theme };
    began = performance.now();
    const [[x0, x1], [y0, y1]] = terrain.domain;
    const stretch = Math.min(1.5, Math.max(0.67, Math.sqrt((x1 - x0) / (y1 - y0))));
    const now = knows(plotly) ? turned(plot) : plot.layout?.scene?.camera;
    const untouched = !now || Math.hypot(now.eye.x - home.eye.x, now.eye.y - home.eye.y, now.eye.z - home.eye.z) < 1e-6;
    const back = Math.max(1.08, (1.2 * height) / width, (0.78 * width) / height); // in a narrow or low panel the camera stands further away
    home = { eye: { x: -0.52 * back, y: -1.28 * back, z: 1.2 * back }, center: { x: 0, y: 0, z: -0.13 } };
    const axis = (title, more) => ({
      title: { text: title },
      color: theme.muted,
      gridcolor: theme.mesh,
      showbackground: false,
      showspikes: false,
      zeroline: false,
      nticks: 5,
      ...more,
    });
    const none = { highlight: false };
    const n = terrain.x.length;
    const surface = {
      type: "surface",
      x: terrain.x,
      y: terrain.y,
      z: Array.from({ length: n }, (_, j) => terrain.heights.subarray(j * n, (j + 1) * n)),
      colorscale: [[0, theme.low], [1, theme.high]],
      cmin: terrain.low,
      cmax: terrain.high,
      showscale: false,
      hoverinfo: "skip",
      lighting: { ambient: 0.82, diffuse: 0.4, specular: 0.03, roughness: 0.9, fresnel: 0 },
      contours: { x: none, y: none, z: { show: true, ...terrain.levels, color: theme.ridge, width: 1, ...none } },
    };
    const layout = {
      width,
      height,
      margin: { l: 0, r: 0, t: 0, b: 0 },
      paper_bgcolor: theme.background,
      font: { color: theme.muted, family: theme.font, size: 11 * Math.min(1.5, picture.large) },
      showlegend: false,
      scene: {
        aspectmode: "manual",
        aspectratio: { x: stretch, y: 1 / stretch, z: 0.5 },
        camera: untouched ? home : now,
        xaxis: axis(terrain.data?.names[0] ?? "x"),
        yaxis: axis(terrain.data?.names[1] ?? "y"),
        zaxis: axis(terrain.log_height ? "loss (log)" : "loss", terrain.ticks ?? {}),
      },
    };
    await plotly.react(plot, [surface], layout, { displayModeBar: false, responsive: false, scrollZoom: false });
    canvas.hidden = !knows(plotly);
    plot.style.opacity = knows(plotly) ? 0 : 1; // it is seen through the sheet; the hand still turns it
    if (!knows(plotly)) return plain();
    afterRender(plot, (drawn) => {
      if (began) cost = performance.now() - began;
      began = 0;
      const [width, height] = size.map((side) => Math.round(side * finesse()));
      still = printed(width, height, 1, ground.theme.background, (context) => {
        context.drawImage(drawn, 0, 0, width, height);
        context.scale(finesse(), finesse());
        printEdges(box, context, ground.theme);
      });
      view = camera(plot, ...size);
      hidden = view && shadow(view, ground.terrain);
      picture.redraw();
    });
  }

  function draw(t) {
    if (!picture || !ground) return;
    if (!knows(picture.plotly)) return follow(t);
    if (!view) return;
    const { theme, runs, large: unit } = picture;
    const { terrain } = ground;
    if (still.length !== size.reduce((n, side) => n * Math.round(side * finesse()), 1)) return; // Plotly draws it anew
    const lines = runs.map((run) => through(run, onGround(run, terrain), view, hidden, terrain));
    drawPaths(sheet, () => sheet.open(...size, () => still), lines, runs.map((run) => run.moves), t, [...runs.map((run) => run.look), still, unit], (k, first, last, past) => {
      const colour = runs[k].look.color;
      const style = past ? { colour, width: 2 * unit } : { colour, width: 1.2 * unit };
      for (const [wanted, seen] of [[1, 0.3], [0, 1]]) sheet.stroke(lines[k], first, last, { ...style, wanted, opacity: seen * (past ? 1 : 0.28) });
    });
    runs.forEach((run, k) => {
      const now = vertexAt(lines[k], t);
      sheet.rule(lines[k].x[now], lines[k].y[now], ...headOf(run.lifted, t, view), { colour: run.look.color, width: 2 * unit, opacity: lines[k].hidden[now] ? 0.3 : 1 });
    });
    for (const run of runs) {
      const behind = run.seen.hidden[vertexAt(run.seen, t)];
      drawMark(sheet, run.look, theme, ...headOf(run.lifted, t, view), 5.5 * unit, behind ? 0.45 : 1);
    }
    sheet.close();
  }

  // --- beside a plotly.js that camera.js does not know: the paths as Plotly's own lines, through its public functions ---
  let latest = 0;
  async function plain() {
    const lines = picture.runs.map((run) => {
      const { x, y, z } = onGround(run, ground.terrain);
      return { type: "scatter3d", mode: "lines", x, y, z, line: { color: run.look.color, width: 4 }, hoverinfo: "skip" };
    });
    const heads = { type: "scatter3d", mode: "markers", ...headsAt(latest), hoverinfo: "skip" };
    heads.marker = { size: 4, color: picture.runs.map((run) => run.look.color) };
    await picture.plotly.react(plot, [plot.data[0], ...lines, heads], plot.layout);
  }
  function headsAt(t) {
    const points = picture.runs.map((run) => headOf(onGround(run, ground.terrain), t, { project: (...point) => point }));
    return Object.fromEntries(["x", "y", "z"].map((name, i) => [name, points.map((point) => point[i])]));
  }
  const move = newestWins(async () => {
    const now = headsAt(latest);
    await picture.plotly.restyle(plot, { x: [now.x], y: [now.y], z: [now.z] }, [plot.data.length - 1]);
  });
  function follow(t) {
    latest = t;
    if (plot.data?.length > 1) move();
  }

  return { show, see, draw, plot };
}
