/** The stage: everything that the reader sees and moves. This module creates its parts and connects them. */

/** @import { Catalogue } from "./types" */

import { createAddress } from "./controls/address.js";
import { createAlone } from "./controls/alone.js";
import { createBar } from "./controls/bar.js";
import { createWindows } from "./controls/dialog.js";
import { createHeadline } from "./controls/headline.js";
import { createKeys } from "./controls/keys.js";
import { createLanguage } from "./controls/language.js";
import { loadPlotly, loadStyles } from "./controls/load.js";
import { createPlaces } from "./controls/places.js";
import { createProjector } from "./controls/projector.js";
import { createRail } from "./controls/rail.js";
import { createReload } from "./controls/reload.js";
import { createSidebar } from "./controls/sidebar.js";
import { createTransport } from "./controls/transport.js";
import { createWelcome } from "./controls/welcome.js";
import { createApi } from "./data/api.js";
import { speakTheirs } from "./data/language.js";
import { arrowsTitle } from "./paint/arrows.js";
import { createDrawing } from "./panels/drawing.js";
import { PANELS } from "./panels/index.js";
import { mountPanels } from "./panels/mount.js";
import { createPointing } from "./panels/pointing.js";
import { createTeaching } from "./panels/teaching.js";
import { createPlayhead } from "./state/playhead.js";
import { NoAnswer } from "./state/requests.js";
import { createSession } from "./state/session.js";
import { createSpotlight } from "./state/spotlight.js";
import { t } from "./state/words.js";

const STYLES = new URL("./stage.css", import.meta.url).href;
const wordsOf = (/** @type {string} */ language) => new URL(`./words.${language}.json`, import.meta.url).href;

/**
 * What Streamlit gives the component.
 * @typedef {object} Component
 * @property {HTMLElement} parentElement
 * @property {string[]} data addresses, that of plotly.js the third, and the server's version
 * @property {(name: string, value: unknown) => void} setStateValue
 */

/** @type {WeakMap<HTMLElement, ReturnType<typeof createStage>>} by the place on the page */
const stages = new WeakMap();

/**
 * Streamlit's entry: called when the component appears, and again when its data or the theme change.
 * @param {Component} component @param {Catalogue} catalogue
 */
export default async function mount(component, catalogue) {
  const { parentElement } = component;
  await speakTheirs(catalogue.languages, wordsOf);
  const known = stages.get(parentElement);
  const root = parentElement.querySelector("[data-stage]");
  const stage = known ?? createStage(/** @type {HTMLElement} */ (root), component, catalogue);
  stages.set(parentElement, stage);
  stage.update(component);
  return () => {
    if (parentElement.isConnected) return; // Streamlit cleans up after a superseded call too: the stage lives on
    stages.get(parentElement)?.destroy();
    stages.delete(parentElement);
  };
}

