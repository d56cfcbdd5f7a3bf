/**
 * The scene as a Plotly figure, in Plotly's own view with its tool bar. This file imports nothing: ui/figures.py puts all
 * of it into the HTML files that readers download.
 */

const DISC = {
  width: 24,
  height: 24,
  path: "M4 3h12l4 4v14H4V3zm3 1.5v5h8v-5H7zm5 8a3 3 0 1 0 0 6 3 3 0 0 0 0-6z",
};

/**
 * Draw a figure with a tool bar that saves it as PNG and as SVG.
 * @param {any} Plotly @param {HTMLElement} box @param {{data: object[], frames: object[], layout: any}} figure as the
 * server sends it @param {string} filename of what is saved, without its ending
 */
export async function plot(Plotly, box, { data, frames, layout }, filename = "descent-lab") {
  const svg = {
    name: "svg",
    title: "Download plot as SVG",
    icon: DISC,
    click: () => Plotly.downloadImage(box, { format: "svg", filename, width: box.clientWidth, height: box.clientHeight }),
  };
  // As high as the box: the height in the layout is for notebooks.
  await Plotly.newPlot(box, data, { ...layout, height: undefined, autosize: true }, {
    responsive: true,
    displaylogo: false,
    modeBarButtonsToAdd: [svg],
    toImageButtonOptions: { format: "png", filename, scale: 2 },
  });
  await Plotly.addFrames(box, frames);
}
