/** A prediction that is drawn: a line over a picture, which stays until it is wiped away. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {HTMLElement} box whose panels are drawn upon
 * @param {() => void} drawn a line is done
 */
export function createSketch(box, drawn) {
  const sheet = document.createElementNS(SVG, "svg");
  sheet.classList.add("sketch");
  sheet.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "polyline");
  sheet.append(line);
  box.append(sheet);
  let drawing = false;

  /** @param {PointerEvent} event */
  function add({ clientX, clientY }) {
    const { left, top } = sheet.getBoundingClientRect();
    line.setAttribute(
      "points",
      `${line.getAttribute("points") ?? ""} ${Math.round(clientX - left)},${Math.round(clientY - top)}`,
    );
  }
  sheet.onpointerdown = (event) => {
    event.preventDefault();
    event.stopPropagation(); // the picture below does not take it for its own
    sheet.setPointerCapture(event.pointerId);
    line.setAttribute("points", "");
    drawing = true;
    add(event);
  };
  sheet.onpointermove = (event) => {
    if (!drawing) return;
    event.stopPropagation();
    add(event);
  };
  sheet.onpointerup = sheet.onpointercancel = (event) => {
    if (!drawing) return;
    event.stopPropagation();
    drawing = false;
    sheet.classList.remove("open");
    drawn();
  };

  return {
    /** The next line that a pointer draws is the prediction. */
    open() {
      sheet.classList.add("open");
    },
    wipe() {
      sheet.classList.remove("open");
      line.setAttribute("points", "");
    },
  };
}
