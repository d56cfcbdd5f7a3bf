/** The 3D view: the surface in its box, painted when it or the camera changes, and the paths upon it. */

/** @import { PanelKind, Picture } from "../types" */
/** @import { Camera } from "../paint/camera.js" */
/** @import { Drawn } from "../paint/find.js" */

import { h } from "../controls/dom.js";
import { followPointers } from "../controls/gestures.js";
import { isOutside } from "../data/outcome.js";
import { drawBox } from "../paint/axes3d.js";
import { drawEdges, renderBackdrop } from "../paint/backdrop.js";
import { homeCamera, turnCamera, viewFrom } from "../paint/camera.js";
import { dashOf } from "../paint/dash.js";
import { drape, headOf, projectPath } from "../paint/drape.js";
import { nearestOf, nearestRun } from "../paint/find.js";
import { orderOfHeads } from "../paint/heads.js";
import { paintHills } from "../paint/hills.js";
import { vertexAt } from "../paint/line.js";
import { AHEAD, drawMarker, drawPaths } from "../paint/paths.js";
import { cover, pixelRatio } from "../paint/pixels.js";
import { createSheet } from "../paint/sheet.js";
import { parseNumbers } from "../state/url.js";
import { msg, t } from "../state/words.js";

const TURN = 0.008; // radians for a pixel
const QUIET = 120; // ms after which what has come to rest is painted with smooth edges
const [FINE, COARSE] = [120, 60]; // squares of the surface along each side: at rest, while it moves
const BENDING = 50; // ms between two pictures of a surface that a slider bends; the paths upon it are drawn more often

