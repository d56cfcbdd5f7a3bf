/** A session with a server whose answers a test gives when it wants, and a clock turned by hand. */

import { NoAnswer } from "../../ui/stage/state/requests.js";
import { createSession } from "../../ui/stage/state/session.js";

const SLIDER = { name: "", default: 0, low: 0, high: 1, log: false, near_one: false, whole: false, main: false };
const CATALOGUE = /** @type {any} */ ({
  display: { view: [], patience: [] },
  patience: { ...SLIDER, key: "patience", id: "patience" },
  schedules: [],
  settings: { steps: { ...SLIDER, key: "steps", id: "steps", high: 1000 } },
  optimizers: [
    { id: "a", name: "Alpha", sliders: [{ ...SLIDER, key: "a.lr", id: "lr", low: 0.01, high: 10, log: true }] },
  ],
});
const DEFAULTS = {
  surface: "ravine",
  start: [0, 0],
  on: ["a"],
  view: "overlay",
  patience: "20",
  step: null,
  steps: 10,
  "a.lr": 1,
};

/** A session and what it asked and told; `answer(k)` and `fail(k)` settle its k-th request. */
export function open() {
  /** @type {{what: string, settle: {resolve: (value: any) => void, reject: (error: any) => void}}[]} */
  const asked = [];
  /** @type {string[]} */
  const told = [];
  /** @type {{work: () => void, ms: number}[]} */
  const timers = [];
  const request = (/** @type {string} */ what) => {
    const { promise, ...settle } = Promise.withResolvers();
    asked.push({ what, settle });
    return promise;
  };
  const session = createSession({
    catalogue: CATALOGUE,
    query: "a.lr=2",
    server: {
      paths: (query) => request(`paths ${query}`),
      terrain: (query) => request(`terrain ${query}`),
      fan: (query, key) => request(`fan ${query} ${key}`),
    },
    ready: async () => {},
    after(work, ms) {
      const timer = { work, ms };
      timers.push(timer);
      return () => void (timers.includes(timer) && timers.splice(timers.indexOf(timer), 1));
    },
    tell: {
      controls: () => void told.push("controls"),
      paths: async (step) => void told.push(`paths ${step}`),
      display: () => void told.push("display"),
      drag: () => void told.push("drag"),
      settle: () => void told.push("settle"),
      note: (text) => void told.push(`note ${text}`),
    },
    random: () => 1,
  });
  const settled = () => new Promise(setImmediate);
  return {
    session,
    told,
    timers,
    what: () => asked.map(({ what }) => what),
    async answer(/** @type {number} */ k, /** @type {any} */ value) {
      asked[k].settle.resolve(value);
      await settled();
    },
    async fail(/** @type {number} */ k) {
      asked[k].settle.reject(new NoAnswer("gone"));
      await settled();
    },
  };
}
const run = (/** @type {number} */ mark) => ({ id: "a", position: new Float64Array([mark, 0]), internals: {} });
export const paths = (/** @type {any} */ values = {}, mark = 0) => ({
  runs: [run(mark)],
  values: { ...DEFAULTS, ...values },
  defaults: { ...DEFAULTS, surface: values.surface ?? DEFAULTS.surface },
});
export const terrain = (/** @type {string} */ surface) => ({ surface });
export const fan = (/** @type {number} */ mark) => ({ runs: (/** @type {number} */ place) => [run(mark + place)] });
export const markOf = (/** @type {any} */ session) => session.shown().runs[0].position[0];

/** A session whose first scene is there. */
export async function opened() {
  const all = open();
  all.session.begin();
  await all.answer(0, paths({ "a.lr": 2, step: 4 }));
  await all.answer(1, terrain("ravine"));
  return all;
}
