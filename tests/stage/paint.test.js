/** Laws of colors, the camera, the surface in 3D and the paths laid over it. */

import assert from "node:assert/strict";
import test from "node:test";

import { terrainOfHeights } from "../../ui/stage/data/terrain.js";
import { homeCamera, turnCamera, viewFrom } from "../../ui/stage/paint/camera.js";
import { channels, ink } from "../../ui/stage/paint/color.js";
import { drape, headOf, projectPath } from "../../ui/stage/paint/drape.js";
import { paintHills } from "../../ui/stage/paint/hills.js";
import { vertexAt } from "../../ui/stage/paint/line.js";
import { snapBox } from "../../ui/stage/paint/pixels.js";
import { markPoints } from "../../ui/stage/paint/theme.js";
import { close, headOn, ridge, runOf, THEME, THEMES } from "./fixtures.js";

const visible = () => false;

test("colors are read in every spelling that a theme has", () => {
  assert.deepEqual(ink("#123456"), { paint: 0x563412, opacity: 1 });
  assert.deepEqual(ink("rgba(255,0,16,.5)"), { paint: 0x1000ff, opacity: 0.5 });
  assert.deepEqual(ink("rgb(1, 2, 3)"), { paint: 0x030201, opacity: 1 });
  assert.deepEqual(channels("rgba(60,80,105,.30)"), [60, 80, 105, 0.3]);
  assert.equal(ink("#123456"), ink("#123456"), "parsed once");
});

