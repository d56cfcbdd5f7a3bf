/** Fixed runs that every panel is drawn on: gradient descent and its relatives on a quadratic bowl, by closed forms. */

/** @import { Answer, Catalogue, Examples, Hyper, Run, Terrain } from "../../ui/stage/types" */

import { terrainOf } from "../../ui/stage/data/terrain.js";
import { placesOf, SIDE } from "../../ui/stage/state/refinement.js";

export const STEPS = 60;
const KAPPA = 6; // the bowl is f(x, y) = (x^2 + KAPPA y^2) / 2
const START = /** @type {const} */ ([-4, 3]);

/** @type {Hyper} */
const HYPER = {
  key: "",
  id: "lr",
  name: "learning rate",
  tex: "\\eta",
  default: 0.1,
  low: 1e-3,
  high: 1,
  log: true,
  near_one: false,
  whole: false,
  main: false,
};
/** @param {string} id @param {string} name @param {number} k @param {number} [hessians] */
const optimizer = (id, name, k, hessians = 0) => ({
  look: { color: k, mark: k },
  ...{ id, name, family: "gradient", about: "", basic: true, spends: { gradients: 1, hessians } },
  sliders: [{ ...HYPER, key: `${id}.lr` }],
});

/** @type {Catalogue} */
export const CATALOGUE = {
  display: {
    view: [{ id: "overlay", name: "Overlay" }],
    chart: [{ id: "loss", name: "loss" }],
    scale: [
      { id: "log", name: "log" },
      { id: "linear", name: "linear" },
    ],
    arrows: [{ id: "1", name: "arrows, true length" }],
    rail: [{ id: "settings", name: "Settings" }],
  },
  settings: { steps: HYPER, rate: HYPER, noise: HYPER, batch: HYPER, seed: HYPER },
  ...{ surfaces: [], schedules: [], noises: [], openings: "" },
  optimizers: [
    optimizer("sgd", "SGD", 0),
    optimizer("momentum", "Momentum", 1),
    optimizer("newton", "Newton", 2, 1),
    optimizer("wild", "SGD, too fast", 3),
  ],
  quantities: [{ id: "loss", name: "loss", remark: "", remark_on_data: "thin: validation" }],
  patience: { ...HYPER, key: "patience", id: "patience", name: "patience", whole: true, default: 5 },
  languages: [{ id: "en", name: "English" }],
  internals: [
    { id: "velocity", label: "velocity" },
    { id: "hessian", label: "Newton's model" },
  ],
  theme: await (await fetch(new URL("../../ui/theme.json", import.meta.url))).json(),
  libraries: [{ id: "torch", name: "PyTorch" }],
};

/** An answer of /figure: the path of the first run. */
export const figureOf = (/** @type {Run} */ { id, position }) => {
  const side = (/** @type {number} */ k) => Array.from({ length: STEPS + 1 }, (_, i) => position[2 * i + k]);
  const trace = { type: "scatter", mode: "lines+markers", name: id, x: side(0), y: side(1) };
  return { data: [trace], frames: [], layout: { title: { text: id }, updatemenus: [], sliders: [] } };
};

/** The settings of the scene that the runs belong to. */
export const SETTINGS = {
  ...{ surface: "bowl", on: ["sgd", "momentum", "newton", "wild"], start: [...START], steps: STEPS, rate: 1, noise: 0 },
  ...Object.fromEntries(CATALOGUE.optimizers.map(({ id }) => [`${id}.lr`, 0.1])),
};

/** A piece of a map, learning rate across and noise up: |1 - lr * KAPPA| ** (2 STEPS), whatever the noise. @param {string} query */
export function mapOf(query) {
  const [side, part, parts] = ["side", "part", "parts"].map((key) => Number(new URLSearchParams(query).get(key)));
  const places = placesOf({ side, part, parts });
  const coding = { decade: 100, none: -32768, zero: -32700 };
  const loss = places.map((place) => {
    const lr = HYPER.low * (HYPER.high / HYPER.low) ** ((place % SIDE) / (SIDE - 1));
    return Math.min(32767, Math.max(coding.zero, Math.round(200 * STEPS * Math.log10(Math.abs(1 - lr * KAPPA)))));
  });
  const arrays = { loss, reached: places.map(() => STEPS), ended: places.map(() => 0) };
  return { head: { side, part, parts, steps: STEPS, coding, bounded: true, lines: [] }, arrays };
}

/** An answer of /graph: that of the bowl. */
export const GRAPH = {
  nodes: [
    { op: "input", name: "x" },
    { op: "input", name: "y" },
    { op: "integer_pow", of: [0], power: 2 },
    { op: "integer_pow", of: [1], power: 2 },
    { op: "constant", value: KAPPA },
    { op: "mul", of: [4, 3] },
    { op: "add", of: [2, 5] },
    { op: "constant", value: 2 },
    { op: "div", of: [6, 7] },
  ],
};

