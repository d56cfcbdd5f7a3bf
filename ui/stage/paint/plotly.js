/**
 * A figure of ui/figures.py in Plotly's own view. This file imports nothing, because ui/figures.py also writes the whole
 * of it into the HTML files that readers download.
 */

const BRACKETS = {
  width: 24,
  height: 24,
  path: "M8.5 5.5 2 12l6.5 6.5 1.8-1.8L5.6 12l4.7-4.7zM15.5 5.5l-1.8 1.8 4.7 4.7-4.7 4.7 1.8 1.8L22 12z",
};
// What makes no sense here: there is nothing to select, and the axes already show everything.
const NEEDLESS = [
  "select2d",
  "lasso2d",
  "zoomIn2d",
  "zoomOut2d",
  "autoScale2d",
  "zoom3d",
  "tableRotation",
  "resetCameraLastSave3d",
];

const SVG = "Download plot as an SVG";

/**
 * Draw a figure with a tool bar that saves it as PNG or SVG.
 * @param {any} Plotly
 * @param {any} box an element, which plotly.js fills and gives a method `on`
 * @param {{data: object[], frames: object[], layout: any, locale?: {dictionary: Record<string, string>}}} figure as the
 *   server sends it
 */
export async function plot(Plotly, box, { data, frames, layout, locale }) {
  const filename = "descent-lab";
  const svg = {
    name: "svg",
    title: locale?.dictionary[SVG] ?? SVG,
    icon: BRACKETS,
    click: () =>
      Plotly.downloadImage(box, { format: "svg", filename, width: box.clientWidth, height: box.clientHeight }),
  };
  const config = {
    responsive: true,
    ...(locale && { locale: "own", locales: { own: locale } }),
    displaylogo: false,
    displayModeBar: true,
    doubleClick: "reset",
    modeBarButtonsToRemove: NEEDLESS,
    modeBarButtonsToAdd: [svg],
    toImageButtonOptions: { format: "png", filename, scale: 2 },
  };
  // The height in the layout is meant for notebooks.
  const drawn = Plotly.newPlot(box, {
    data,
    frames,
    layout: { ...ours(layout), height: undefined, autosize: true },
    config,
  });
  const run = (/** @type {{args: any[]}} */ { args }) =>
    Plotly.animate(box, ...args).catch((/** @type {unknown} */ error) => {
      if (error) throw error; // an animation that the next one interrupts is rejected without one
    });
  box.on("plotly_buttonclicked", (/** @type {any} */ { button }) => run(button));
  box.on("plotly_sliderchange", (/** @type {any} */ { step, interaction }) => interaction && run(step)); // it also moves as a figure plays
  await drawn;
}

/**
 * The layout with buttons and a slider that tell `plot` of a click instead of calling Plotly themselves, which would
 * leave an error in the console whenever one animation interrupts another.
 * @param {any} layout
 */
function ours(layout) {
  const quiet = (/** @type {object} */ part) => ({ ...part, execute: false });
  return {
    ...layout,
    updatemenus: layout.updatemenus.map((/** @type {any} */ menu) => ({ ...menu, buttons: menu.buttons.map(quiet) })),
    sliders: layout.sliders.map((/** @type {any} */ slider) => ({ ...slider, steps: slider.steps.map(quiet) })),
  };
}
