/** The rail beside the pictures: legend, switches, live numbers and every optimizer's sliders. */

import { createBoard, fate } from "./board.js";
import { choice, h, write } from "./dom.js";
import { measure } from "./scene.js";
import { createSlider } from "./slider.js";
import { points } from "./theme.js";

/**
 * The learning rate over the run, as a share of its largest, and the playhead on it: one line for all, or where the
 * schedule answers to the run one for each in its colour.
 */
function createCurve() {
  const [WIDTH, HEIGHT] = [100, 20];
  const el = h("div", { className: "curve", role: "img", "aria-label": "the learning rate at every step" });
  el.innerHTML = `<svg viewBox="0 -1 ${WIDTH} ${HEIGHT + 2}" preserveAspectRatio="none"><g/><line y1="-1" y2="${HEIGHT + 1}"/></svg>`;
  const [lines, line] = el.querySelectorAll("g, line");
  let drawn = [];

  const shares = (lr) => {
    const rates = lr.subarray(0, Math.max(1, lr.length - 1)); // the last row is no step
    const high = rates.reduce((a, b) => Math.max(a, b), 0) || 1;
    return rates.map((rate) => rate / high);
  };
  const path = (own) => {
    const n = Math.max(1, own.length - 1);
    const stride = Math.ceil(n / 200);
    const points = [];
    for (let i = 0; i <= n; i += stride) points.push(`${((WIDTH * i) / n).toFixed(2)},${(HEIGHT * (1 - own[i])).toFixed(2)}`);
    return `M${points.join("L")}`;
  };
  return {
    el,
    show(runs, t, steps) {
      const now = runs.flatMap(({ lr, look }) => [lr, look.color]);
      // While a hand drags, the rates of what it moves are not known: the lines stand still.
      if (runs.length && runs.every(({ lr }) => lr) && (now.length !== drawn.length || now.some((part, k) => part !== drawn[k]))) {
        drawn = now;
        const all = runs.map(({ lr }) => shares(lr));
        const alike = all.every((own) => own.every((share, i) => Math.abs(share - all[0][i]) < 1e-6));
        el.hidden = alike && all[0].every((share) => share === all[0][0]);
        lines.innerHTML = (alike ? all.slice(0, 1) : all).map((own) => `<path d="${path(own)}"/>`).join("");
        if (!alike) [...lines.children].forEach((child, k) => (child.style.stroke = runs[k].look.color));
      }
      const x = (WIDTH * t) / steps;
      line.setAttribute("x1", x);
      line.setAttribute("x2", x);
    },
  };
}

/**
 * @param {HTMLElement} box
 * @param {object} catalogue
 * @param {{change: (key: string, value: *, done: boolean) => void, grab: (key: string) => void}} act
 */
