/** Code to take home: a dialog with a run as a program of a well-known library, and its path as a table. */

import { choice, h } from "./dom.js";
import { newestWins } from "./wire.js";

const LIBRARIES = [{ id: "keras", name: "Keras" }, { id: "torch", name: "PyTorch" }, { id: "optax", name: "Optax" }];

/**
 * @param {HTMLElement} root @param {object} catalogue
 * @param {(route: string, query: string) => URL} address @param {() => string} scene the query of the scene that is seen
 * @param {() => object} values of the scene
 */
export function createProgram(root, catalogue, address, scene, values) {
  const who = choice("optimizer", [], () => show());
  const library = choice("library", LIBRARIES, () => show());
  const grade = h("p", { className: "remark", role: "status" });
  const code = h("pre", { tabIndex: 0, "aria-label": "the program" });
  const copy = h("button", { type: "button", onclick: copied }, "Copy");
  const table = h("a", { download: "" }, "Path as CSV");
  const close = h("button", { type: "button", onclick: () => dialog.close() }, "Close");
  const dialog = h("dialog", { className: "program", "aria-label": "code to take home" },
    h("div", { className: "picks" }, who.el, library.el, copy, table, close), grade, code);
  dialog.onkeydown = (event) => event.stopPropagation(); // the stage's own keys rest meanwhile
  root.append(dialog);

  const show = newestWins(async () => {
    const query = `${scene()}&optimizer=${who.select.value}`;
    table.href = address("csv", query);
    table.download = `${who.select.value}.csv`;
    const asked = address("code", `${query}&library=${library.select.value}`);
    let answer;
    try {
      const response = await fetch(asked);
      if (!response.ok) throw new Error(`the server answered ${response.status}`);
      answer = await response.json();
    } catch (error) {
      answer = { grade: `No answer from the server: choose again to ask again. (${error.message})`, code: "" };
    }
    grade.textContent = answer.grade;
    code.textContent = answer.code;
    copy.disabled = !answer.code;
  });
  async function copied() {
    if (!navigator.clipboard) return getSelection().selectAllChildren(code); // without https the reader copies by hand
    await navigator.clipboard.writeText(code.textContent);
    copy.textContent = "Copied";
    setTimeout(() => (copy.textContent = "Copy"), 1500);
  }

  return {
    /** Show the program of the first optimizer that is on. */
    open() {
      const on = catalogue.optimizers.filter(({ id }) => values().on.includes(id));
      const before = who.select.value;
      who.select.replaceChildren(...on.map(({ id, name }) => h("option", { value: id, selected: id === before }, name)));
      dialog.showModal();
      if (on.length) return show();
      grade.textContent = "No optimizer is switched on.";
      code.textContent = "";
      copy.disabled = true;
      table.removeAttribute("href");
    },
  };
}
