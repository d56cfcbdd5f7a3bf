/**
 * The stage: everything the reader sees and moves. It asks the server for the paths of a scene, draws them, and tells
 * the script and the address bar about a scene once a hand has let go.
 */

import { createBar } from "./bar.js";
import { drawArrows } from "./arrows.js";
import { createChart } from "./chart.js";
import { createContour } from "./contour.js";
import { h, seldom } from "./dom.js";
import { createData } from "./data.js";
import { createFan, cutAt } from "./fan.js";
import { createKeys } from "./keys.js";
import { loadPlotly, styled } from "./load.js";
import { createProgram } from "./program.js";
import { createRail } from "./rail.js";
import { finesse } from "./raster.js";
import { createRelief } from "./relief.js";
import { intoSearch, toQuery, toQueryOn } from "./scene.js";
import { terrain } from "./terrain.js";
import { look, readTheme } from "./theme.js";
import { createTransport } from "./transport.js";
import { newestWins, runsOf, unpack } from "./wire.js";

const RETRY = 2000; // ms until an unanswered request is made again
const READABLE = 100; // ms that a live number stays while something moves
const SLOW = 500; // ms without an answer until it is said that one is being computed
const SETTLE = 200; // ms without change until the address bar and the script are told

const COMPUTING = "Computing …";

const stages = new WeakMap(); // one for each place on the page: Streamlit calls again for every change of theme

/** Streamlit's entry: called when the component appears and when its data or the theme change. */
export default function mount(component) {
  const { parentElement } = component;
  if (!stages.has(parentElement)) stages.set(parentElement, createStage(parentElement.querySelector("[data-stage]"), component));
  stages.get(parentElement).again(component);
  return () => {
    if (parentElement.isConnected) return; // Streamlit cleans up after a superseded call too: the stage lives on
    stages.get(parentElement)?.destroy();
    stages.delete(parentElement);
  };
}

