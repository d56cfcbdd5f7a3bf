/**
 * The stage: everything the reader sees and moves. It asks the server for the paths of a scene, draws them, and tells
 * the script and the address bar about a scene once a hand has let go.
 */

import { createBar } from "./bar.js";
import { createChart } from "./chart.js";
import { createContour } from "./contour.js";
import { h } from "./dom.js";
import { createRail } from "./rail.js";
import { createRelief } from "./relief.js";
import { intoSearch, toQuery, toQueryOn } from "./scene.js";
import { terrain } from "./terrain.js";
import { look, readTheme } from "./theme.js";
import { createTransport } from "./transport.js";
import { newestWins, unpack } from "./wire.js";

const RETRY = 2000; // ms until an unanswered request is made again
const READABLE = 100; // ms that a live number stays while playing
const SETTLE = 200; // ms without change until the address bar and the script are told

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
  const { catalogue, version, plotly: plotlyAddress } = component.data;
  let tell = component.setStateValue;
  let picture = null; // all that the panels draw; replaced as a whole
  let values = null; // the scene by URL key, as the controls show it
  let defaults = null; // the scene that this surface opens with
  let theme = null;
  let held = false; // a hand drags
  let ticked = 0; // when the live numbers last changed
  let asked = false;
  let destroyed = false;

  root.style.visibility = "hidden"; // nobody sees it without its style sheet
  const reveal = () => {
    root.style.visibility = "";
    if (document.activeElement === document.body) root.focus({ preventScroll: true }); // keys work at once
  };
  styled().then(reveal, reveal); // one that failed is asked for again, and told, with the first picture
  const box = Object.fromEntries(["bar", "contour", "relief", "chart", "rail", "transport", "note"].map((name) => [name, h("div", { className: name })]));
  root.className = "stage";
  root.tabIndex = -1;
  root.replaceChildren(box.bar, h("div", { className: "panels" }, box.contour, box.relief, box.chart), box.rail, box.transport, box.note);
  Object.assign(root.dataset, { paths: 0, frames: 0, step: 0, scene: "" });
  box.note.setAttribute("role", "status");
  const pictured = { contour: "the surface from above with every path; a click sets the start", relief: "the surface in three dimensions with every path", chart: "the loss of every optimizer at every step" };
  for (const [name, label] of Object.entries(pictured)) {
    box[name].setAttribute("role", "img");
    box[name].setAttribute("aria-label", label);
  }

  const bar = createBar(box.bar, catalogue, { change, open, reset, publish });
  const rail = createRail(box.rail, catalogue, change);
  const contour = createContour(box.contour, (xy, done) => change("start", xy, done));
  const relief = createRelief(box.relief);
  const transport = createTransport(box.transport, { draw, rest });
  const chart = createChart(box.chart, transport.seek);
  const panels = [contour, relief, chart];
  const order = new Map(catalogue.optimizers.map(({ id }, k) => [id, k]));
  const names = new Map(catalogue.optimizers.map(({ id, name }) => [id, name]));
  const lookOf = (id) => look(theme, order.get(id));

  // --- asking ---
  let opening = null; // the surface that was picked and is not there yet
  let edited = {}; // what a hand changed since the request in flight was sent
  let placing; // where the playhead goes with the next picture: a step, null for the end, undefined to stay
  let gridQuery = null;
  let ground = null;
  let retry = 0;

  async function bytes(route, query) {
    const answer = await fetch(new URL(`${route}?${query}&v=${version}`, document.baseURI));
    if (!answer.ok) throw new Error(`the server answered ${answer.status} for ${route}`);
    return unpack(await answer.arrayBuffer());
  }

  /** The query of the scene that is wanted now; how it is looked at is none of the server's business. */
  function wanted() {
    if (!values) return new URLSearchParams(location.search).toString();
    const seen = { ...values, step: null, view: defaults.view };
    return opening === null ? toQuery(seen, defaults) : toQueryOn(opening, seen, defaults);
  }

  /** Fetch and draw what is wanted when the request is sent, not when it was asked for. */
  const refresh = newestWins(async () => {
    clearTimeout(retry);
    const [query, target, first] = [wanted(), opening, !values];
    const surfaceQuery = surfacePart(query);
    edited = {};
    let paths, grid, plotly;
    try {
      [paths, grid, plotly] = await Promise.all([
        bytes("paths", query),
        surfaceQuery === gridQuery ? null : bytes("grid", surfaceQuery),
        loadPlotly(plotlyAddress),
        styled(),
      ]);
    } catch (error) {
      if (destroyed) return;
      box.note.textContent = `No answer from the server, trying again. What is drawn is the last scene it sent. (${error.message})`;
      retry = setTimeout(refresh, RETRY);
      return;
    }
    if (destroyed || opening !== target) return; // another surface was picked meanwhile: its request is next
    box.note.textContent = "";
    const { head, arrays } = paths;
    defaults = head.defaults;
    if (grid) {
      gridQuery = surfacePart(toQuery(head.values, defaults));
      ground = terrain(grid);
    }
    if (first || target !== null) {
      const kept = Object.entries(edited).filter(([key]) => key in head.values && key !== "start" && !key.startsWith("surface"));
      values = { ...head.values, view: values?.view ?? head.values.view, ...Object.fromEntries(kept) };
      opening = null;
      placing = first ? values.step : null;
      showControls();
      if (target !== null) settle();
      if (kept.length) refresh();
    }
    const n = head.values.steps + 1;
    const runs = head.runs.map((run, k) => {
      const position = arrays.position.subarray(2 * n * k, 2 * n * (k + 1));
      const [[x0, x1], [y0, y1]] = ground.domain;
      const outside = (i) => !(position[2 * i] >= x0 && position[2 * i] <= x1 && position[2 * i + 1] >= y0 && position[2 * i + 1] <= y1);
      return { ...run, name: names.get(run.id), position, gap: arrays.gap.subarray(n * k, n * (k + 1)), outside };
    });
    picture = { plotly, terrain: ground, runs, steps: n - 1, start: values.start, scene: head.values };
    await show();
    root.dataset.paths = Number(root.dataset.paths) + 1;
    await new Promise(requestAnimationFrame); // no faster than the screen
  });

  /** Another surface: the settings changed by hand go along. */
  function open(surface) {
    opening = surface;
    refresh();
  }
  /** The scene that this surface opens with, seen as it is seen now. */
  function reset() {
    values = { ...defaults, view: values.view };
    open(values.surface);
  }

  // --- drawing ---
  let showing = Promise.resolve();
  const show = () => (showing = showing.then(showNow, showNow)); // one after the other: Plotly must not be called twice at once

  async function showNow() {
    if (!picture || !theme || destroyed) return;
    for (const run of picture.runs) run.look = lookOf(run.id);
    picture = { ...picture, theme, view: values.view, held, large: innerWidth >= 1700, redraw: () => draw(transport.t) };
    root.classList.toggle("side-by-side", values.view === "panels");
    await Promise.all(panels.map((panel) => panel.show(picture)));
    transport.fit(picture.steps, placing);
    placing = undefined;
    report();
  }
  /** Tell tests and benchmarks which scene is painted. */
  function report() {
    const { step, view } = values;
    root.dataset.scene = toQuery({ ...picture.scene, step, view }, defaults);
  }
  function draw(t) {
    if (!picture) return;
    for (const panel of panels) panel.draw(t);
    const now = performance.now();
    if (!transport.playing || now - ticked > READABLE) {
      ticked = now;
      rail.tick(picture.runs, picture.terrain.floor, t);
    }
    root.dataset.frames = Number(root.dataset.frames) + 1;
    root.dataset.step = Math.floor(t);
  }

  function showControls() {
    bar.show(values, defaults);
    rail.show(values, defaults, lookOf);
  }

  // --- changing ---
  function change(key, value, done) {
    if (!values) return;
    values = { ...values, [key]: value };
    edited[key] = value;
    if (key === "steps" && values.step >= value) values.step = null;
    held = !done;
    if (key === "start" && picture) {
      picture.start = value; // the ring follows the hand at once, the paths when they are there
      draw(transport.t);
    }
    if (key === "view") show();
    else refresh();
    // A slider that moves shows its own value already.
    if (done || key === "start") showControls();
    if (done) settle();
  }
  function rest(step) {
    if (!values) return;
    values = { ...values, step: step < values.steps ? step : null };
    if (picture) report();
    settle();
  }
  let timer = 0;
  function settle() {
    clearTimeout(timer);
    timer = setTimeout(publish, SETTLE);
  }
  /** Tell the address bar and the script. @returns {string} the link to this scene */
  function publish() {
    clearTimeout(timer);
    const scene = toQuery(values, defaults);
    history.replaceState(history.state, "", `?${intoSearch(location.search, scene, values)}`);
    tell("scene", scene);
    return location.href;
  }

  // --- keys: ours stay ours, Streamlit's shortcuts do not fire from the stage ---
  root.addEventListener("keydown", (event) => {
    event.stopPropagation();
    const space = event.key === " " && event.target.type === "range"; // a slider has no use for it
    if ((event.target.closest("input, select, button") && !space) || event.ctrlKey || event.metaKey || event.altKey) return;
    const far = event.shiftKey ? 10 : 1;
    const act = {
      " ": transport.toggle,
      ArrowRight: () => transport.nudge(far),
      ArrowLeft: () => transport.nudge(-far),
      Home: () => transport.seek(0),
      End: () => transport.seek(Infinity),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  for (const name of ["contour", "relief", "chart"]) box[name].addEventListener("pointerdown", () => root.focus({ preventScroll: true }));

  const resize = new ResizeObserver(newestWins(() => new Promise(requestAnimationFrame).then(show)));
  resize.observe(box.contour);
  resize.observe(box.relief);
  resize.observe(box.chart);

  return {
    again({ setStateValue, data }) {
      if (data.version !== version) location.reload(); // the server was updated: these modules no longer fit it
      tell = setStateValue;
      const now = readTheme(root);
      if (JSON.stringify(now) !== JSON.stringify(theme)) {
        theme = now;
        if (picture) {
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
      resize.disconnect();
      transport.destroy();
      contour.destroy();
      for (const { plot } of panels) picture?.plotly.purge(plot);
    },
  };
}

const arrivals = new Map(); // address -> promise

/** Put an element with an address into the page's head, once, and wait until it has loaded; a failed one is asked for again. */
function arrived(tag, properties) {
  const address = properties.src ?? properties.href;
  if (!arrivals.has(address)) {
    const loading = new Promise((resolve, reject) => {
      const el = h(tag, { ...properties, onload: resolve });
      el.onerror = () => {
        arrivals.delete(address);
        el.remove();
        reject(new Error(`${address} did not arrive`));
      };
      document.head.append(el);
    });
    arrivals.set(address, loading);
  }
  return arrivals.get(address);
}

/** The style sheet beside this module: nothing is measured before it is there. */
const styled = () => arrived("link", { rel: "stylesheet", href: new URL("stage.css", import.meta.url).href });

/** plotly.js as a global, from our own server. @returns {Promise<object>} */
const loadPlotly = (address) => arrived("script", { src: new URL(address, document.baseURI).href }).then(() => window.Plotly);

/** The part of a scene's query that decides the ground. */
const surfacePart = (query) => new URLSearchParams([...new URLSearchParams(query)].filter(([key]) => key.startsWith("surface"))).toString();