/** @param {HTMLElement} root @param {Component} component @param {Catalogue} catalogue */
function createStage(root, component, catalogue) {
  const [, , plotly, version] = component.data;
  const reload = createReload(() => {
    if (playhead.playing) playhead.toggle();
    return address.write();
  });
  const api = createApi(version, document.baseURI, reload.renew);
  let setState = component.setStateValue;
  const sidebar = createSidebar(root, (...state) => setState(...state));
  const places = createPlaces(root, STYLES);
  const projecting = createProjector(root);
  const isProjector = projecting.isOn;

  // --- the session, the playhead, the panels and what draws them ---
  const session = createSession({
    catalogue,
    query: new URLSearchParams(location.search).toString(),
    server: api,
    ready: () => loadStyles(STYLES),
    after: (work, ms) => {
      const timer = setTimeout(work, ms);
      return () => clearTimeout(timer);
    },
    tell: {
      controls: showControls,
      async paths(step) {
        address.opened();
        pointing.clear();
        drawing.show(step);
        if (drawing.picture && !lessons.isOpen()) welcome.show(drawing.picture);
        lessons.changed();
        if (root.classList.contains("waiting")) sidebar.look();
        root.classList.remove("waiting");
        root.dataset.paths = String(Number(root.dataset.paths) + 1);
        await new Promise(requestAnimationFrame); // no faster than the screen
      },
      display: () => drawing.show(),
      drag: () => drawing.followSoon(),
      settle() {
        if (session.can().undo) welcome.touched();
        bar.offer(session.can());
        address.settle();
      },
      note: (text) => {
        places.note.textContent = text;
      },
    },
  });
  const playhead = createPlayhead({
    moved: () => drawing.draw(),
    stopped(step) {
      session.playheadStopped(step);
      root.dataset.scene = session.drawn();
      lessons.stopped(step >= playhead.steps);
    },
    toggled(playing) {
      transport.toggled(playing);
      lessons.toggled(playing);
    },
  });
  const panels = mountPanels(
    PANELS,
    places,
    {
      catalogue,
      change: session.change,
      seek: playhead.seek,
      at: () => playhead.t,
      redraw: () => drawing.draw(),
      recompose: () => drawing.followSoon(),
      pointAtTerm: (name) => spotlight.pointAtTerm(name),
      viewChanged: () => address.settle(),
      ...{ address: api.address, json: api.json, arrays: api.arrays },
      ...{ query: session.query, settings: session },
      plotly: () => loadPlotly(plotly),
    },
    { resized: () => drawing.resize(), touched: () => root.focus({ preventScroll: true }) },
  );
  const act = {
    change: changed,
    grab,
    add: session.add,
    remove: session.remove,
    alone: (entry) => spotlight.toggle(entry),
  };
  const headline = createHeadline(places.headline, catalogue, act, isProjector);
  const spotlight = createSpotlight(seen);
  const lessons = createTeaching(root, places, {
    ...{ catalogue, session, spotlight, playhead, panels },
    drawing: () => drawing,
    moved: () => address.settle(),
  });
  const views = [...panels.views, projecting.view, headline.view, spotlight.view, lessons.view];
  const readViews = () => {
    const search = new URLSearchParams(location.search);
    for (const view of views) view.write(search.get(view.key) ?? "");
  };
  readViews();
  const address = createAddress(
    () => session,
    () => views,
    sidebar.told,
  );
  const drawing = createDrawing(root, {
    ...{ catalogue, session, spotlight, playhead, panels, isProjector },
    arranged(applying) {
      for (const { offer } of windows) offer(applying);
      rail.offer(applying);
      alone.show(session.names());
    },
    drawPlayhead: () => transport.draw(),
    drawNumbers: (picture, t) => rail.draw(picture, t),
  });

  const alone = createAlone(places.main, spotlight, catalogue.optimizers);
  const pointing = createPointing(root, panels.all, spotlight, () => drawing.picture);

  // --- controls ---
  const welcome = createWelcome(places.transport, () => playhead.toggle());
  /** A hand changed a value. @param {[key: string, value: any, done: boolean, place?: number]} what */
  function changed(...what) {
    welcome.touched();
    session.change(...what);
  }
  /** Other entries are seen, or one is lit. @param {boolean} resized */
  function seen(resized) {
    if (!resized) return drawing.followSoon();
    drawing.show();
    address.settle();
  }
  /** A hand takes hold of a slider: it is the one that a projector shows from then on. @param {string} key */
  function grab(key) {
    if (!isProjector()) headline.choose(key);
    session.grab(key);
  }
  const windows = createWindows(root, panels.inSlot("dialog"), () => drawing.picture);
  const openers = [lessons.opener, ...windows.map(({ opener }) => opener)];
  const { open, undo, redo } = session;
  const barActions = { ...act, open, undo, redo, check, reset, link: address.write };
  const bar = createBar(places.bar, catalogue, openers, barActions);
  const tabs = panels.inSlot("rail").map(({ kind, box }) => ({ id: kind.id, label: kind.label, el: box }));
  const rail = createRail(places.rail, catalogue, tabs, act);
  const gestures = PANELS.flatMap((kind) => kind.gestures ?? []);
  const keys = createKeys(root, gestures, createLanguage(catalogue.languages, reload.speak), {
    toggle: playhead.toggle,
    nudge: playhead.nudge,
    seek: playhead.seek,
    pick: rail.pick,
    turn: panels.turn,
    undo,
    redo,
    code: () => windows[0].opener.click(),
    fullscreen: () => (document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen()),
    projector,
    page: (way) => projecting.lighten() || lessons.turn(way),
    teaches: lessons.isOpen,
    endProjector: () => isProjector() && projector(),
    projects: isProjector,
    blank: projecting.blank,
    point: projecting.pick,
  });
  const arrows = { options: catalogue.display.arrows, title: arrowsTitle(catalogue.internals) };
  const transportActions = { change: session.change, help: keys.help, projector };
  const transport = createTransport(places.transport, playhead, arrows, projecting.tools, transportActions);

  function showControls() {
    const { values, defaults } = session;
    if (!values || !drawing.themed) return;
    bar.show(values, defaults);
    headline.show(values, defaults, session.names());
    transport.show(values, isProjector());
    const projected = isProjector() && panels.inSlot("rail").find(({ kind }) => kind.projected)?.kind.id;
    rail.show({ ...values, ...(projected && { rail: projected }) }, defaults, drawing.lookOf, session.names());
  }
  function projector() {
    if (!session.values) return;
    projecting.toggle();
    address.settle();
    showControls();
    if (!document.activeElement?.checkVisibility({ visibilityProperty: true })) root.focus({ preventScroll: true });
    drawing.show();
  }
  /** Every setting and every view as this surface opens with. */
  function reset() {
    for (const view of [...panels.views, spotlight.view]) view.write("");
    session.reset();
  }
  /** What the server says of a formula. @param {string} formula @param {string} domain */
  async function check(formula, domain) {
    try {
      return await session.patiently(api.json("formula", new URLSearchParams({ formula, domain }).toString()));
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      return { error: t("No answer from the server: the formula was not read. Try again.") };
    }
  }

  /** The reader went back or forward to another address of this page. */
  function followAddress() {
    readViews();
    address.followed();
    session.visit(new URLSearchParams(location.search).toString());
  }
  addEventListener("online", session.retry);
  addEventListener("popstate", followAddress);

  return {
    /** @param {Component} component */
    update({ setStateValue, data: [, , , newest] }) {
      if (newest !== version) return reload.renew();
      setState = setStateValue;
      const begins = !drawing.themed;
      if (drawing.readTheme()) {
        showControls();
        drawing.show();
      }
      if (begins) session.begin();
      else session.retry(); // Streamlit has its server back
    },
    destroy() {
      session.close();
      playhead.destroy();
      drawing.destroy();
      welcome.destroy();
      pointing.destroy();
      address.cancel();
      sidebar.destroy();
      removeEventListener("online", session.retry);
      removeEventListener("popstate", followAddress);
      panels.destroy();
    },
  };
}
