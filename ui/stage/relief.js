/** The 3D panel: Plotly draws the surface once, a canvas the paths upon it, seen through the same camera. */

import { afterRender, camera, turned } from "./camera.js";
import { headOf, onGround, through } from "./drape.js";
import { vertexAt } from "./line.js";
import { drawMark, stroke, wipe } from "./paint.js";

const SLOW = 60; // ms

/** @param {HTMLElement} box */
export function createRelief(box) {
  const plot = Object.assign(document.createElement("div"), { className: "plot" });
  const canvas = document.createElement("canvas");
  box.append(plot, canvas);
  let picture = null;
  let key = "";
  let ground = null;
  let size = [0, 0];
  let cost = 0; // ms that the surface took the last time
  let began = 0;
  let home = null; // where the camera stands until the reader turns it
  box.addEventListener("dblclick", () => picture?.plotly.relayout(plot, { "scene.camera": home }));

  async function show(next) {
    picture = next;
    const { terrain, theme, plotly } = picture;
    const { clientWidth: width, clientHeight: height } = box;
    if (!width || !height) return;
    size = [width, height];
    const sized = [width, height].join();
    if (sized === key && ground?.terrain === terrain && ground?.theme === theme) return;
    // Where drawing the surface takes long (no graphics card), it waits until the hand has let go.
    if (picture.held && cost > SLOW) return;
    key = sized;
    ground = { terrain, theme };
    began = performance.now();
    const [[x0, x1], [y0, y1]] = terrain.domain;
    const stretch = Math.min(1.5, Math.max(0.67, Math.sqrt((x1 - x0) / (y1 - y0))));
    const now = turned(plot);
    const untouched = !now || Math.hypot(now.eye.x - home.eye.x, now.eye.y - home.eye.y, now.eye.z - home.eye.z) < 1e-6;
    const back = Math.max(1.08, (1.2 * height) / width); // in a narrow panel the camera stands further away
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
    const surface = {
      type: "surface",
      x: terrain.x,
      y: terrain.y,
      z: terrain.rows,
      colorscale: [[0, theme.low], [1, theme.high]],
      cmin: terrain.low,
      cmax: terrain.high,
      showscale: false,
      hoverinfo: "skip",
      lighting: { ambient: 0.82, diffuse: 0.4, specular: 0.03, roughness: 0.9, fresnel: 0 },
      contours: { x: none, y: none, z: { show: true, ...terrain.levels, color: theme.ridge, width: 1, ...none } },
    };
    await plotly.react(plot, [surface], {
      width,
      height,
      margin: { l: 0, r: 0, t: 0, b: 0 },
      paper_bgcolor: "rgba(0,0,0,0)",
      font: { color: theme.muted, family: theme.font, size: 11 },
      scene: {
        aspectmode: "manual",
        aspectratio: { x: stretch, y: 1 / stretch, z: 0.5 },
        camera: untouched ? home : now,
        xaxis: axis("x"),
        yaxis: axis("y"),
        zaxis: axis(terrain.log_height ? "loss (log)" : "loss", terrain.ticks ?? {}),
      },
    }, { displayModeBar: false, responsive: false, scrollZoom: false });
    afterRender(plot, () => {
      if (began) cost = performance.now() - began;
      began = 0;
      picture.redraw();
    });
  }

  function draw(t) {
    if (!picture || !plot._fullLayout) return;
    const context = wipe(canvas, ...size);
    const view = camera(plot, ...size);
    if (!view) return;
    const { theme, runs, large } = picture;
    const { terrain } = ground;
    const unit = large ? 1.4 : 1;
    for (const run of runs) {
      const line = through(run, onGround(run, terrain), view, terrain);
      const now = vertexAt(line, t);
      const tail = headOf(run.lifted, t, view);
      context.strokeStyle = run.look.color;
      for (const [wanted, alpha] of [[1, 0.3], [0, 1]]) {
        context.globalAlpha = alpha * 0.28;
        context.lineWidth = 1.2 * unit;
        stroke(context, line, now, line.step.length - 1, { wanted });
        context.globalAlpha = alpha;
        context.lineWidth = 2 * unit;
        stroke(context, line, 0, now, { wanted, tail });
      }
    }
    for (const run of runs) {
      const line = run.seen;
      context.globalAlpha = line.hidden[vertexAt(line, t)] ? 0.45 : 1;
      drawMark(context, run.look, theme, ...headOf(run.lifted, t, view), 5.5 * unit);
      context.globalAlpha = 1;
    }
  }

  return { show, draw, plot };
}
