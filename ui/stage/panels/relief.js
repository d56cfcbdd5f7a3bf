/** The 3D panel: the surface in its box, painted when it or the camera changes, and the paths upon it. */

import { drawBox } from "./box.js";
import { h, sideways, wheeled } from "./dom.js";
import { headOf, onGround, through } from "./drape.js";
import { paintHills } from "./hills.js";
import { vertexAt } from "./line.js";
import { drawMark, drawPaths } from "./paint.js";
import { printed, printEdges } from "./print.js";
import { cover, createSheet, finesse } from "./raster.js";
import { numbersOf } from "./scene.js";
import { home, seenBy, turned } from "./view.js";

const TURN = 0.008; // radians for a pixel
const QUIET = 120; // ms after which what has come to rest is painted with smooth edges
const [FINE, COARSE] = [120, 60]; // squares of the surface along each side: at rest, while it moves
const SELDOM = 50; // ms from one picture of a surface that a slider bends to the next: the paths upon it are drawn more often

/** @param {HTMLElement} box @param {() => void} onTurn the reader turned the camera */
export function createRelief(box, onTurn) {
  const canvas = h("canvas");
  const sheet = createSheet(canvas);
  const back = h("button", { type: "button", className: "home", hidden: true, title: "the camera as it stood", onclick: () => turn() }, "Turn back");
  box.append(canvas, back);
  let picture = null;
  let size = [0, 0];
  let camera = null; // where the reader turned it; null: where it stands by itself
  let latest = 0; // the step drawn last
  let [turning, resting] = [0, 0]; // the frame and the timer that are asked for

  // --- the surface ---
  let painted = { key: [] };
  let moves = false; // the camera or the surface does: its edges are rough meanwhile
  /** The surface, and the view through which it is seen: the same objects until something changes. */
  function ground() {
    const { terrain, theme, large, rough } = picture;
    const ratio = finesse();
    const [width, height] = size.map((side) => Math.round(side * ratio));
    const stands = camera ?? home(...size);
    const key = [terrain, theme, large, ...size, ratio, ...Object.values(stands)];
    const other = key.findLastIndex((part, i) => part !== painted.key[i]);
    if (other < 0 && (!painted.coarse || moves || rough)) return painted;
    if (other >= 0) settle();
    const now = performance.now();
    if (other === 0 && rough && now - painted.at < SELDOM) return painted; // but for the terrain it is the same
    const coarse = moves || rough;
    const view = seenBy(stands, terrain, ...size);
    const pixels = printed(width, height, ratio, theme.background, (context) => {
      printEdges(box, context, theme);
      context.globalAlpha = 1;
      drawBox(context, view, terrain, theme, 11 * Math.min(1.5, large));
    });
    const grain = coarse || ratio > 1 ? 1 : 2;
    view.hides = paintHills(terrain, view, theme, width, height, ratio, grain, Math.max(1, Math.round((terrain.x.length - 1) / (coarse ? COARSE : FINE))), pixels);
    box.dataset.camera = Object.values(stands).map((v) => v.toFixed(4)).join();
    return (painted = { key, pixels, view, coarse, terrain, at: now });
  }
  /** Something moves: paint roughly until it rests. */
  function settle() {
    moves = true;
    clearTimeout(resting);
    resting = setTimeout(() => {
      moves = false;
      draw(latest);
    }, QUIET);
  }

  /** Take what is to be drawn from here on. */
  function see(next) {
    picture = next;
  }
  function show(next) {
    see(next);
    size = cover(box, canvas);
  }

  function draw(t) {
    latest = t;
    cancelAnimationFrame(turning);
    if (!picture || !size.every((side) => side > 0)) return;
    const { pixels, view, terrain } = ground();
    const { theme, runs, large: unit } = picture;
    const lines = runs.map((run) => through(run, onGround(run, terrain), view));
    drawPaths(sheet, () => sheet.open(...size, () => pixels), lines, runs.map((run) => run.moves), t, [...runs.map((run) => run.look), pixels, unit], (k, first, last, past) => {
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

  // --- turning ---
  /** Turn the camera by radians and move it away by a factor; without any, back to where it stood. */
  function turn(...by) {
    if (!picture) return;
    camera = by.length ? turned(camera ?? home(...size), ...by) : null;
    back.hidden = !camera;
    onTurn();
    cancelAnimationFrame(turning);
    turning = requestAnimationFrame(() => draw(latest));
  }
  /** Where the camera stands, for a link; empty where nobody turned it. */
  const aimed = () => (camera ? Object.values(camera).map((v) => Number(v.toFixed(3))).join() : "");
  /** Turn the camera as a link says; a link without one or with nonsense leaves it where it stands by itself. */
  function aim(words) {
    const numbers = numbersOf(words, 3);
    camera = numbers && turned({ azimuth: numbers[0], elevation: numbers[1], distance: numbers[2] }, 0, 0);
    back.hidden = !camera;
  }
  const fingers = new Map();
  let undecided = null; // where a finger came down that may yet scroll the page
  box.addEventListener("pointerdown", (event) => {
    if (event.button > 0 || event.target === back) return;
    box.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, [event.clientX, event.clientY]);
    const scrolls = event.pointerType === "touch" && getComputedStyle(box).touchAction !== "none";
    undecided = scrolls && fingers.size === 1 ? [event.clientX, event.clientY] : null;
  });
  box.addEventListener("pointermove", (event) => {
    const { pointerId, clientX, clientY } = event;
    const before = fingers.get(pointerId);
    if (!before || (undecided && !sideways(undecided, event))) return;
    undecided = null;
    fingers.set(pointerId, [clientX, clientY]);
    if (fingers.size === 1) return turn((before[0] - clientX) * TURN, (clientY - before[1]) * TURN);
    const other = [...fingers].find(([id]) => id !== pointerId)[1];
    const apart = ([x, y]) => Math.max(20, Math.hypot(x - other[0], y - other[1]));
    turn(0, ((clientY - before[1]) / 2) * TURN, apart(before) / apart([clientX, clientY])); // two fingers tilt it too
  });
  for (const type of ["pointerup", "pointercancel"]) box.addEventListener(type, ({ pointerId }) => fingers.delete(pointerId));
  // Where the page scrolls, one finger that starts upright scrolls it.
  for (const type of ["touchstart", "touchmove"]) box.addEventListener(type, (event) => event.touches.length > 1 && event.preventDefault(), { passive: false });
  box.addEventListener("wheel", (event) => {
    event.preventDefault();
    turn(0, 0, wheeled(event));
  }, { passive: false });
  box.addEventListener("dblclick", () => turn());

  const destroy = () => [cancelAnimationFrame(turning), clearTimeout(resting)];
  return { show, see, draw, turn, aim, aimed, destroy };
}
