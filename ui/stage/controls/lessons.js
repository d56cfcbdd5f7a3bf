/** The drawer of lessons: a walk beside the running stage, in which one predicts, plays, says what was seen, reads why. */

/** @import { PanelView, Picture } from "../types" */
/** @import { Book, Place, Step } from "../data/lessons.js" */

import { neighbour, readPlace, spellPlace } from "../data/lessons.js";
import { filledWith } from "../data/metrics.js";
import { NoAnswer } from "../state/requests.js";
import { t } from "../state/words.js";
import { h } from "./dom.js";
import { contentsOf, createDone } from "./lesson_list.js";
import { createSketch } from "./sketch.js";

/**
 * Where a reader is in a step: "ask" before anything moves, "watch" while the run is played, "see" when it has ended and
 * the reader says what happened, "why" after that.
 * @typedef {"ask" | "watch" | "see" | "why"} Phase
 *
 * @typedef {object} LessonAct
 * @property {() => Promise<Book>} load
 * @property {(query: string) => void} open show a scene
 * @property {(query: string) => boolean} shows whether the scene of a query is shown, however it is displayed
 * @property {(address: string, query: string) => boolean} names whether an address names a scene, other than a query's
 * @property {() => void} play from the start
 * @property {() => void} finish go to the end
 * @property {(veiled: boolean) => void} veil hide what is still to come of the paths
 * @property {() => Picture | null} picture
 * @property {() => void} moved the address shall know
 * @property {() => void} resized the drawer takes room, or gives it back
 */

/**
 * @param {HTMLElement} root the stage
 * @param {HTMLElement} box of the drawer
 * @param {HTMLElement} canvas on which a prediction can be drawn
 * @param {LessonAct} act
 */