test("every optimizer's color has a contrast of 3:1 to the whole surface", () => {
  // Relative luminance and contrast as WCAG 2.2 defines them.
  const luminance = (/** @type {string} */ color) => {
    const [r, g, b] = channels(color)
      .map((c) => c / 255)
      .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  for (const scheme of /** @type {const} */ (["light", "dark"])) {
    for (const color of THEMES.palette[scheme]) {
      for (const ground of [THEMES.ground[scheme].low, THEMES.ground[scheme].high]) {
        const [a, b] = [luminance(color), luminance(ground)].sort((p, q) => q - p);
        assert.ok((a + 0.05) / (b + 0.05) >= 3, `${color} on ${ground}`);
      }
    }
  }
});

test("a mark's outline as an SVG polygon", () => {
  const square = /** @type {[number, number][]} */ ([
    [-1, -1],
    [1, -1],
    [1, 1],
  ]);
  assert.equal(markPoints(square, 10, 20, 2), "8.00,18.00 12.00,18.00 12.00,22.00");
});

test("a box in device pixels has whole sides", () => {
  assert.deepEqual(snapBox([10.2, 20.3, 100.5, 50], 2), [20, 41, 221, 141]);
});

test("the camera looks at its target, and at points in line with the eye as one", () => {
  const terrain = ridge();
  const [width, height] = [400, 300];
  const home = homeCamera(width, height);
  for (const camera of [home, turnCamera(home, 1, -0.3, 1.5)]) {
    const view = viewFrom(camera, terrain, width, height);
    const target = terrain.low + (0.5 - 0.13 / 0.5) * (terrain.high - terrain.low);
    const [x, y, depth] = view.project(0, 0, target);
    close(x, width / 2, 1e-9);
    close(y, height / 2, 1e-9);
    close(depth, camera.distance, 1e-9);
    // Half the field of view of 45 degrees lies between the middle and the upper edge.
    close(view.reach, height / 2 / Math.tan(Math.PI / 8), 1e-9);
    const [ex, ey, ez] = view.eye;
    close(view.project(ex, ey, ez)[2], 0, 1e-9, "the eye's own depth");
    const [p, q] = [0.3, 0.7].map((u) => view.project(ex * (1 - u), ey * (1 - u) + u, ez * (1 - u)));
    close(p[0], q[0], 1e-6);
    close(p[1], q[1], 1e-6);
  }
});

test("the camera never looks from below the floor, upside down, or from inside the surface", () => {
  const home = homeCamera(1, 1);
  assert.ok(turnCamera(home, 0, 9).elevation < Math.PI / 2);
  assert.ok(turnCamera(home, 0, -9).elevation > 0);
  assert.ok(turnCamera(home, 0, 0, 0).distance > 0.8);
});

test("the surface is painted where the camera projects it, and hides what lies behind it", () => {
  const terrain = ridge();
  const [width, height] = [200, 150];
  for (const grain of [1, 2]) {
    const view = viewFrom(homeCamera(width, height), terrain, width, height);
    const pixels = new Uint32Array(width * height);
    const hides = paintHills(terrain, view, THEME, width, height, 1, grain, 1, pixels);
    for (const [x, y] of [
      [-1.5, -1.5],
      [1.5, 1.5],
      [-1.5, 1.5],
      [1.2, -1.8],
    ]) {
      const [px, py, depth] = view.project(x, y, terrain.height(x, y));
      assert.notEqual(pixels[Math.floor(py) * width + Math.floor(px)], 0);
      assert.ok(hides(px, py, depth + 0.2));
      assert.ok(!hides(px, py, depth - 0.2));
    }
    assert.equal(pixels[0], 0, "nothing beside it");
    assert.ok(!hides(0.5, 0.5, 100));
  }
});

test("a hill hides what lies behind it, and only that", () => {
  const terrain = ridge();
  const view = viewFrom({ azimuth: 0, elevation: 0.15, distance: 2 }, terrain, 400, 300); // from the right, low
  const hides = paintHills(terrain, view, THEME, 400, 300, 1, 1, 1, new Uint32Array(400 * 300));
  const line = projectPath(drape(runOf([-1.5, 0, -1, 0, 1, 0, 1.5, 0]), terrain), view, hides);
  const hiddenAt = (/** @type {number} */ t) => line.hidden?.[vertexAt(line, t)];
  assert.deepEqual([hiddenAt(0.5), hiddenAt(2.5)], [1, 0], "behind, before");
});

test("a path is laid on the surface and ends at the domain's edge", () => {
  const terrain = ridge();
  const draped = drape(runOf([-1, 0, 1, 0, 5, 0]), terrain);
  const lift = 0.008 * (terrain.high - terrain.low);
  draped.x.forEach((x, i) => {
    close(draped.z[i], terrain.height(x, draped.y[i]) + lift, 1e-6);
  });
  assert.ok(
    draped.x.some((x) => Math.abs(x) < 0.05),
    "over the ridge, not through it",
  );
  assert.equal(Math.max(...draped.x), 2);
  close(draped.step[draped.step.length - 1], 1.25, 1e-6);
  const project = (/** @type {number} */ x) => /** @type {[number, number, number]} */ ([x, 0, 1]);
  close(headOf(draped, 0.25, { project })[0], -0.5, 1e-6);
  close(headOf(draped, 2, { project })[0], 2, 1e-6, "once it has left, where it left");
});

test("a path that comes back into the domain is broken between", () => {
  const draped = drape(runOf([0, 0, 4, 0, 0, 1]), ridge());
  const breaks = draped.x.flatMap((x, i) => (Number.isNaN(x) ? [draped.step[i]] : []));
  assert.deepEqual(breaks, [1.5]);
  assert.ok(draped.x.every((x) => !(Math.abs(x) > 2)));
});

test("a path is draped once for a terrain, and anew for another one", () => {
  const run = runOf([-1, 0, 1, 0]);
  const [hill, flat] = [ridge(), terrainOfHeights(headOn(2), new Float32Array(9))];
  const draped = drape(run, hill);
  assert.equal(drape(run, hill), draped);
  const other = drape(run, flat);
  assert.notEqual(other, draped);
  assert.equal(drape(run, flat), other);
  assert.ok(Math.max(...draped.z) > Math.max(...other.z) + 1, "each at its own terrain's heights");
  assert.deepEqual(Object.keys(run), Object.keys(runOf([])), "nothing is kept on the run");
});

test("a path is projected once for a view, and anew for another one", () => {
  const terrain = ridge();
  const draped = drape(runOf([-1, 0, 1, 0]), terrain);
  const home = homeCamera(400, 300);
  const [near, far] = [home, turnCamera(home, 0, 0, 2)].map((camera) => viewFrom(camera, terrain, 400, 300));
  const line = projectPath(draped, near, visible);
  assert.equal(projectPath(draped, near, visible), line);
  const other = projectPath(draped, far, visible);
  assert.notEqual(other, line);
  assert.notDeepEqual([...other.x], [...line.x]);
  const behind = projectPath(draped, far, () => true);
  assert.ok(behind.hidden?.every(Boolean), "another surface hides it");
  assert.ok(other.hidden?.every((hidden) => !hidden));
});