/** @type {PanelKind} */
export const relief = {
  id: "relief",
  label: msg("the surface in three dimensions with every path"),
  slot: "side",
  gestures: [
    [msg("Drag the 3D view, W A S D"), msg("turn it")],
    [msg("Wheel, pinch on the 3D view"), msg("move the camera nearer or further away")],
    [msg("Double-click the 3D view"), msg("reset the camera")],
  ],
  applies: ({ display }) => display.view !== "map",

  create(box, { viewChanged }) {
    const canvas = h("canvas");
    const sheet = createSheet(canvas);
    const back = h("button", {
      type: "button",
      className: "home over-sheet",
      hidden: true,
      title: t("reset the camera"),
    });
    back.textContent = t("Reset view");
    back.onclick = () => turnBack();
    box.append(canvas, back);

    /** @type {Picture} */
    let picture;
    /** @type {object | null} */
    let layout = null;
    let [width, height] = [0, 0];
    /** @type {Camera | null} where the reader turned it; null: where it stands by itself */
    let camera = null;
    let drawn = { t: 0, playing: false }; // what was drawn last
    let frame = 0; // the animation frame that is asked for
    let timer = 0;
    /** @type {Drawn[]} */
    let seen = [];

    // --- the surface ---
    /** @type {ReturnType<typeof paint> | null} */
    let painted = null;
    let moves = false; // the camera or the surface does: it is painted coarsely meanwhile

    /** The painted surface and the view through which it is seen: the same object until something changes. */
    function ground() {
      const { terrain, theme, magnification, bending } = picture;
      const eye = camera ?? homeCamera(width, height);
      const key = [theme, magnification, width, height, pixelRatio(), eye.azimuth, eye.elevation, eye.distance];
      const sameView = !!painted && key.every((part, i) => part === painted?.key[i]);
      const same = sameView && painted?.terrain === terrain;
      if (painted && same && (!painted.coarse || moves || bending)) return painted;
      if (!same) startMoving();
      if (painted && sameView && bending && performance.now() - painted.at < BENDING) return painted;
      painted = paint(key, eye, moves || bending);
      return painted;
    }

    /** @param {unknown[]} key @param {Camera} eye @param {boolean} coarse */
    function paint(key, eye, coarse) {
      const { terrain, theme, magnification } = picture;
      const ratio = pixelRatio();
      const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
      const view = viewFrom(eye, terrain, width, height);
      const pixels = renderBackdrop(w, h, ratio, theme.background, (context) => {
        drawEdges(box, context, theme);
        context.globalAlpha = 1;
        drawBox(context, view, terrain, theme, 11 * magnification);
      });
      const grain = coarse || ratio > 1 ? 1 : 2;
      const stride = Math.max(1, Math.round((terrain.n - 1) / (coarse ? COARSE : FINE)));
      const hides = paintHills(terrain, view, theme, w, h, ratio, grain, stride, pixels);
      box.dataset.camera = [eye.azimuth, eye.elevation, eye.distance].map((v) => v.toFixed(4)).join();
      box.dataset.fine = String(!coarse);
      return { key, terrain, view, pixels, hides, coarse, at: performance.now() };
    }

    /** Something moves: paint coarsely until it rests. */
    function startMoving() {
      moves = true;
      clearTimeout(timer);
      timer = window.setTimeout(() => {
        moves = false;
        redraw();
      }, QUIET);
    }

    // --- drawing ---
    /** @param {Picture} next */
    function show(next) {
      picture = next;
      if (layout === picture.layout) return;
      layout = picture.layout;
      [width, height] = cover(box, canvas);
    }

    /** @param {number} t @param {boolean} [playing] */
    function draw(t, playing = false) {
      drawn = { t, playing };
      cancelAnimationFrame(frame);
      if (!picture || !(width > 0 && height > 0)) return;
      const { pixels, view, terrain, hides } = ground();
      const { theme, runs, lookOf, magnification: unit } = picture;
      const draped = runs.map((run) => drape(run, terrain));
      const lines = draped.map((path) => projectPath(path, view, hides));
      const looks = runs.map(lookOf);
      const moving = runs.map(({ approximate }) => !!approximate);
      const begin = () => sheet.open(width, height, () => pixels);
      drawPaths(sheet, begin, lines, moving, t, playing, [...looks, pixels, unit], (k, first, last, past) => {
        const dash = dashOf(looks[k], lines[k], first, 2 * unit);
        const style = { color: looks[k].color, width: (past ? 2 : 1.2) * unit, dash };
        const opacity = past ? 1 : AHEAD;
        sheet.stroke(lines[k], first, last, { ...style, wanted: 1, opacity: 0.3 * opacity }); // behind a hill
        sheet.stroke(lines[k], first, last, { ...style, wanted: 0, opacity });
      });
      const heads = draped.map((path) => headOf(path, t, view));
      seen = runs.map(({ id }, k) => {
        const { x, y, z, step } = draped[k];
        const stepAt = (/** @type {number} */ px, /** @type {number} */ py) => {
          const places = step.map((_, i) => view.project(x[i], y[i], z[i]));
          return step[
            nearestOf(
              places.length,
              (i) => places[i][0],
              (i) => places[i][1],
              px,
              py,
            )
          ];
        };
        return { entry: id, line: lines[k], box: [0, 0, width, height], head: heads[k], stepAt };
      });
      const behind = lines.map((line) => !!line.hidden?.[vertexAt(line, t)]);
      for (const [k, line] of lines.entries()) {
        const now = vertexAt(line, t);
        const dash = dashOf(looks[k], line, now, 2 * unit);
        const style = { color: looks[k].color, width: 2 * unit, opacity: behind[k] ? 0.3 : 1, dash };
        sheet.segment(line.x[now], line.y[now], heads[k][0], heads[k][1], style);
      }
      for (const k of orderOfHeads(runs, Math.floor(t), picture.lit)) {
        const [x, y] = heads[k];
        const size = isOutside(runs[k], Math.floor(t), terrain.domain) ? 3.5 : 5.5; // as in the contour
        drawMarker(sheet, looks[k], theme, x, y, size * unit, behind[k] ? 0.45 : 1);
      }
      sheet.flush();
    }

    // --- turning ---
    /** @param {Camera | null} next */
    function setCamera(next) {
      camera = next;
      back.hidden = !camera;
    }
    const redraw = () => draw(drawn.t, drawn.playing);
    function viewMoved() {
      viewChanged();
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(redraw);
    }
    /** Turn the camera by radians and move it away by a factor. @param {number} right @param {number} up */
    function turn(right, up, away = 1) {
      if (!picture) return;
      setCamera(turnCamera(camera ?? homeCamera(width, height), right, up, away));
      viewMoved();
    }
    function turnBack() {
      setCamera(null);
      viewMoved();
    }
    const view = {
      key: "camera",
      read: () =>
        camera ? [camera.azimuth, camera.elevation, camera.distance].map((v) => Number(v.toFixed(3))).join() : "",
      write(/** @type {string} */ words) {
        const numbers = parseNumbers(words, 3);
        if (!numbers) return setCamera(null);
        const [azimuth, elevation, distance] = numbers;
        setCamera(turnCamera({ azimuth, elevation, distance }, 0, 0)); // within its limits
      },
    };

    const stop = followPointers(box, {
      accepts: ({ target }) => target !== back,
      // Where the page scrolls, a finger that starts upright scrolls it.
      mayScroll: ({ pointerType }) => pointerType === "touch" && getComputedStyle(box).touchAction !== "none",
      drag: ([x, y], [before, above]) => turn((before - x) * TURN, (y - above) * TURN),
      pinch: (factor, _, [, down]) => turn(0, down * TURN, factor), // two fingers tilt it too
      wheel: (factor) => turn(0, 0, factor),
    });
    box.ondblclick = turnBack;

    function destroy() {
      stop();
      cancelAnimationFrame(frame);
      clearTimeout(timer);
    }
    const find = (/** @type {number} */ x, /** @type {number} */ y) => nearestRun(seen, x, y);
    return { show, draw, view, turn, find, destroy };
  },
};
