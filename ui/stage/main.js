/** The stage: everything that the reader sees and moves. This module creates its parts and connects them. */

/** @import { Catalogue, Look, Panel, PanelApi, PanelKind, Picture, Theme } from "./types" */

import { createBar } from "./controls/bar.js";
import { createWindow } from "./controls/dialog.js";
import { h, throttle } from "./controls/dom.js";
import { createKeys } from "./controls/keys.js";
import { loadPlotly, loadStyles } from "./controls/load.js";
import { createRail } from "./controls/rail.js";
import { createTransport } from "./controls/transport.js";
import { createApi } from "./data/api.js";
import { arrowsTitle } from "./paint/arrows.js";
import { pixelRatio } from "./paint/pixels.js";
import { lookOf as lookIn, readTheme } from "./paint/theme.js";
import { PANELS } from "./panels/index.js";
import { createPlayhead } from "./state/playhead.js";
import { NoAnswer } from "./state/requests.js";
import { createSession } from "./state/session.js";
import { mergeIntoSearch, toQuery } from "./state/url.js";

const READABLE = 100; // ms that a number stays while something moves
const SETTLE = 200; // ms without a change until the address bar and the script are told
const WIDE = 1700; // pixels of a window in which type and lines are larger, as in styles/

/**
 * What Streamlit calls the component with.
 * @typedef {object} Component
 * @property {HTMLElement} parentElement
 * @property {[Catalogue, string, string]} data the catalogue, the server's version and the address of plotly.js
 * @property {(name: string, value: unknown) => void} setStateValue
 */

/** @type {WeakMap<HTMLElement, ReturnType<typeof createStage>>} by the place on the page */
const stages = new WeakMap();

/**
 * Streamlit's entry: called when the component appears, and again when its data or the theme change.
 * @param {Component} component
 */
export default function mount(component) {
  const { parentElement } = component;
  const known = stages.get(parentElement);
  const root = parentElement.querySelector("[data-stage]");
  const stage = known ?? createStage(/** @type {HTMLElement} */ (root), component);
  stages.set(parentElement, stage);
  stage.update(component);
  return () => {
    if (parentElement.isConnected) return; // Streamlit cleans up after a superseded call too: the stage lives on
    stages.get(parentElement)?.destroy();
    stages.delete(parentElement);
  };
}

/**
 * @param {HTMLElement} root
 * @param {Component} component
 * @param {PanelKind[]} kinds
 */
