/** The lessons and the way through them. No DOM. */

/**
 * @typedef {object} Step
 * @property {string} text
 * @property {string} scene a query
 * @property {string} question
 * @property {string[]} answers
 * @property {number} right which of them happens, from 1
 * @property {string} look
 * @property {string} why
 */
/** @typedef {{id: string, title: string, section: string, steps: Step[]}} Lesson */
/** @typedef {{lessons: Lesson[], wrong: string[]}} Book wrong: what is wrong with files that are no lessons */
/** @typedef {{lesson: number, step: number}} Place both from 0 */

/** How a link spells a place: "momentum.2", its steps from 1. @param {Book} book @param {Place} place */
export const spellPlace = (book, { lesson, step }) => `${book.lessons[lesson].id}.${step + 1}`;

/** The place that a link names; null where there is none. @param {Book} book @param {string} words @returns {Place | null} */
export function readPlace(book, words) {
  const [id, number = "1"] = words.split(".");
  const lesson = book.lessons.findIndex((one) => one.id === id);
  const step = Number(number) - 1;
  return lesson >= 0 && book.lessons[lesson].steps[step] ? { lesson, step } : null;
}

/**
 * The step after or before a place, also that of the next or the last lesson; null at either end.
 * @param {Book} book @param {Place} place @param {1 | -1} way
 * @returns {Place | null}
 */
export function neighbour({ lessons }, { lesson, step }, way) {
  if (lessons[lesson].steps[step + way]) return { lesson, step: step + way };
  const other = lessons[lesson + way];
  return other ? { lesson: lesson + way, step: way > 0 ? 0 : other.steps.length - 1 } : null;
}

/**
 * Whether two queries are of one scene, but for how it is displayed.
 * @param {string} one @param {string} other @param {string[]} ignored keys
 */
export function sameScene(one, other, ignored) {
  const [a, b] = [one, other].map((query) => new URLSearchParams(query));
  const alike = (/** @type {string | undefined} */ x, /** @type {string | undefined} */ y) =>
    x === y || (!!x && !!y && Number(x) === Number(y));
  const keys = new Set([...a.keys(), ...b.keys()].filter((key) => !ignored.includes(key)));
  return [...keys].every((key) => {
    const [words, others] = [a, b].map((query) => query.get(key)?.split(",") ?? []);
    return words.length === others.length && words.every((word, k) => alike(word, others[k]));
  });
}

/** The lessons by section, in their order. @param {Book} book @returns {Map<string, {lesson: Lesson, k: number}[]>} */
export function bySection({ lessons }) {
  const sections = new Map();
  for (const [k, lesson] of lessons.entries()) {
    sections.set(lesson.section, [...(sections.get(lesson.section) ?? []), { lesson, k }]);
  }
  return sections;
}
