/** Draws every panel of the registry on the fixtures, in the light and in the dark theme. */

/** @import { PanelKind, Picture } from "../../ui/stage/types" */

import { h } from "../../ui/stage/controls/dom.js";
import { loadPlotly } from "../../ui/stage/controls/load.js";
import { lookOf, readTheme } from "../../ui/stage/paint/theme.js";
import { PANELS } from "../../ui/stage/panels/index.js";
import { bowl, CATALOGUE, figureOf, GRAPH, INSIDE, mapOf, RUNS, SETTINGS, STEPS } from "./fixtures.js";

const AT = 12.5; // the step that is drawn
const ANSWERS = { figure: figureOf(RUNS[0]), code: { grade: "Identical.", code: "import torch\n" }, graph: GRAPH };

/**
 * @param {PanelKind} kind
 * @param {HTMLElement} box
 * @param {HTMLElement} root
 * @param {boolean} data
 */
function draw(kind, box, root, data) {
  const theme = readTheme(root, CATALOGUE.theme);
  const looks = new Map(CATALOGUE.optimizers.map((optimizer) => [optimizer.id, lookOf(theme, optimizer)]));
  /** @type {Picture} */
  const picture = {
    ...{ runs: RUNS, terrain: bowl(data), steps: STEPS, start: [-4, 3], theme, held: false, bending: false },
    display: {
      view: kind.id === "map" ? "map" : "overlay",
      chart: "loss",
      scale: "log",
      arrows: "1",
      patience: "5",
      rail: kind.id,
    },
    lookOf: ({ id }) => looks.get(id) ?? lookOf(theme, CATALOGUE.optimizers[0]),
    nameOf: ({ id }) => CATALOGUE.optimizers.find((one) => one.id === id)?.name ?? id,
    ...{ lit: null, inside: null, term: null, ghost: null },
    magnification: 1,
    layout: {},
  };
  if (!kind.applies(picture)) return false;
  const panel = kind.create(box, {
    ...{ catalogue: CATALOGUE, change() {}, seek() {}, viewChanged() {}, redraw: () => panel.draw(AT, false) },
    ...{ recompose() {}, pointAtTerm() {} },
    address: (route, query) => new URL(`${route}?${query}`, document.baseURI),
    json: async (route) => ANSWERS[/** @type {keyof typeof ANSWERS} */ (route)],
    arrays: async (route, query) => (route === "map" ? mapOf(query) : INSIDE),
    query: () => "surface=bowl",
    settings: { values: SETTINGS, defaults: SETTINGS },
    at: () => AT,
    plotly: () => loadPlotly("/plotly.js"),
  });
  panel.show(picture);
  panel.draw(AT, false);
  return true;
}

/** @type {(() => void)[]} they are drawn once all have their places */
const drawings = [];
for (const scheme of ["light", "dark"]) {
  const root = h("div", { className: `stage gallery ${scheme}` });
  document.querySelector("main")?.append(root);
  for (const kind of PANELS) {
    const slot = { main: "panels", side: "panels", rail: "rail", dialog: "dialogs" }[kind.slot];
    const box = h("div", { className: `panel ${kind.id} ${{ rail: "tab", dialog: "window" }[kind.slot] ?? ""}` });
    const caption = h("figcaption", {}, `${kind.id} (${kind.slot}): ${kind.label}`);
    const figure = h("figure", { id: `${kind.id}-${scheme}` }, h("div", { className: slot }, box), caption);
    root.append(figure);
    drawings.push(() => draw(kind, box, root, false) || draw(kind, box, root, true));
  }
}
for (const work of drawings) work();
document.body.dataset.drawn = String(PANELS.length);
