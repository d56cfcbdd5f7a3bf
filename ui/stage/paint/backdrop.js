/** What Plotly drew as SVG round a plot, printed onto a canvas: a panel is one opaque picture then, and quick to compose. */

/** Its ticks and texts, where they stand. @param {HTMLElement} plot laid out, seen or not @param {CanvasRenderingContext2D} context */
export function printAxes(plot, context) {
  for (const tick of plot.querySelectorAll("path.ticks")) {
    const { x, y, width, height } = tick.getBBox();
    const { e, f } = tick.getCTM();
    const { stroke, strokeOpacity } = getComputedStyle(tick);
    context.save();
    Object.assign(context, { fillStyle: stroke, globalAlpha: strokeOpacity });
    context.fillRect(Math.round(e + x - (width ? 0 : 0.5)), Math.round(f + y - (height ? 0 : 0.5)), width || 1, height || 1);
    context.restore();
  }
  for (const text of plot.querySelectorAll("text")) {
    if (!text.getNumberOfChars()) continue; // Plotly hides what would stand on something else
    const { a, b, c, d, e, f } = text.getCTM();
    context.save();
    context.transform(a, b, c, d, e, f);
    const pieces = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
    for (let at = 0; pieces.nextNode(); at += pieces.currentNode.length) {
      const { length, data, parentElement } = pieces.currentNode;
      if (!length) continue;
      const { font, fill, fillOpacity } = getComputedStyle(parentElement);
      const { x, y } = text.getStartPositionOfChar(at);
      Object.assign(context, { font, fillStyle: fill, globalAlpha: fillOpacity });
      context.fillText(data, x, y);
    }
    context.restore();
  }
}

/** The hairlines between a panel and those left of it and above it. @param {HTMLElement} box of the panel */
export function printEdges(box, context, theme) {
  const { offsetLeft, offsetTop, clientWidth, clientHeight, parentElement } = box;
  Object.assign(context, { fillStyle: theme.text, globalAlpha: 0.14 });
  if (offsetLeft > parentElement.offsetLeft) context.fillRect(0, 0, 1, clientHeight);
  if (offsetTop > parentElement.offsetTop) context.fillRect(0, 0, clientWidth, 1);
}

const canvas = document.createElement("canvas"); // one for all: each is read at once
const context = canvas.getContext("2d", { alpha: false, willReadFrequently: true });

/**
 * A picture of a size in pixels of the screen, of one colour and what `draw` adds in CSS pixels.
 * @returns {Uint32Array} its pixels
 */
export function printed(width, height, ratio, background, draw) {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  context.save();
  context.fillStyle = background;
  context.fillRect(0, 0, width, height);
  context.scale(ratio, ratio);
  draw(context);
  context.restore();
  return new Uint32Array(context.getImageData(0, 0, width, height).data.buffer);
}