export function createStage(root, component, kinds = PANELS) {
  const [catalogue, version, plotly] = component.data;
  const api = createApi(version, document.baseURI);
  let setState = component.setStateValue;
  /** @type {Picture | null} */
  let picture = null;
  /** @type {Theme | null} */
  let theme = null;
  /** @type {Map<string, Look>} the same objects while the theme is: a panel paints again what looks otherwise */
  let looks = new Map();
  const lookOf = (/** @type {{id: string}} */ { id }) => /** @type {Look} */ (looks.get(id));
  let layout = {};
  let destroyed = false;

  // --- the places on the page ---
  root.style.visibility = "hidden"; // nobody sees it without its style sheet
  const reveal = () => {
    root.style.visibility = "";
    if (document.activeElement === document.body) root.focus({ preventScroll: true }); // keys work at once
  };
  loadStyles().then(reveal, reveal); // one that failed is asked for again, and told, with the first picture
  const place = (/** @type {string} */ className) => h("div", { className });
  const [bar, rail, transport, main, side] = ["bar", "rail", "transport", "main", "beside"].map(place);
  const note = h("div", { className: "note", role: "status" });
  root.className = "stage waiting";
  root.tabIndex = -1;
  root.replaceChildren(bar, h("div", { className: "panels" }, main, side), rail, transport, note);
  Object.assign(root.dataset, { paths: 0, frames: 0, step: 0, scene: "", source: "exact" });

  // --- the session, the playhead and the panels ---
  const session = createSession({
    catalogue,
    query: new URLSearchParams(location.search).toString(),
    server: api,
    ready: loadStyles,
    after: (work, ms) => {
      const timer = setTimeout(work, ms);
      return () => clearTimeout(timer);
    },
    tell: {
      controls: showControls,
      async paths(step) {
        told ??= toQuery(session.values ?? {}, session.defaults); // the script reads the page's own address itself
        showPicture(step);
        root.classList.remove("waiting");
        root.dataset.paths = String(Number(root.dataset.paths) + 1);
        await new Promise(requestAnimationFrame); // no faster than the screen
      },
      look: showPicture,
      drag: () => {
        frame ||= requestAnimationFrame(follow);
      },
      start() {
        if (!picture) return;
        picture.start = session.values?.start; // the ring follows the hand at once, the paths when they are there
        if (!playhead.playing) draw();
      },
      settle,
      note: (text) => {
        note.textContent = text;
      },
    },
  });
  const playhead = createPlayhead({
    moved: draw,
    rested(step) {
      session.rest(step);
      root.dataset.scene = session.drawn();
    },
    toggled: (playing) => transportControls.toggled(playing),
  });

  const sizes = new ResizeObserver(() => resized());
  const panels = kinds.map(createPanel);
  const views = panels.flatMap(({ panel }) => (panel.view ? [panel.view] : []));
  const search = new URLSearchParams(location.search);
  for (const view of views) view.write(search.get(view.key) ?? "");
  const ofSlot = (/** @type {string} */ slot) => panels.filter(({ kind }) => kind.slot === slot);

  const act = { change: session.change, grab: session.grab };
  const windows = ofSlot("dialog").map(({ kind, panel, box }) => {
    const open = () => picture && panel.show(picture);
    return createWindow(root, kind, box, open, () => panel.close?.());
  });
  const barControls = createBar(bar, catalogue, windows, { ...act, open: session.open, check, reset, link: publish });
  const tabs = ofSlot("rail").map(({ kind, box }) => ({ id: kind.id, label: kind.label, el: box }));
  const railControls = createRail(rail, catalogue, tabs, act);
  const keys = createKeys(root, {
    toggle: playhead.toggle,
    nudge: playhead.nudge,
    seek: playhead.seek,
    pick: railControls.pick,
    turn(right, up) {
      for (const { panel } of panels) panel.turn?.(right, up);
    },
    fullscreen: () => (document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen()),
    projector,
    endProjector: () => isProjector() && projector(),
  });
  const transportActions = { change: session.change, help: keys.help, projector };
  const transportControls = createTransport(transport, playhead, arrowsTitle(catalogue.internals), transportActions);

  /** @param {PanelKind} kind */
  function createPanel(kind) {
    const box = h("div", { className: `panel ${kind.id}` });
    if (kind.slot === "main" || kind.slot === "side") {
      (kind.slot === "main" ? main : side).append(box);
      box.setAttribute("role", "group"); // not an image: controls stand in it
      box.setAttribute("aria-label", kind.label);
      box.addEventListener("pointerdown", () => root.focus({ preventScroll: true }));
      sizes.observe(box);
    }
    if (kind.slot === "rail") box.classList.add("tab");
    /** @type {PanelApi} */
    const panelApi = {
      catalogue,
      change: session.change,
      seek: playhead.seek,
      redraw: draw,
      viewChanged: settle,
      address: api.address,
      json: api.json,
      query: session.query,
      plotly: () => loadPlotly(plotly),
    };
    return { kind, box, panel: kind.create(box, panelApi) };
  }
  /** @param {(panel: Panel, kind: PanelKind) => void} work on the panels that are on the page and apply */
  function eachShown(work) {
    if (!picture) return;
    for (const { kind, panel } of panels) if (kind.slot !== "dialog" && kind.applies(picture)) work(panel, kind);
  }

  // --- drawing ---
  /** Compose what is drawn. @returns {Picture | null} null while something is missing */
  function compose() {
    const shown = session.shown();
    if (!shown || !theme) return null;
    const magnification = isProjector() ? 2 : innerWidth >= WIDE ? 1.4 : 1;
    root.dataset.source = shown.source;
    return { ...shown, looks: session.looks(), theme, lookOf, magnification, layout };
  }
  /** Show everything anew: the paths, how they are looked at, or the sizes have changed. @param {number | null} [step] */
  function showPicture(step) {
    if (destroyed) return;
    layout = { ratio: pixelRatio() };
    picture = compose();
    if (!picture) return;
    root.classList.toggle("side-by-side", picture.looks.view === "panels");
    for (const { kind, box } of panels) if (kind.slot === "side") box.hidden = !kind.applies(picture);
    for (const { kind, panel } of panels) if (kind.slot !== "dialog" && kind.applies(picture)) panel.show(picture);
    playhead.fit(picture.steps, step);
    root.dataset.scene = session.drawn();
  }
  let frame = 0; // the animation frame that is asked for
  /** Draw the paths where the hand is: sizes stay as they are. */
  function follow() {
    frame = 0;
    const before = picture?.steps;
    picture = compose();
    const now = picture;
    if (!now || destroyed) return;
    eachShown((panel) => panel.show(now));
    if (now.steps !== before) playhead.fit(now.steps);
    else if (!playhead.playing) draw();
  }
  const numbers = throttle(() => {
    const now = picture;
    if (!now) return;
    railControls.draw(now, playhead.t);
    eachShown((panel, { slot }) => slot === "rail" && panel.draw(playhead.t));
  }, READABLE);
  /** Draw every panel at the playhead. */
  function draw() {
    transportControls.draw();
    if (!picture) return;
    if (Reflect.get(layout, "ratio") !== pixelRatio()) resized(); // the reader took the window to another screen
    eachShown((panel, { slot }) => slot !== "rail" && panel.draw(playhead.t));
    if (playhead.playing || picture.held) numbers.soon();
    else numbers.now();
    root.dataset.frames = String(Number(root.dataset.frames) + 1);
    root.dataset.step = String(Math.floor(playhead.t));
  }

  let resizing = 0;
  function resized() {
    resizing ||= requestAnimationFrame(() => {
      resizing = 0;
      showPicture();
    });
  }

  // --- controls ---
  const isProjector = () => root.classList.contains("projector");
  function projector() {
    if (!session.values) return;
    const now = root.classList.toggle("projector");
    document.querySelector(".stAppHeader")?.classList.toggle("away", now);
    showControls();
    if (!document.activeElement?.checkVisibility({ visibilityProperty: true })) root.focus({ preventScroll: true });
    showPicture();
  }
  function showControls() {
    const { values, defaults } = session;
    if (!values || !theme) return;
    barControls.show(values, defaults);
    transportControls.show(values, isProjector());
    // On a projector the leaderboard stands in for the legend: nothing is set there.
    railControls.show({ ...values, ...(isProjector() && { rail: "leaderboard" }) }, defaults, lookOf);
  }
  /** Every setting and every view as this surface opens with. */
  function reset() {
    for (const view of views) view.write("");
    session.reset();
  }
  /** What the server says of a formula. @param {string} formula @param {string} domain */
  async function check(formula, domain) {
    try {
      return await session.patiently(api.json("formula", new URLSearchParams({ formula, domain }).toString()));
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      return { error: "No answer from the server: the formula was not read. Try again." };
    }
  }

  // --- the address bar and the script ---
  let timer = 0;
  /** @type {string | null} the scene that the script knows */
  let told = null;
  function settle() {
    clearTimeout(timer);
    timer = window.setTimeout(publish, SETTLE);
  }
  /** Tell the address bar and the script. @returns {string} the link to this scene */
  function publish() {
    clearTimeout(timer);
    const { values, defaults } = session;
    if (!values) return location.href;
    const scene = toQuery(values, defaults);
    const moved = views.map(({ key, read }) => /** @type {[string, string]} */ ([key, read()]));
    history.replaceState(history.state, "", `?${mergeIntoSearch(location.search, scene, values, moved)}`);
    if (scene !== told) setState("scene", scene);
    told = scene;
    return location.href;
  }
  /** The script sets its formulas once somebody may have opened the sidebar: by a click beside the stage. */
  function beside(/** @type {Event} */ { target }) {
    if (root.contains(/** @type {Node} */ (target))) return;
    document.removeEventListener("click", beside, true);
    setState("opened", true);
  }
  document.addEventListener("click", beside, true);

  return {
    /** @param {Component} component */
    update({ setStateValue, data: [, newest] }) {
      if (newest !== version) location.reload(); // the server was updated: these modules no longer fit it
      setState = setStateValue;
      const begins = theme === null;
      const now = readTheme(root, catalogue.theme);
      if (JSON.stringify(now) !== JSON.stringify(theme)) {
        theme = now;
        looks = new Map(catalogue.optimizers.map((optimizer) => [optimizer.id, lookIn(now, optimizer)]));
        showControls();
        showPicture();
      }
      if (begins) session.begin();
    },
    destroy() {
      destroyed = true;
      session.close();
      playhead.destroy();
      numbers.cancel();
      clearTimeout(timer);
      cancelAnimationFrame(frame);
      cancelAnimationFrame(resizing);
      sizes.disconnect();
      document.removeEventListener("click", beside, true);
      for (const { panel } of panels) panel.destroy();
    },
  };
}
