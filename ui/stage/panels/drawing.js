/** Composes the picture of what is known, shows it to the panels, and draws them at the playhead. */

/** @import { Catalogue, Look, OptimizerEntry, Picture, Theme } from "../types" */
/** @import { Session } from "../state/session.js" */
/** @import { Spotlight } from "../state/spotlight.js" */

import { throttle } from "../controls/dom.js";
import { createTelling } from "../controls/telling.js";
import { pixelRatio } from "../paint/pixels.js";
import { lookOf as lookIn, readTheme, steppedBack } from "../paint/theme.js";
import { numberOf, optimizerOf } from "../state/entries.js";

const NUMBERS_EVERY = 100; // ms between two updates of the numbers while something moves
const WIDE = 1700; // pixels of a window in which type and lines are larger, as in styles/
const LETTERS = 11; // pixels of the smallest letters in a picture that is not magnified

/** The size of the smallest letters of the page's text, in pixels. */
const letters = () => Number.parseFloat(getComputedStyle(document.documentElement).fontSize);

/**
 * @param {HTMLElement} root the stage
 * @param {object} parts
 * @param {Catalogue} parts.catalogue
 * @param {Session} parts.session
 * @param {Spotlight} parts.spotlight
 * @param {ReturnType<typeof import("../state/playhead.js").createPlayhead>} parts.playhead
 * @param {ReturnType<typeof import("./mount.js").mountPanels>} parts.panels
 * @param {() => boolean} parts.isProjector
 * @param {(applying: Set<string>) => void} parts.arranged which panels have something to say about the picture
 * @param {() => void} parts.drawPlayhead
 * @param {(picture: Picture, t: number) => void} parts.drawNumbers
 */
export function createDrawing(root, parts) {
  const { catalogue, session, spotlight, playhead, panels, isProjector, arranged, drawPlayhead, drawNumbers } = parts;
  /** @type {Picture | null} */
  let picture = null;
  /** @type {Theme | null} */
  let theme = null;
  /** @type {Map<string, Look>} replaced with the theme: panels compare looks by identity to know what to repaint */
  let looks = new Map();
  /** @type {Map<string, Look>} likewise, of entries that step back */
  let backLooks = new Map();
  /** The look of an entry, the same object each time. @param {{id: string}} entry */
  function lookOf({ id }) {
    const known = looks.get(id);
    if (known) return known;
    const optimizer = /** @type {OptimizerEntry} */ (catalogue.optimizers.find((one) => one.id === optimizerOf(id)));
    const look = lookIn(/** @type {Theme} */ (theme), optimizer, numberOf(id));
    looks.set(id, look);
    return look;
  }
  function backLookOf(/** @type {{id: string}} */ { id }) {
    const look = backLooks.get(id) ?? steppedBack(lookOf({ id }), /** @type {Theme} */ (theme));
    backLooks.set(id, look);
    return look;
  }
  let layout = { ratio: 0 };
  let magnification = 1;
  let following = 0; // the animation frame that is asked for
  let resizing = 0;
  let destroyed = false;

  /** @returns {Picture | null} null while something is missing */
  function compose() {
    const shown = session.shown();
    if (!shown || !theme || destroyed) return null;
    root.dataset.source = shown.source;
    const display = session.display();
    const seen = spotlight.seen(shown.runs, session.values?.on ?? []);
    const { lit } = spotlight;
    const looksNow = lit
      ? (/** @type {{id: string}} */ run) => (run.id === lit ? lookOf(run) : backLookOf(run))
      : lookOf;
    const names = session.names();
    const nameOf = (/** @type {{id: string}} */ { id }) => names.get(id) ?? id;
    // What is pointed at lies over the others; side by side every run keeps its place.
    const runs = lit && display.view !== "panels" ? [...seen].sort((a, b) => +(a.id === lit) - +(b.id === lit)) : seen;
    const known = { inside: panels.inside(), term: spotlight.term, ghost: panels.ghost() };
    return { ...shown, ...known, runs, display, theme, lookOf: looksNow, nameOf, lit, magnification, layout };
  }

  /**
   * Show everything anew: the paths, how they are displayed, or the sizes have changed.
   * @param {number | null} [step] where the playhead goes, null for the end
   */
  function show(step) {
    layout = { ratio: pixelRatio() };
    magnification = isProjector() ? letters() / LETTERS : innerWidth >= WIDE ? 1.4 : 1;
    const now = compose();
    picture = now;
    if (!now) return;
    root.classList.toggle("side-by-side", now.display.view === "panels");
    root.classList.toggle("mapped", now.display.view === "map");
    arranged(panels.arrange(now));
    panels.each(now, (panel) => panel.show(now));
    playhead.fit(now.steps, step);
    root.dataset.scene = session.drawn();
    root.dataset.entries = spotlight
      .seen(session.shown()?.runs ?? [], session.values?.on ?? [])
      .map(({ id }) => id)
      .join();
  }

  /** Show the paths where the hand is: sizes stay as they are. */
  function follow() {
    following = 0;
    const before = picture?.steps;
    const now = compose();
    picture = now;
    if (!now) return;
    if (root.dataset.lit !== (now.lit ?? "")) root.dataset.lit = now.lit ?? "";
    panels.each(now, (panel) => panel.show(now));
    if (now.steps !== before) playhead.fit(now.steps);
    else if (!playhead.playing) draw();
  }

  const pictures = panels.all.filter(({ kind }) => kind.slot === "main" || kind.slot === "side");
  const telling = createTelling(
    root,
    pictures.map(({ box }) => box),
  );
  const numbers = throttle(() => {
    const now = picture;
    if (!now) return;
    if (playhead.playing || now.held) telling.cancel();
    else telling.soon(now, Math.floor(playhead.t));
    drawNumbers(now, playhead.t);
    panels.each(now, (panel, { slot }, box) => {
      if (slot === "rail" && !box.hidden) panel.draw(playhead.t, playhead.playing);
    });
  }, NUMBERS_EVERY);

  /** Draw every panel at the playhead. */
  function draw() {
    drawPlayhead();
    if (!picture) return;
    if (layout.ratio !== pixelRatio()) resize(); // the reader took the window to another screen
    panels.each(picture, (panel, { slot }) => slot !== "rail" && panel.draw(playhead.t, playhead.playing));
    if (playhead.playing || picture.held) numbers.soon();
    else numbers.now();
    root.dataset.frames = String(Number(root.dataset.frames) + 1);
    root.dataset.step = String(Math.floor(playhead.t));
  }

  /** Sizes on the page have changed. */
  function resize() {
    resizing ||= requestAnimationFrame(() => {
      resizing = 0;
      show();
    });
  }

  return {
    get picture() {
      return picture;
    },
    get themed() {
      return theme !== null;
    },
    lookOf,
    show,
    draw,
    resize,
    /** Follow the hand with the screen's next frame. */
    followSoon() {
      following ||= requestAnimationFrame(follow);
    },
    /** Take the colours of the page. @returns {boolean} whether they have changed */
    readTheme() {
      const now = readTheme(root, catalogue.theme);
      if (JSON.stringify(now) === JSON.stringify(theme)) return false;
      theme = now;
      looks = new Map();
      backLooks = new Map();
      return true;
    },
    destroy() {
      destroyed = true;
      numbers.cancel();
      telling.cancel();
      cancelAnimationFrame(following);
      cancelAnimationFrame(resizing);
    },
  };
}