/** @type {Examples} a line through two dozen points */
const EXAMPLES = {
  curve: "line",
  formula: "y = w₁ + w₂ x",
  names: ["intercept w₁", "slope w₂"],
  train: [
    [-2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2],
    [-1.8, -1.2, -1.2, -0.3, 0.1, 0.3, 1.2, 1.4, 2.1],
  ],
  valid: [
    [-1.7, -0.7, 0.3, 1.2],
    [-1.9, -0.5, 0.4, 1.0],
  ],
  test: [
    [-1.4, -0.2, 0.7, 1.8],
    [-1.3, -0.1, 0.8, 1.6],
  ],
};

/** @param {boolean} data whether it is made of examples @returns {Terrain} */
export function bowl(data) {
  const n = 61;
  const f = Float32Array.from({ length: n * n }, (_, i) => {
    const [x, y] = [-5 + (10 * (i % n)) / (n - 1), -4 + (8 * Math.floor(i / n)) / (n - 1)];
    return (x * x + KAPPA * y * y) / 2;
  });
  const head = {
    ...{
      surface: data ? "examples" : "bowl",
      log_height: false,
      floor: 0,
      minima: [[[0, 0], 0]],
      saddles: [],
      searched: false,
    },
    domain: [
      [-5, 5],
      [-4, 4],
    ],
    ...(data && { data: EXAMPLES }),
  };
  return terrainOf(/** @type {Answer} */ ({ head, arrays: { f } }));
}

/**
 * A run whose step from (x, y) is a function's; momentum carries its last step along.
 * @param {string} id
 * @param {number} lr
 * @param {number} momentum
 * @param {boolean} [newton]
 * @returns {Run}
 */
function runOf(id, lr, momentum, newton = false) {
  const position = new Float64Array(2 * STEPS + 2);
  const [gradient, velocity] = [new Float32Array(2 * STEPS + 2), new Float32Array(2 * STEPS + 2)];
  const hessian = new Float32Array(3 * STEPS + 3);
  position.set(START);
  for (let i = 0; i <= STEPS; i++) {
    for (const [side, curvature] of [1, KAPPA].entries()) {
      const k = 2 * i + side;
      gradient[k] = curvature * position[k];
      velocity[k] = (i ? momentum * velocity[k - 2] : 0) + (lr * gradient[k]) / (newton ? curvature : 1);
      if (i < STEPS) position[k + 2] = position[k] - velocity[k];
    }
    hessian.set([1, 0, KAPPA], 3 * i);
  }
  const rows = Array.from({ length: STEPS + 1 }, (_, i) => i);
  const gap = Float64Array.from(rows, (i) => (position[2 * i] ** 2 + KAPPA * position[2 * i + 1] ** 2) / 2);
  const outside = rows.findIndex((i) => Math.abs(position[2 * i]) > 5 || Math.abs(position[2 * i + 1]) > 4);
  return {
    ...{ id, position, gap, gradient },
    lr: new Float32Array(STEPS + 1).fill(lr),
    left: outside < 0 ? null : outside,
    diverged: null,
    internals: newton ? { hessian } : momentum ? { velocity } : {},
    // It turns after a while, as where a model begins to learn the noise.
    validation: gap.map((value, i) => value + 0.3 + 0.002 * Math.max(0, i - 25) ** 1.5),
    test: Float32Array.from(gap, (value, i) => value + 0.35 + 0.002 * Math.max(0, i - 30) ** 1.5),
  };
}

export const RUNS = [
  runOf("sgd", 0.3, 0),
  runOf("momentum", 0.03, 0.85),
  runOf("newton", 0.2, 0, true),
  runOf("wild", 0.34, 0),
];

/** The inside of a step of gradient descent, as the server says it. */
const symbol = (/** @type {string} */ name, /** @type {string} */ sign) => `<mrow data-name="${name}">${sign}</mrow>`;
const [w, next, g, lr] = ["<mi>w</mi>", "<mi>w\u2032</mi>", "<mi>g</mi>", "<mi>η</mi>"];
const product = `<mrow>${symbol("lr", lr)}<mo>\u2062</mo>${symbol("g", g)}</mrow>`;
const rule = `<mrow>${symbol("w_next", next)}<mo>=</mo><mrow>${symbol("w", w)}<mo>\u2212</mo>${product}</mrow></mrow>`;
export const INSIDE = {
  head: {
    equations: [{ name: "w_next", measured: "", mathml: rule }],
    measured: {},
    names: {
      w: { kind: "given", mathml: w, array: "w", row: 0 },
      w_next: { kind: "given", mathml: next, array: "w", row: 1 },
      g: { kind: "given", mathml: g, array: "g", row: 0 },
      lr: { kind: "hyper", mathml: lr, value: 0.3 },
    },
    source: "def update(probe, state, params, *, lr): ...",
    arrays: [
      { name: "w", shape: [STEPS + 1, 2] },
      { name: "g", shape: [STEPS, 2] },
      { name: "deviation", shape: [STEPS] },
    ],
  },
  arrays: { w: RUNS[0].position, g: RUNS[0].gradient, deviation: new Float64Array(STEPS) },
};