export function createRail(box, catalogue, act) {
  const { change } = act;
  const { settings, schedules, optimizers } = catalogue;
  const sliders = new Map(); // URL key -> slider
  const slider = (hyper, owner) => {
    const made = createSlider(hyper, act, owner);
    sliders.set(hyper.key, made);
    return made.el;
  };

  const decay = choice("decay", schedules, (id) => change("schedule", id, true));
  const times = new Map(schedules.flatMap((s) => s.sliders).map((hyper) => [hyper.key, hyper]));
  const decaySliders = [...times.values()].map((hyper) => slider(hyper, "decay"));
  const curve = createCurve();
  const batch = slider(settings.batch);
  const tabs = [["settings", "Settings"], ["leaderboard", "Leaderboard"]].map(([rail, name]) =>
    h("button", { type: "button", "data-rail": rail, onclick: () => change("rail", rail, true) }, name));
  const settingsSide = h("div", { className: "side" });
  const boardSide = h("div", { className: "side" });
  const board = createBoard(boardSide, optimizers);
  box.append(h("div", { className: "toggle", role: "group", "aria-label": "beside the pictures" }, ...tabs), settingsSide, boardSide);
  settingsSide.append(
    h("section", { className: "shared" },
      slider(settings.rate), decay.el, ...decaySliders, curve.el,
      slider(settings.steps), slider(settings.noise), batch, slider(settings.seed)),
  );

  let shownLooks = "";
  const rows = optimizers.map((optimizer) => {
    const tick = h("input", { type: "checkbox", "aria-label": `show ${optimizer.name}` });
    const sample = h("span", { className: "sample", "aria-hidden": "true" });
    const status = h("span", { className: "status" });
    const loss = h("span", { className: "loss", title: "loss at the playhead" });
    const [first, ...others] = optimizer.sliders;
    const more = h("div", { className: "more" }, ...others.map((hyper) => slider(hyper, optimizer.name)));
    more.hidden = true;
    const door = h("button", { type: "button", className: "door", "aria-expanded": "false", "aria-label": `more settings of ${optimizer.name}`, title: others.map((o) => o.name).join(", ") }, "›");
    door.onclick = () => {
      more.hidden = !more.hidden;
      door.setAttribute("aria-expanded", String(!more.hidden));
    };
    if (!others.length) door.style.visibility = "hidden";
    const el = h("section", { className: "row", "data-optimizer": optimizer.id },
      h("div", { className: "title" }, h("label", {}, tick, sample, h("span", { className: "name" }, optimizer.name)), status, loss, door),
      slider(first, optimizer.name), more);
    const open = () => more.hidden && door.click();
    const row = { id: optimizer.id, others, open, family: optimizer.basic ? "" : optimizer.family, el, tick, sample, status, loss };
    tick.onchange = () => change("on", rows.filter((r) => r.tick.checked).map((r) => r.id), true);
    return row;
  });
  // The basic rules stand open; each family of the others behind its name.
  const families = [...new Set(rows.map((row) => row.family))].map((family) => {
    const own = rows.filter((row) => row.family === family);
    const count = h("span", { className: "count-on" });
    const el = family ? h("details", { className: "family" }, h("summary", {}, family, " ", count)) : h("div");
    el.append(...own.map((row) => row.el));
    return { el, own, count };
  });
  const [basic, ...others] = families.map(({ el }) => el);
  settingsSide.append(basic, h("div", { className: "families" }, "more", ...others));
  let seenOn = null; // before the first scene

  return {
    /** Switch the k-th optimizer on or off. */
    pick: (k) => rows[k]?.tick.click(),
    /** Show a scene's settings. @param {(id: string) => {color: string, mark: number[][]}} lookOf */
    show(values, defaults, lookOf) {
      for (const [key, made] of sliders) made.set(values[key], defaults[key]);
      settingsSide.hidden = values.rail !== "settings";
      boardSide.hidden = !settingsSide.hidden;
      for (const tab of tabs) tab.setAttribute("aria-pressed", String(tab.dataset.rail === values.rail));
      decay.select.value = values.schedule;
      batch.hidden = !catalogue.surfaces.find(({ id }) => id === values.surface).data;
      const used = new Set(schedules.find((s) => s.id === values.schedule).sliders.map((hyper) => hyper.key));
      for (const el of decaySliders) el.hidden = !used.has(el.dataset.key);
      if (seenOn === null) for (const { others, open } of rows) if (others.some(({ key }) => values[key] !== defaults[key])) open(); // a link changed them
      for (const row of rows) {
        row.tick.checked = values.on.includes(row.id);
        row.el.classList.toggle("off", !row.tick.checked);
      }
      if (seenOn !== String(values.on)) {
        seenOn = String(values.on);
        for (const { el, own, count } of families) {
          const on = own.filter((row) => values.on.includes(row.id)).length;
          count.textContent = on ? `${on} of ${own.length}` : String(own.length);
          if (on && el.tagName === "DETAILS") el.open = true;
        }
      }
      const looks = rows.map((row) => lookOf(row.id).color).join();
      if (looks === shownLooks) return;
      shownLooks = looks;
      for (const row of rows) {
        const { color, mark } = lookOf(row.id);
        row.el.style.setProperty("--colour", color);
        const { el, sample } = board.rows.get(row.id);
        el.style.setProperty("--colour", color);
        row.sample.innerHTML = sample.innerHTML = `<svg viewBox="0 0 30 14"><line x1="1" y1="7" x2="29" y2="7"/><polygon points="${points(mark, 15, 7, 5.5)}"/></svg>`;
      }
    },
    /** Show the numbers of the runs at step t. */
    tick(runs, terrain, t, steps) {
      curve.show(runs, t, steps);
      if (settingsSide.hidden) return board.tick(runs, terrain, t);
      const step = Math.floor(t);
      for (const row of rows) {
        const run = runs.find((r) => r.id === row.id);
        const gone = run && run.diverged !== null && step >= run.diverged;
        write(row.status, run ? fate(run, step, terrain) : "");
        write(row.loss, run && !gone ? measure(run.gap[step] + terrain.floor, run.moves ? 2 : 3) : "");
      }
    },
  };
}