export function createLessons(root, box, canvas, act) {
  /** @type {Book | null} */
  let book = null;
  let loading = false;
  /** @type {Place | "list" | null} null while the drawer is closed */
  let place = null;
  let wanted = ""; // what the link names, until the book is there
  let address = ""; // the query of that link
  let failed = false;
  let different = false; // whether the reader has changed the scene
  /** @type {Place | null} the step that was open last */
  let left = null;
  /** @type {Phase} */
  let phase = "ask";
  /** @type {number | null} the answers that were chosen before and after, from 1 */
  let predicted = null;
  /** @type {number | null} */
  let seen = null;
  const done = createDone();
  const sketch = createSketch(canvas, () => (phase === "ask" ? watch(null) : undefined));
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", t("lesson"));

  /** @returns {{book: Book, place: Place, step: Step} | null} */
  const now = () =>
    book && place && place !== "list" ? { book, place, step: book.lessons[place.lesson].steps[place.step] } : null;
  const spelled = () => (book && place && place !== "list" ? spellPlace(book, place) : wanted);

  /** @param {Place | "list" | null} next */
  function go(next) {
    const opens = !place !== !next;
    place = next;
    wanted = "";
    [phase, predicted, seen, different] = ["ask", null, null, false];
    sketch.wipe();
    const at = now();
    if (at) left = at.place;
    act.veil(!!at);
    if (at) act.open(`${at.step.scene}&step=0`);
    root.classList.toggle("teaching", !!next);
    if (opens) act.resized();
    act.moved();
    draw();
    if (next) box.scrollIntoView({ block: "start" }); // on a phone it stands below the contour
  }
  /** A link with a scene of the reader's own: it is not replaced by the lesson's. @param {Place} named */
  function keep(named) {
    place = left = named;
    [phase, different] = ["why", true];
    act.moved();
    draw();
  }
  /** @param {number | null} answer */
  function watch(answer) {
    predicted = answer;
    phase = "watch";
    act.play();
    draw();
  }
  function explain() {
    phase = "why";
    act.veil(false);
    if (book && place && place !== "list") done.add(spellPlace(book, place));
    draw();
  }
  /** @param {1 | -1} way */
  function walk(way) {
    const at = now();
    const next = at && neighbour(at.book, at.place, way);
    if (next) go(next);
  }
  /** What a presenter's remote does: play, end, explain, the next step; and back. @param {1 | -1} way */
  function turn(way) {
    const at = now();
    if (place === "list" && book?.lessons.length && way > 0) go({ lesson: 0, step: 0 });
    else if (at && way < 0 && phase !== "ask") go(at.place);
    else if (at && (way < 0 || phase === "why")) walk(way);
    else if (at && phase === "ask") watch(null);
    else if (at && phase === "watch") act.finish();
    else if (at) explain();
    return place !== null;
  }

  /** @param {Step} step @param {((k: number) => void) | null} pick null while none is asked for */
  const choices = (step, pick) =>
    h(
      "div",
      { className: "answers" },
      ...step.answers.map((answer, k) =>
        h("button", { type: "button", disabled: !pick, onclick: () => pick?.(k + 1) }, `${k + 1}.  ${answer}`),
      ),
    );

  /** What is asked or said in this phase. @param {Step} step @returns {HTMLElement[]} */
  function body(step) {
    const note = different ? [changed()] : [];
    if (phase === "ask") {
      return [
        ...note,
        h("p", { className: "question" }, step.question),
        choices(step, watch),
        h("button", { type: "button", className: "draw", onclick: sketch.open }, t("Draw where the path will go")),
      ];
    }
    const look = h("p", { className: "look" }, step.look);
    if (phase === "watch")
      return [...note, h("p", { className: "question" }, step.question), choices(step, null), look];
    if (phase === "see") {
      const pick = (/** @type {number} */ k) => {
        seen = k;
        explain();
      };
      return [...note, look, h("p", { className: "question" }, t("What did you see?")), choices(step, pick)];
    }
    return [h("p", { className: "question" }, step.question), ...verdict(step)];
  }

  function changed() {
    const back = h("button", { type: "button", onclick: () => place && go(place) }, t("Back to the lesson's scene"));
    const says = t("You have changed the scene: the numbers are those of your run, the words those of the lesson's.");
    return h("p", { className: "changed" }, says, back);
  }

  /** What happened, beside what was expected and what was seen; and why. @param {Step} step @returns {HTMLElement[]} */
  function verdict(step) {
    const says = [];
    if (different) says.push(changed());
    else {
      const answers = step.answers.map((answer, k) => {
        const marks = [
          ...(predicted === k + 1 ? [t("you expected this")] : []),
          ...(seen === k + 1 && seen !== predicted ? [t("you saw this")] : []),
        ];
        const mark = h("span", { className: "mark" }, k + 1 === step.right ? "✓" : " ");
        const words = [mark, answer, ...marks.map((word) => h("em", {}, word))];
        return h("li", { className: k + 1 === step.right ? "right" : "" }, ...words);
      });
      says.push(h("ul", { className: "outcome" }, ...answers));
    }
    return [...says, h("p", { className: "why", role: "status" }, said(step.why))];
  }

  function draw() {
    root.dataset.lesson = spelled();
    box.hidden = !place;
    box.dataset.phase = phase;
    opener.setAttribute("aria-pressed", String(!!place));
    if (!place) return;
    const free = h("button", { type: "button", className: "free", onclick: () => go(null) }, t("Play freely"));
    const at = now();
    if (!at) {
      const again = h("button", { type: "button", onclick: load }, t("Try again"));
      const says = failed ? t("The lessons did not arrive.") : t("The lessons are being loaded …");
      const inside = book ? [contentsOf(book, done, go)] : [h("p", {}, says), ...(failed ? [again] : [])];
      box.replaceChildren(h("div", { className: "head" }, h("h2", {}, t("Lessons")), free), ...inside);
      return;
    }
    const { lessons } = at.book;
    const { title, steps } = lessons[at.place.lesson];
    const list = h("button", { type: "button", className: "list", onclick: () => go("list") }, t("All lessons"));
    const next = neighbour(at.book, at.place, 1);
    const ahead = next && next.lesson !== at.place.lesson && phase === "why" ? lessons[next.lesson].title : "";
    const forward = h(
      "button",
      { type: "button", className: "next", disabled: !next, onclick: () => walk(1) },
      t("Next"),
    );
    const back = h(
      "button",
      { type: "button", disabled: !neighbour(at.book, at.place, -1), onclick: () => walk(-1) },
      t("Back"),
    );
    box.replaceChildren(
      h("div", { className: "head" }, list, free),
      h("h2", {}, title),
      ...(phase === "why" ? [] : [h("p", { className: "text" }, said(at.step.text))]), // it gives its room to the answer
      ...body(at.step),
      ...(ahead ? [h("p", { className: "ahead" }, t("The next lesson: {title}", { title: ahead }))] : []),
      h(
        "div",
        { className: "foot" },
        back,
        h("span", {}, t("{step} of {steps}", { step: at.place.step + 1, steps: steps.length })),
        forward,
      ),
    );
    box.scrollTop = 0;
  }
  /** @param {string} text */
  function said(text) {
    const picture = act.picture();
    return picture ? filledWith(text, picture.runs, picture.terrain) : text;
  }

  async function load() {
    if (loading) return;
    [loading, failed] = [true, false];
    draw();
    try {
      book = await act.load();
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      failed = true;
    }
    loading = false;
    const named = book && readPlace(book, wanted);
    if (book && named && act.names(address, book.lessons[named.lesson].steps[named.step].scene)) keep(named);
    else if (book && place) go(named ?? "list");
    else draw();
  }

  /** @type {PanelView} */
  const view = {
    key: "lesson",
    read: spelled,
    write(words) {
      if (words === spelled()) return;
      [wanted, address] = [words, location.search];
      if (!words) return place === null ? undefined : go(null);
      if (book) return go(readPlace(book, words) ?? "list");
      place = "list"; // until the book is there
      root.classList.add("teaching");
      load();
    },
  };
  const onclick = () => {
    go(place ? null : (left ?? "list"));
    if (place && !book) load();
  };
  const opener = h("button", { type: "button", onclick }, t("Lessons"));
  draw();

  return {
    view,
    /** @type {(way: 1 | -1) => boolean} whether the drawer is open */
    turn,
    /** Whether the drawer is open. */
    isOpen: () => place !== null,
    opener,
    /** The paths on the stage are others. */
    changed() {
      const at = now();
      if (!at) return;
      const before = different;
      different = !act.shows(at.step.scene);
      if (different !== before || phase === "why") draw();
    },
    /** The playhead stopped. @param {boolean} atEnd */
    stopped(atEnd) {
      if (!atEnd || phase !== "watch" || !now()) return;
      phase = "see";
      act.veil(false);
      draw();
    },
    /** It began to play, by whatever hand: who has not answered goes without. @param {boolean} playing */
    toggled(playing) {
      if (!playing || phase !== "ask" || !now()) return;
      phase = "watch";
      draw();
    },
  };
}
