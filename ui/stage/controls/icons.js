/** The icons of buttons: each a path in a square of 16 by 16. */

const PATHS = {
  start: "M3 2h2v12H3zM13 2v12L6 8z",
  back: "M11 2v12L4 8z",
  play: "M4 2v12l10-6z",
  pause: "M4 2h3v12H4zM9 2h3v12H9z",
  on: "M5 2v12l7-6z",
  end: "M11 2h2v12h-2zM3 2v12l7-6z",
  screen: "M1 2v9h6v2H4v1h8v-1H9v-2h6V2zm2 2h10v5H3z",
  pointer: "M8 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8z",
  pen: "M11.5 1.5l3 3L6 13l-4 1 1-4zM3.6 10.7l-.6 2.3 2.3-.6z",
};
/** @typedef {keyof typeof PATHS} Icon */

/** @param {Icon} name */
export const icon = (name) =>
  `<svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true"><path fill="currentColor" fill-rule="evenodd" d="${PATHS[name]}"/></svg>`;
