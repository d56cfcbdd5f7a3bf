/** The stage: everything that the reader sees and moves. This module creates its parts and connects them. */

/** @import { Catalogue, Look, Picture, Theme } from "./types" */

import { createAddress } from "./controls/address.js";
import { createBar } from "./controls/bar.js";
import { createWindow } from "./controls/dialog.js";
import { throttle } from "./controls/dom.js";
import { createKeys } from "./controls/keys.js";
import { loadPlotly, loadStyles } from "./controls/load.js";
import { createPlaces } from "./controls/places.js";
import { createRail } from "./controls/rail.js";
import { createTransport } from "./controls/transport.js";
import { createApi } from "./data/api.js";
import { arrowsTitle } from "./paint/arrows.js";
import { pixelRatio } from "./paint/pixels.js";
import { lookOf as lookIn, readTheme } from "./paint/theme.js";
import { PANELS } from "./panels/index.js";
import { mountPanels } from "./panels/mount.js";
import { createPlayhead } from "./state/playhead.js";
import { NoAnswer } from "./state/requests.js";
import { createSession } from "./state/session.js";

const READABLE = 100; // ms that a number stays while something moves
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

/** @param {HTMLElement} root @param {Component} component */
function createStage(root, component) {
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

  const { bar, rail, transport, main, side, note } = createPlaces(root);

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
        address.opened();
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
      settle: () => address.settle(),
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

  const panels = mountPanels(
    PANELS,
    { main, side },
    {
      catalogue,
      change: session.change,
      seek: playhead.seek,
      redraw: draw,
      viewChanged: () => address.settle(),
      address: api.address,
      json: api.json,
      query: session.query,
      plotly: () => loadPlotly(plotly),
    },
    { resized, touched: () => root.focus({ preventScroll: true }) },
  );
  const search = new URLSearchParams(location.search);
  for (const view of panels.views) view.write(search.get(view.key) ?? "");
  const address = createAddress(
    () => session,
    () => panels.views,
    (query) => setState("scene", query),
  );

  const act = { change: session.change, grab: session.grab };
  const windows = panels.inSlot("dialog").map(({ kind, panel, box }) => {
    const open = () => picture && panel.show(picture);
    return createWindow(root, kind, box, open, () => panel.close?.());
  });
  const barControls = createBar(bar, catalogue, windows, {
    ...act,
    open: session.open,
    check,
    reset,
    link: address.write,
  });
  const tabs = panels.inSlot("rail").map(({ kind, box }) => ({ id: kind.id, label: kind.label, el: box }));
  const railControls = createRail(rail, catalogue, tabs, act);
  const keys = createKeys(root, {
    toggle: playhead.toggle,
    nudge: playhead.nudge,
    seek: playhead.seek,
    pick: railControls.pick,
    turn: panels.turn,
    fullscreen: () => (document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen()),
    projector,
    endProjector: () => isProjector() && projector(),
  });
  const transportActions = { change: session.change, help: keys.help, projector };
  const transportControls = createTransport(transport, playhead, arrowsTitle(catalogue.internals), transportActions);

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
    const now = picture;
    panels.arrange(now);
    panels.each(now, (panel) => panel.show(now));
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
    panels.each(now, (panel) => panel.show(now));
    if (now.steps !== before) playhead.fit(now.steps);
    else if (!playhead.playing) draw();
  }
  const numbers = throttle(() => {
    const now = picture;
    if (!now) return;
    railControls.draw(now, playhead.t);
    panels.each(now, (panel, { slot }) => slot === "rail" && panel.draw(playhead.t, playhead.playing));
  }, READABLE);
  /** Draw every panel at the playhead. */
  function draw() {
    transportControls.draw();
    if (!picture) return;
    if (Reflect.get(layout, "ratio") !== pixelRatio()) resized(); // the reader took the window to another screen
    panels.each(picture, (panel, { slot }) => slot !== "rail" && panel.draw(playhead.t, playhead.playing));
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
    for (const view of panels.views) view.write("");
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

  /** The script sets its formulas once somebody may have opened the sidebar: by a click beside the stage. */
  function beside(/** @type {Event} */ { target }) {
    if (root.contains(/** @type {Node} */ (target))) return;
    document.removeEventListener("click", beside, true);
    setState("opened", true);
  }
  document.addEventListener("click", beside, true);
  addEventListener("online", session.retry);

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
      address.cancel();
      cancelAnimationFrame(frame);
      cancelAnimationFrame(resizing);
      document.removeEventListener("click", beside, true);
      removeEventListener("online", session.retry);
      panels.destroy();
    },
  };
}
