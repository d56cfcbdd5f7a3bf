/** The 3D panel: Plotly draws the surface once, a canvas the paths upon it, seen through the same camera. */

import { afterRender, camera, turned } from "./camera.js";
import { along, cut, thin, vertexAt } from "./line.js";
import { drawMark, stroke, wipe } from "./paint.js";

const PIECES = 48; // a step that crosses the whole domain is laid over the surface in so many pieces
const SLOW = 60; // ms
const LOOKS = 24; // places looked at between a point and the eye to see whether a hill hides it

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

  async function show(next) {
    picture = next;
    const { terrain, theme, plotly } = picture;
    const { clientWidth: width, clientHeight: height } = box;
    if (!width || !height) return;
    size = [width, height];
    const now = [width, height].join();
    if (now === key && ground?.terrain === terrain && ground?.theme === theme) return;
    // Where drawing the surface takes long (no graphics card), it waits until the hand has let go.
    if (picture.held && cost > SLOW) return;
    key = now;
    ground = { terrain, theme };
    began = performance.now();
    const [[x0, x1], [y0, y1]] = terrain.domain;
    const stretch = Math.min(1.5, Math.max(0.67, Math.sqrt((x1 - x0) / (y1 - y0))));
    const back = Math.max(1, (1.1 * height) / width); // in a narrow panel the camera starts further away
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
        camera: turned(plot) ?? { eye: { x: -0.52 * back, y: -1.28 * back, z: 1.2 * back }, center: { x: 0, y: 0, z: -0.13 } },
        xaxis: axis("x"),
        yaxis: axis("y"),
        zaxis: axis(terrain.log_height ? "loss (log)" : "loss", terrain.ticks ?? {}),
      },
    }, { displayModeBar: false, responsive: false, scrollZoom: true });
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

/** The path laid on the surface: vertices inside the domain, each with the fractional step it belongs to. */
function onGround(run, terrain) {
  if (run.lifted?.terrain === terrain) return run.lifted;
  const [[x0, x1], [y0, y1]] = terrain.domain;
  const lift = 0.008 * (terrain.high - terrain.low);
  const { position } = run;
  const [xs, ys, zs, step] = [[], [], [], []];
  const add = (x, y, s) => {
    xs.push(x);
    ys.push(y);
    zs.push(terrain.height(Math.min(x1, Math.max(x0, x)), Math.min(y1, Math.max(y0, y))) + lift); // rounding of the cut
    step.push(s);
  };
  add(position[0], position[1], 0);
  for (let i = 0; i + 1 < position.length / 2; i++) {
    const [ax, ay, bx, by] = position.subarray(2 * i, 2 * i + 4);
    const piece = Number.isFinite(ax + ay + bx + by) ? cut(ax, ay, bx, by, x0, y0, x1, y1) : null;
    if (!piece) continue;
    const [cx, cy, dx, dy] = piece;
    const [from, to] = [along(ax, ay, bx, by, cx, cy), along(ax, ay, bx, by, dx, dy)];
    if (from > 0) {
      add(NaN, NaN, i + from); // it comes back into the picture here
      add(cx, cy, i + from);
    }
    const pieces = Math.max(1, Math.ceil(PIECES * Math.max(Math.abs(dx - cx) / (x1 - x0), Math.abs(dy - cy) / (y1 - y0))));
    for (let k = 1; k <= pieces; k++) {
      const u = k / pieces;
      add(cx + (dx - cx) * u, cy + (dy - cy) * u, i + from + (bx === ax && by === ay ? 1 : to - from) * u);
    }
  }
  run.lifted = { terrain, x: xs, y: ys, z: zs, step };
  run.seen = null;
  return run.lifted;
}

/** Where the path stands on the screen at step t; once it has left the domain, where it left. */
function headOf({ x, y, z, step }, t, view) {
  const i = vertexAt({ step }, t);
  const j = i + 1 < step.length && step[i + 1] > step[i] && Number.isFinite(x[i + 1]) ? i + 1 : i;
  const u = j > i ? (t - step[i]) / (step[j] - step[i]) : 0;
  const mix = (a) => (j > i ? a[i] * (1 - u) + a[j] * u : a[i]);
  return view.project(mix(x), mix(y), mix(z));
}

/** The vertices on the screen, and whether a hill stands before them. Kept until the camera or the path changes. */
function through(run, { x, y, z, step }, view, terrain) {
  if (run.seen?.stamp === view.stamp) return run.seen;
  const n = step.length;
  const seen = { x: new Float32Array(n), y: new Float32Array(n), hidden: new Uint8Array(n) };
  const [ex, ey, ez] = view.eye;
  const [[x0, x1], [y0, y1]] = terrain.domain;
  const slack = 0.012 * (terrain.high - terrain.low);
  for (let i = 0; i < n; i++) {
    [seen.x[i], seen.y[i]] = view.project(x[i], y[i], z[i]);
    const [dx, dy, dz] = [ex - x[i], ey - y[i], ez - z[i]];
    const reach = Math.min(1, 1 / Math.max(Math.abs(dx) / (x1 - x0), Math.abs(dy) / (y1 - y0), 1e-9)); // once across the domain
    for (let k = 1; k <= LOOKS; k++) {
      const u = reach * (k / LOOKS) ** 1.5;
      const h = terrain.height(x[i] + dx * u, y[i] + dy * u);
      if (Number.isNaN(h)) break; // past the edge nothing stands in the way
      if (h > z[i] + dz * u + slack) {
        seen.hidden[i] = 1;
        break;
      }
    }
  }
  run.seen = { stamp: view.stamp, ...thin({ ...seen, step }, ["hidden"]) };
  return run.seen;
}
