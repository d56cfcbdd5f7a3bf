/** Which entries the reader looks at: the one that is pointed at, and those that are shown alone. No number depends on it. */

/** @import { PanelView } from "../types" */

/** @param {(resized: boolean) => void} changed other entries are seen: `resized` where their number may have changed */
export function createSpotlight(changed) {
  /** @type {string | null} */
  let lit = null;
  /** @type {string | null} a name of the equations that stand beside the picture */
  let term = null;
  /** @type {string[]} none: all are shown */
  let alone = [];
  /** @type {string[] | null} the entries that were on; null before the first scene */
  let known = null;

  /** @type {PanelView} */
  const view = {
    key: "only",
    read: () => alone.join(),
    write(words) {
      alone = words ? words.split(",") : [];
    },
  };

  return {
    view,
    get lit() {
      return lit;
    },
    get term() {
      return term;
    },
    get alone() {
      return alone;
    },
    /** Light an entry; the others step back. @param {string | null} entry */
    point(entry) {
      if (entry === lit) return;
      lit = entry;
      changed(false);
    },
    /** Light a name of the equations. @param {string | null} name */
    pointAtTerm(name) {
      if (name === term) return;
      term = name;
      changed(false);
    },
    /** Show an entry alone; all of them again if it is alone already. @param {string} entry */
    toggle(entry) {
      alone = alone.length === 1 && alone[0] === entry ? [] : [entry];
      changed(true);
    },
    /** Show another entry beside the one that is alone. @param {string} entry */
    compare(entry) {
      alone = [...new Set([...alone, entry])];
      changed(true);
    },
    /** Show all of them. */
    all() {
      if (!alone.length) return;
      alone = [];
      changed(true);
    },
    /**
     * The runs that are seen. An entry that is switched on or added is seen beside those that are alone; one that is no
     * longer on is forgotten.
     * @template {{id: string}} T
     * @param {T[]} runs as far as they are computed
     * @param {string[]} on all entries that are on
     */
    seen(runs, on) {
      const before = known;
      if (alone.length && before) alone = [...new Set([...alone, ...on.filter((id) => !before.includes(id))])];
      known = on;
      alone = alone.filter((id) => on.includes(id));
      if (lit && !on.includes(lit)) lit = null;
      const seen = runs.filter(({ id }) => alone.includes(id));
      return seen.length ? seen : runs;
    },
  };
}

/** @typedef {ReturnType<typeof createSpotlight>} Spotlight */