function createStage(root, component) {
  const [catalogue, version, plotlyAddress] = component.data;
  let tell = component.setStateValue;
  let picture = null; // all that the panels draw; replaced as a whole
  let values = null; // the scene by URL key, as the controls show it
  let defaults = null; // the scene that this surface opens with
  let theme = null;
  let held = false; // a hand drags
  let drag = null; // {key, place, value}: what it drags, until the exact paths of where it let go are there
  let asked = false;
  let destroyed = false;

  root.style.visibility = "hidden"; // nobody sees it without its style sheet
  const reveal = () => {
    root.style.visibility = "";
    if (document.activeElement === document.body) root.focus({ preventScroll: true }); // keys work at once
  };
  styled().then(reveal, reveal); // one that failed is asked for again, and told, with the first picture
  const box = Object.fromEntries(["bar", "contour", "relief", "data", "chart", "rail", "transport", "note"].map((name) => [name, h("div", { className: name })]));
  root.className = "stage waiting";
  root.tabIndex = -1;
  root.replaceChildren(box.bar, h("div", { className: "panels" }, box.contour, box.relief, box.data, box.chart), box.rail, box.transport, box.note);
  Object.assign(root.dataset, { paths: 0, frames: 0, step: 0, scene: "", source: "exact" });
  box.note.setAttribute("role", "status");
  box.note.textContent = "Computing the first picture …";
  const pictured = {
    contour: "the surface from above with every path; a click sets the start",
    relief: "the surface in three dimensions with every path",
    chart: "a quantity of every optimizer at every step",
    data: "the examples and what every optimizer's model makes of them",
  };
  for (const [name, label] of Object.entries(pictured)) {
    box[name].setAttribute("role", "group"); // not an image: controls stand in it
    box[name].setAttribute("aria-label", label);
  }

  const keys = createKeys(root, {
    toggle: () => transport.toggle(),
    nudge: (steps) => transport.nudge(steps),
    seek: (step) => transport.seek(step),
    pick: (k) => rail.pick(k),
    turn: (right, up) => relief.turn(right, up),
    fullscreen: () => (document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen()),
    projector,
    plain: () => projected() && projector(),
  });
  const bar = createBar(box.bar, catalogue, { change, grab, open, check, reset, publish, program: () => program.open() });
  const rail = createRail(box.rail, catalogue, { change, grab });
  const contour = createContour(box.contour, (xy, done) => change("start", xy, done), settle);
  const relief = createRelief(box.relief, settle);
  const sights = { seen: contour, camera: relief }; // what the reader looks at, by URL key: it stays in the browser
  for (const [key, panel] of Object.entries(sights)) panel.aim(new URLSearchParams(location.search).get(key) ?? "");
  const transport = createTransport(box.transport, { draw, rest, change, help: keys.help, projector });
  const chart = createChart(box.chart, transport.seek, change);
  const data = createData(box.data);
  const panels = [contour, relief, data, chart];
  const program = createProgram(root, catalogue, (route, query) => new URL(`${route}?${query}&v=${version}`, document.baseURI), () => toQuery(unseen(values), defaults), () => values);
  const names = new Map(catalogue.optimizers.map(({ id, name }) => [id, name]));
  let looksNow = new Map(); // the same object as long as the theme is: a panel paints again what looks otherwise
  const lookOf = (id) => looksNow.get(id);

  // --- asking ---
  let exact = null; // {runs, terrain, scene}: the last paths that were asked for as such
  let opening = null; // the surface that was picked and is not there yet
  let edited = {}; // what a hand changed since the request in flight was sent
  let placing; // where the playhead goes with the next picture: a step, null for the end, undefined to stay
  let gridQuery = null;
  let ground = null;
  let retry = 0;
  let awaited = 0; // answers that take long

  /** Say so where something takes long. @param {Promise} answer @returns {Promise} the same */
  function patiently(answer) {
    let slow = 0;
    const timer = setTimeout(() => {
      slow = 1;
      awaited++;
      box.note.textContent ||= COMPUTING;
    }, SLOW);
    return answer.finally(() => {
      clearTimeout(timer);
      awaited -= slow;
      if (!awaited && box.note.textContent === COMPUTING) box.note.textContent = "";
    });
  }
  async function bytes(route, query) {
    const answer = await fetch(new URL(`${route}?${query}&v=${version}`, document.baseURI));
    if (!answer.ok) throw new Error(`the server answered ${answer.status} for ${route}`);
    return unpack(await answer.arrayBuffer());
  }

  /** The query of the scene that is wanted now; how it is looked at is none of the server's business. */
  function wanted() {
    if (!values) return new URLSearchParams(location.search).toString();
    return opening === null ? toQuery(unseen(values), defaults) : toQueryOn(opening, unseen(values), defaults);
  }
  const unseen = (all) => ({ ...all, step: null, ...Object.fromEntries(catalogue.looks.map((key) => [key, defaults[key]])) });
  const looks = () => Object.fromEntries(catalogue.looks.map((key) => [key, values[key]]));

  /** Fetch and draw what is wanted when the request is sent, not when it was asked for. */
  const refresh = newestWins(async () => {
    clearTimeout(retry);
    const [query, target, first] = [wanted(), opening, !values];
    const surfaceQuery = surfacePart(query);
    edited = {};
    let paths, grid, plotly;
    try {
      [paths, grid, plotly] = await patiently(Promise.all([
        bytes("paths", query),
        surfaceQuery === gridQuery ? null : bytes("grid", surfaceQuery),
        loadPlotly(plotlyAddress),
        styled(),
      ]));
    } catch (error) {
      if (destroyed) return;
      const drawn = exact ? " What is drawn is the last scene it sent." : "";
      box.note.textContent = `No answer from the server, trying again.${drawn} (${error.message})`;
      retry = setTimeout(refresh, RETRY);
      return;
    }
    if (destroyed || opening !== target) return; // another surface was picked meanwhile: its request is next
    box.note.textContent = awaited ? COMPUTING : "";
    const { head, arrays } = paths;
    defaults = head.defaults;
    if (grid) {
      gridQuery = surfacePart(toQuery(head.values, defaults));
      ground = terrain(grid);
    }
    if (first || target !== null) {
      const kept = Object.entries(edited).filter(([key]) => key in head.values && key !== "start" && !key.startsWith("surface"));
      values = { ...head.values, ...(values ? looks() : {}), ...Object.fromEntries(kept) };
      opening = null;
      placing = first ? values.step : null;
      if (first) told = toQuery(values, defaults);
      showControls();
      if (target !== null) settle();
      if (kept.length) refresh();
    }
    exact = { runs: dressedRuns(paths, ground), terrain: ground, scene: head.values, plotly };
    if (!held) drag = null;
    await show();
    root.classList.remove("waiting");
    root.dataset.paths = Number(root.dataset.paths) + 1;
    await new Promise(requestAnimationFrame); // no faster than the screen
  });

  /** What a run of an answer lacks: its name, its look, and whether it is outside the picture at a step. */
  function dressed(run, { domain: [[x0, x1], [y0, y1]] }) {
    const { position } = run;
    const outside = (i) => !(position[2 * i] >= x0 && position[2 * i] <= x1 && position[2 * i + 1] >= y0 && position[2 * i + 1] <= y1);
    return { ...run, name: names.get(run.id), look: lookOf(run.id), outside };
  }
  const dressedRuns = (answer, terrain) => runsOf(answer).map((run) => dressed(run, terrain));

  // --- the fan: while a slider is dragged its paths come from one answer that was asked for when it was grabbed ---
  let fan = null; // {asked: its address, key: of the slider, spread: ?{runs, terrain}, failed}
  let spare = false; // the one request that a drag may make while its fan is on the way

  /** A hand or the keyboard has taken hold of a slider: ask for all that it can show. */
  async function grab(key) {
    if (!values || opening !== null) return;
    spare = !key.startsWith("surface."); // where the ground moves too, one request would be two
    const long = key === "steps"; // the longest run holds all the shorter ones
    const standard = long ? catalogue.settings.steps.high : defaults[key];
    const query = toQuery({ ...unseen(values), [key]: standard }, defaults);
    const asked = `${long ? "paths" : "fan"}?${query}&vary=${key}`;
    if (fan?.asked === asked && !fan.failed) return;
    const mine = (fan = { asked, key, spread: null, failed: false });
    let answer;
    try {
      answer = await bytes(long ? "paths" : "fan", long ? query : `${query}&vary=${key}`);
    } catch {
      mine.failed = true; // the drag asks for its paths one by one, and says so if there is no answer
      if (held && drag?.key === key) refresh();
      return;
    }
    if (destroyed || fan !== mine) return;
    if (long) {
      const runs = dressedRuns(answer, exact.terrain);
      mine.spread = { runs: (_, steps) => cutAt(runs, steps).map((run) => dressed({ ...run, moves: true }, exact.terrain)) };
    } else {
      const { runs, terrain } = createFan(answer, exact.terrain);
      mine.spread = { runs: (place) => runs(place).map((run) => dressed({ ...run, moves: true }, exact.terrain)), terrain };
    }
    if (drag?.key === key) morph();
  }

  /** What the panels draw: the exact paths, and over them those that a drag moves. */
  function compose() {
    const spread = drag && fan?.key === drag.key ? fan.spread : null;
    const moved = spread && drag.place !== undefined ? new Map(spread.runs(drag.place, drag.value).map((run) => [run.id, run])) : new Map();
    const runs = exact.runs.map((run) => moved.get(run.id) ?? run);
    const terrain = (moved.size > 0 && spread.terrain?.(drag.place)) || exact.terrain;
    const steps = moved.size && drag.key === "steps" ? drag.value : exact.scene.steps;
    const large = projected() ? 2 : innerWidth >= 1700 ? 1.4 : 1;
    picture = { ...exact, runs, terrain, steps, start: values.start, theme, held, rough: held && !!drag?.key.startsWith("surface."), large, ...looks(), arrows: arrows(), redraw };
    root.dataset.source = moved.size ? "fan" : "exact";
  }
  const arrows = () => (values.arrows === "off" ? null : (...canvas) => drawArrows(Number(values.arrows), theme, ...canvas));
  const redraw = () => draw(transport.t);

  let morphing = 0; // the animation frame that is asked for
  /** Draw where the hand is, at the screen's rate. */
  function morph() {
    morphing ||= requestAnimationFrame(() => {
      morphing = 0;
      if (destroyed || !exact) return;
      const before = picture.steps;
      compose();
      for (const panel of panels) panel.see(picture);
      if (picture.steps !== before) {
        transport.fit(picture.steps);
        relength();
      } else if (!transport.playing) redraw();
    });
  }
  const relength = newestWins(() => chart.show(picture).then(redraw));

  /** Another surface: the settings changed by hand go along. @param {object} surface {surface: id, ...} what is its own */
  function open(surface) {
    opening = surface;
    refresh();
  }
  /** What the server says of a formula: {mathml}, or {error, field} with what is wrong and where. */
  async function check(formula, domain) {
    try {
      return await (await patiently(fetch(new URL(`formula?${new URLSearchParams({ formula, domain, v: version })}`, document.baseURI)))).json();
    } catch {
      return { error: "No answer from the server: the formula was not read. Try again." };
    }
  }
  /** The scene that this surface opens with, shown in the same panels. */
  function reset() {
    values = { ...defaults, ...looks() };
    for (const panel of Object.values(sights)) panel.aim("");
    open(Object.fromEntries(Object.entries(values).filter(([key]) => ["surface", "surface.f", "surface.domain"].includes(key))));
  }

  // --- drawing ---
  let fine = 0; // how fine the screen is that was drawn for
  let showing = Promise.resolve();
  const show = () => (showing = showing.then(showNow, showNow)); // one after the other: Plotly must not be called twice at once

  async function showNow() {
    if (!exact || !theme || destroyed) return;
    fine = finesse();
    for (const run of exact.runs) run.look = lookOf(run.id);
    compose();
    root.classList.toggle("side-by-side", values.view === "panels");
    root.classList.toggle("with-data", !!picture.terrain.data);
    relief.show(picture);
    await Promise.all([contour.show(picture), data.show(picture), chart.show(picture)]);
    transport.fit(picture.steps, placing);
    placing = undefined;
    report();
  }
  /** Tell tests and benchmarks which scene is painted, and whether exactly. */
  function report() {
    root.dataset.scene = toQuery({ ...exact.scene, step: values.step, ...looks() }, defaults);
  }
  const numbers = seldom(() => rail.tick(picture.runs, picture.terrain, transport.t, picture.steps), READABLE);
  function draw(t) {
    if (!picture) return;
    if (fine !== finesse()) show(); // the reader took the window to another screen
    for (const panel of panels) panel.draw(t);
    if (transport.playing || held) numbers.soon();
    else numbers.now();
    root.dataset.frames = Number(root.dataset.frames) + 1;
    root.dataset.step = Math.floor(t);
  }

  const projected = () => root.classList.contains("projector");
  function projector() {
    if (!values) return;
    document.querySelector(".stAppHeader")?.classList.toggle("away", root.classList.toggle("projector"));
    showControls();
    if (!document.activeElement.checkVisibility({ visibilityProperty: true })) root.focus({ preventScroll: true });
    show();
  }
  function showControls() {
    bar.show(values, defaults);
    transport.show(values, projected());
    // A projector shows the leaderboard for a legend: nothing is set there.
    rail.show({ ...values, ...(projected() && { rail: "leaderboard" }) }, defaults, lookOf);
  }

  // --- changing ---
  function change(key, value, done, place) {
    if (!values) return;
    values = { ...values, [key]: value };
    edited[key] = value;
    if (key === "steps" && values.step >= value) values.step = null;
    held = !done;
    const look = catalogue.looks.includes(key);
    if (place !== undefined) drag = { key, value, place };
    else if (!look) drag = null;
    if (look) show();
    else if (done || key === "start" || fan?.key !== key || fan.failed) refresh();
    else if (fan.spread) morph();
    else if (spare) {
      spare = false;
      refresh();
    }
    if (key === "start" && picture) {
      picture.start = value; // the ring follows the hand at once, the paths when they are there
      if (!transport.playing) redraw();
    }
    // A slider that moves shows its own value already.
    if (done || key === "start") showControls();
    if (done) settle();
  }
  function rest(step) {
    if (!values) return;
    values = { ...values, step: step < values.steps ? step : null };
    if (exact) report();
    settle();
  }
  let timer = 0;
  let told = null; // the scene that the script knows
  function settle() {
    clearTimeout(timer);
    timer = setTimeout(publish, SETTLE);
  }
  /** Tell the address bar and the script. @returns {string} the link to this scene */
  function publish() {
    clearTimeout(timer);
    const scene = toQuery(values, defaults);
    const seen = Object.entries(sights).map(([key, panel]) => [key, panel.aimed()]);
    history.replaceState(history.state, "", `?${intoSearch(location.search, scene, values, seen)}`);
    if (scene !== told) tell("scene", scene);
    told = scene;
    return location.href;
  }

  for (const name of ["contour", "relief", "data", "chart"]) box[name].addEventListener("pointerdown", () => root.focus({ preventScroll: true }));
  // Plotly listens to every move of the mouse over the page, and has the page laid out each time: 3 ms of every frame of a drag.
  for (const part of Object.values(box)) part.addEventListener("mousemove", (event) => event.stopPropagation());

  // The script sets its formulas once somebody may have opened the sidebar: by a click beside the stage.
  const beside = ({ target }) => {
    if (root.contains(target)) return;
    document.removeEventListener("click", beside, true);
    tell("opened", true);
  };
  document.addEventListener("click", beside, true);

  const resize = new ResizeObserver(newestWins(() => new Promise(requestAnimationFrame).then(show)));
  resize.observe(box.contour);
  resize.observe(box.relief);
  resize.observe(box.chart);
  resize.observe(box.data);

  return {
    again({ setStateValue, data: [, newest] }) {
      if (newest !== version) location.reload(); // the server was updated: these modules no longer fit it
      tell = setStateValue;
      const now = readTheme(root);
      if (JSON.stringify(now) !== JSON.stringify(theme)) {
        theme = now;
        looksNow = new Map(catalogue.optimizers.map(({ id }, k) => [id, look(theme, k)]));
        if (exact) {
          showControls();
          show();
        }
      }
      if (!asked) {
        asked = true;
        refresh();
      }
    },
    destroy() {
      destroyed = true;
      clearTimeout(timer);
      clearTimeout(retry);
      cancelAnimationFrame(morphing);
      resize.disconnect();
      document.removeEventListener("click", beside, true);
      transport.destroy();
      contour.destroy();
      relief.destroy();
      for (const { plot } of [contour, data, chart]) picture?.plotly.purge(plot);
    },
  };
}

/** The part of a scene's query that decides the ground. */
const surfacePart = (query) => new URLSearchParams([...new URLSearchParams(query)].filter(([key]) => key.startsWith("surface"))).toString();
