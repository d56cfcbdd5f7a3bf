/**
 * The scene as a Plotly figure, in Plotly's own view with its tool bar. This file imports nothing: ui/figures.py also
 * puts the whole of it into the HTML files that readers download.
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

/**
 * Draw a figure with a tool bar that saves it as PNG or SVG.
 * @param {any} Plotly
 * @param {HTMLElement} box is filled by the figure
 * @param {{data: object[], frames: object[], layout: any}} figure as the server sends it
 */
export async function plot(Plotly, box, { data, frames, layout }) {
  const filename = "descent-lab";
  const svg = {
    name: "svg",
    title: "Download plot as an SVG",
    icon: BRACKETS,
    click: () =>
      Plotly.downloadImage(box, { format: "svg", filename, width: box.clientWidth, height: box.clientHeight }),
  };
  const config = {
    responsive: true,
    displaylogo: false,
    displayModeBar: true,
    doubleClick: "reset",
    modeBarButtonsToRemove: NEEDLESS,
    modeBarButtonsToAdd: [svg],
    toImageButtonOptions: { format: "png", filename, scale: 2 },
  };
  // The height in the layout is meant for notebooks.
  const drawn = Plotly.newPlot(box, { data, frames, layout: { ...ours(layout), height: undefined, autosize: true }, config });
  const run = ({ args }) => Plotly.animate(box, ...args).catch((error) => {
    if (error) throw error; // an animation that the next one interrupts is rejected without one
  });
  box.on("plotly_buttonclicked", ({ button }) => run(button));
  box.on("plotly_sliderchange", ({ step, interaction }) => interaction && run(step)); // it also moves as a figure plays
  await drawn;
}

/**
 * The layout with buttons and a slider that tell `plot` of a click instead of calling Plotly themselves, which would
 * leave an error in the console whenever one animation interrupts another.
 */
function ours(layout) {
  const quiet = (part) => ({ ...part, execute: false });
  return {
    ...layout,
    updatemenus: layout.updatemenus.map((menu) => ({ ...menu, buttons: menu.buttons.map(quiet) })),
    sliders: layout.sliders.map((slider) => ({ ...slider, steps: slider.steps.map(quiet) })),
  };
}

export default {
  id: "figure",
  label: "Figure",
  slot: "dialog",
  applies: () => true,

  /**
   * @param {HTMLElement} box an empty element in a dialog, which is shown and closed by the caller
   * @param {{address: (route: string, query: string) => string, query: () => string, plotly: () => Promise<any>}} api
   */
  create(box, api) {
    const view = box.appendChild(document.createElement("div"));
    const link = box.appendChild(document.createElement("a"));
    view.className = "figure-view";
    link.className = "figure-link";
    link.textContent = "Download HTML";
    link.title = "one file that plays in a browser without a network";
    let opened = 0; // so many times opened or closed: an answer to an earlier opening is not shown
    let purge = () => {};

    async function open() {
      close();
      const now = opened;
      const query = api.query();
      link.href = api.address("figure", `${query}&format=html`);
      view.textContent = "Preparing the figure…";
      try {
        const [Plotly, answer] = await Promise.all([api.plotly(), fetch(api.address("figure", query))]);
        if (!answer.ok) throw new Error(await answer.text());
        const figure = await answer.json();
        if (now !== opened) return;
        view.replaceChildren();
        purge = () => Plotly.purge(view);
        await plot(Plotly, view, figure);
      } catch (error) {
        if (now === opened)
          view.textContent = `The figure could not be loaded: ${error.message}. Close it and open it again.`;
      }
    }

    /** Give back the memory of the figure; `open` draws it anew. */
    function close() {
      opened++;
      purge();
      purge = () => {};
      view.replaceChildren();
    }

    function destroy() {
      close();
      box.replaceChildren();
    }

    return { show() {}, draw() {}, open, close, destroy };
  },
};
