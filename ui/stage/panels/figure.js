/** The scene as a Plotly figure, with its tool bar: to look at, and to keep as a picture or as a file that plays. */

/** @import { PanelKind } from "../types" */

import { h } from "../controls/dom.js";
import { plot } from "../paint/plotly.js";
import { NoAnswer } from "../state/requests.js";
import { msg, t } from "../state/words.js";

/** @type {PanelKind} */
export const figure = {
  id: "figure",
  label: msg("Figure"),
  title: msg("the scene as a Plotly figure: to look at, to keep, to play offline"),
  slot: "dialog",
  applies: () => true,

  create(box, { address, json, query, plotly }) {
    const view = h("div", { className: "figure-view" });
    const link = h("a", { title: t("one file that plays in a browser without a network") }, t("Download HTML"));
    box.append(view, link);
    let openings = 0; // how often it was opened or closed: an answer to an earlier opening is not shown
    let purge = () => {};

    /** The window opens. */
    async function show() {
      close();
      const own = openings;
      const scene = query();
      link.href = address("figure", `${scene}&format=html`).href;
      view.textContent = t("Preparing the figure …");
      try {
        const [Plotly, answer] = await Promise.all([plotly(), json("figure", scene)]);
        if (own !== openings) return;
        view.replaceChildren();
        purge = () => Plotly.purge(view);
        await plot(Plotly, view, answer);
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        if (own !== openings) return;
        view.textContent = t("No answer from the server: close this window and open it again. ({reason})", {
          reason: error.message,
        });
      }
    }

    /** Give back the memory of the figure: it is drawn anew when the window opens again. */
    function close() {
      openings++;
      purge();
      purge = () => {};
      view.replaceChildren();
    }

    return { show, draw() {}, close, destroy: close };
  },
};
