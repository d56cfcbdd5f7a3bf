/** Laws of the stage's pure modules. Run by node where there is one, and always in the browser (test_stage.py). */

import { headOf, onGround, through } from "../ui/stage/drape.js";
import { createFan } from "../ui/stage/fan.js";
import { paintHills } from "../ui/stage/hills.js";
import { between, cut, makeLine, vertexAt } from "../ui/stage/line.js";
import { axisOf, earlyStop, roundSteps, seriesOf } from "../ui/stage/quantity.js";
import { intoSearch, measure, numbersOf, parse, show, toPlace, toQuery, toQueryOn, toValue } from "../ui/stage/scene.js";
import { lossAxis, power, terrain, ticks } from "../ui/stage/terrain.js";
import { GROUND, look, PALETTE } from "../ui/stage/theme.js";
import { home, seenBy, turned } from "../ui/stage/view.js";
import { newestWins, unpack } from "../ui/stage/wire.js";

function equal(got, expected, what = "") {
  const [a, b] = [JSON.stringify(got), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${what} expected ${b}, got ${a}`);
}
function close(got, expected, tolerance, what = "") {
  if (!(Math.abs(got - expected) <= tolerance)) throw new Error(`${what} expected ${expected}, got ${got}`);
}
const ok = (truth, what) => equal(Boolean(truth), true, what);

const theme = { low: "#ffffff", high: "#000000", ridge: "#ff0000", background: "#00ff00" };
const HYPERS = [
  { low: 1e-4, high: 1, log: true },
  { low: 0, high: 0.999, near_one: true },
  { low: 0, high: 20 },
  { low: 10, high: 1000, whole: true },
  { low: 0, high: 0.9999, near_one: true },
  { low: 0, high: 1.4 },
];

/** A ridge along y at x = 0, two high, on a plain from -2 to 2. */
function ridge() {
  const n = 41;
  const f = new Float32Array(n * n).map((_, q) => Math.max(0, 2 - 10 * Math.abs(-2 + (4 * (q % n)) / (n - 1))));
  return terrain({ head: { domain: [[-2, 2], [-2, 2]], log_height: false, floor: 0, minima: [], saddles: [] }, arrays: { f } });
}

/** A repeatable source of numbers in 0..1. */
function numbers(seed) {
  return () => (seed = (seed * 16807) % 2147483647) / 2147483647;
}

/** The distance of a point from a line's segments. */
function distance({ x, y }, px, py) {
  let least = Infinity;
  for (let i = 1; i < x.length; i++) {
    const [dx, dy] = [x[i] - x[i - 1], y[i] - y[i - 1]];
    const u = Math.max(0, Math.min(1, ((px - x[i - 1]) * dx + (py - y[i - 1]) * dy) / (dx * dx + dy * dy || 1)));
    least = Math.min(least, Math.hypot(px - x[i - 1] - u * dx, py - y[i - 1] - u * dy));
  }
  return least;
}

export const cases = {
  "a slider's place and value agree, and both ends are exact"() {
    for (const hyper of HYPERS) {
      equal(toValue(hyper, 0), hyper.low);
      equal(toValue(hyper, 1), hyper.high);
      for (let place = 0; place <= 1; place += 0.01) {
        const value = toValue(hyper, place);
        ok(value >= hyper.low && value <= hyper.high, `inside at ${place}`);
        close(toPlace(hyper, value), place, 0.02, JSON.stringify(hyper));
      }
    }
  },
  "a typed number is taken, or it is said what was expected"() {
    equal(parse(HYPERS[0], " 0.05 "), { value: 0.05 });
    equal(parse(HYPERS[0], "0,05"), { value: 0.05 });
    equal(parse(HYPERS[0], "1e-3"), { value: 0.001 });
    for (const text of ["", "x", "1,000", "2", "-1", "NaN", "Infinity"]) equal(parse(HYPERS[0], text).error, "a number from 1e-4 to 1");
    equal(parse(HYPERS[3], "10.5").error, "a whole number from 10 to 1000");
  },
  "numbers for the eye"() {
    equal([0, 0.05, 1e-8, 1000, 0.999, 123456].map(show), ["0", "0.05", "1e-8", "1000", "0.999", "1.23e+5"]);
    equal([0, 1.23456, 1e-9, NaN, -163.2].map((v) => measure(v)), ["0", "1.23", "1.0e-9", "", "-163"]);
    equal([4.13e-227, -2e150].map((v) => measure(v)), ["4e-227", "-2e+150"]);
    equal([0, 1.26, 285, 4.7e-7].map((v) => measure(v, 2)), ["0", "≈ 1.3", "≈ 290", "≈ 5e-7"]);
  },
  "a query holds what differs, and only that"() {
    const defaults = { surface: "ravine", start: [1, 2], on: ["a", "b"], step: null, "a.lr": 0.1 };
    equal(toQuery(defaults, defaults), "surface=ravine");
    equal(toQuery({ ...defaults, start: [1, 2.5], on: [], "a.lr": 1e-7, step: 3 }, defaults), "surface=ravine&start=1,2.5&on=&step=3&a.lr=1e-7");
  },
  "another surface takes along what was changed by hand, but not what belonged to the old one"() {
    const defaults = { surface: "ravine", start: [1, 2], "surface.kappa": 20, steps: 200, "a.lr": 0.1, "b.lr": 0.2 };
    const values = { ...defaults, start: [3, 4], "surface.kappa": 50, "a.lr": 0.5, steps: 90 };
    equal(toQueryOn({ surface: "beale" }, values, defaults), "surface=beale&steps=90");
    const formula = { surface: "formula", "surface.f": "x + 1", "surface.domain": [-1, 1, -2, 2] };
    equal(toQueryOn(formula, values, defaults), "surface=formula&steps=90&surface.f=x+%2B+1&surface.domain=-1,1,-2,2");
  },
  "the page's own parameters stay in the address"() {
    equal(intoSearch("?embed=true&surface=old&a.lr=3", "surface=new", { surface: "new", "a.lr": 1 }), "embed=true&surface=new");
  },
  "what is looked at follows the scene in the address, and goes where it is what a page opens with"() {
    const seen = [["seen", "0,1,0,2"], ["camera", ""]];
    equal(intoSearch("?seen=9&camera=1,1,1&embed=true", "surface=new", { surface: "new" }, seen), "embed=true&surface=new&seen=0,1,0,2");
    equal(numbersOf("0,1.5,-2,1e3", 4), [0, 1.5, -2, 1000]);
    for (const words of ["", "1,2,3", "1,2,3,", "1,2,3,x", "1,2,3,Infinity"]) equal(numbersOf(words, 4), null);
  },
  "bytes become head and arrays"() {
    const text = new TextEncoder().encode(JSON.stringify({ arrays: [{ name: "q", shape: [1], dtype: "f8" }, { name: "p", shape: [2, 2], dtype: "f4" }] }));
    const size = Math.ceil((text.length + 4) / 8) * 8 - 4;
    const buffer = new ArrayBuffer(4 + size + 24);
    new DataView(buffer).setUint32(0, size, true);
    new Uint8Array(buffer, 4, size).fill(32).set(text);
    new Float64Array(buffer, 4 + size, 1).set([1e-300]);
    new Float32Array(buffer, 12 + size).set([1, 2, 3, Infinity]);
    const { arrays } = unpack(buffer);
    equal([...arrays.p].map(String), ["1", "2", "3", "Infinity"]);
    equal([...arrays.q], [1e-300]);
  },
  async "one request in flight, and of those waiting the newest"() {
    const done = [];
    let free;
    const ask = newestWins((job) => new Promise((resolve) => (free = () => resolve(done.push(job)))));
    for (const job of [1, 2, 3, 4]) ask(job);
    free();
    await null;
    await new Promise((resolve) => setTimeout(resolve));
    free();
    equal(done, [1, 4]);
  },
  "cutting a segment gives the part inside, exactly"() {
    equal(cut(-10, 0, 10, 0, -1, -1, 1, 1), [-1, 0, 1, 0]);
    equal(cut(0, 0, 0, 0, -1, -1, 1, 1), [0, 0, 0, 0]);
    equal(cut(-10, 5, 10, 5, -1, -1, 1, 1), null);
    const [x, y] = cut(0, 0, 1e30, 2e30, -1, -1, 1, 1).slice(2);
    close(x, 0.5, 1e-12);
    close(y, 1, 1e-12);
  },
  "a thinned line strays by less than half a pixel, zigzags and turns back included"() {
    const random = numbers(7);
    let [kept, all] = [0, 0];
    for (let round = 0; round < 60; round++) {
      const [xs, ys] = [[200], [200]];
      for (let i = 1; i < 400; i++) {
        const step = [
          () => [200 + 150 * Math.cos(i / 30) * Math.exp(-i / 80), 200 + 150 * Math.sin(i / 30) * Math.exp(-i / 80)],
          () => [xs[i - 1] + 20 * random() - 10, ys[i - 1] + 20 * random() - 10],
          () => [i, 200 + (i % 2 ? 60 : -60) * Math.exp(-i / 50)],
          () => [200 + 100 * Math.sin(i / 7), 200],
          () => [xs[i - 1] + 0.3 * random() - 0.15, ys[i - 1] + 0.3 * random() - 0.15],
        ][round % 5]();
        xs.push(step[0]);
        ys.push(step[1]);
      }
      const line = makeLine(400, (i) => xs[i], (i) => ys[i]);
      kept += line.x.length;
      all += 400;
      for (let i = 0; i < 400; i++) ok(distance(line, xs[i], ys[i]) < 0.5, `round ${round}, point ${i}`);
    }
    ok(kept < all / 2, "and it is thinner");
  },
  "a line that overflows goes to the edge and stands nowhere afterwards"() {
    const xs = [0, 10, 1e6, -1e12, NaN, NaN];
    const line = makeLine(6, (i) => xs[i], () => 0);
    ok(line.x.every((x) => !(Math.abs(x) > 1e4 + 1e-3)), "cut at the far box");
    ok(Number.isNaN(line.x[vertexAt(line, 5)]), "nothing after the overflow");
    close(Math.max(...line.x.filter(Number.isFinite)), 1e4, 1e-6, "it runs out to the box's edge");
  },
  "a playhead between two steps stands between their points"() {
    const value = (i) => [3, 5, 11][i];
    equal([0, 0.5, 1, 1.25, 2].map((t) => between(value, t)), [3, 4, 5, 6.5, 11]);
  },
  "the terrain interpolates its grid and knows its edge"() {
    const f = Float32Array.from([0, 1, 2, 3, 4, 5, 6, 7, 8]); // f = x + 3 y on 0..2
    const ground = terrain({ head: { domain: [[0, 2], [0, 2]], log_height: false, floor: 0, minima: [], saddles: [] }, arrays: { f } });
    close(ground.height(0.5, 1.5), 5, 1e-6);
    close(ground.height(2, 2), 8, 1e-6);
    ok(Number.isNaN(ground.height(2.1, 1)), "outside");
    ok(Number.isNaN(ground.height(NaN, 1)), "nowhere");
  },
  "a plain has some height round it, and so has one that nothing is known of"() {
    for (const [level, from, to] of [[3, 1.5, 4.5], [0, -0.5, 0.5], [-400, -600, -200]]) {
      const plain = terrain({ head: { domain: [[0, 1], [0, 1]], log_height: false, floor: 0, minima: [], saddles: [] }, arrays: { f: new Float32Array(9).fill(level) } });
      equal([plain.low, plain.high], [from, to]);
      close(plain.levels.size, (to - from) / 20, 1e-9);
      equal(plain.height(0.5, 0.5), level);
    }
  },
  "early stopping waits 20 steps for a gain, and goes back to the last one"() {
    const falls = (from, to, n) => Array.from({ length: n }, (_, i) => from + ((to - from) * i) / (n - 1));
    const validation = [...falls(9, 1, 11), ...falls(2, 3, 40), 0.5];
    equal(earlyStop({ validation }), { stop: 30, back: 10 }, "a lower one that comes later is never seen");
    equal(earlyStop({ validation: validation.slice(0, 30) }), { stop: null, back: 10 });
    equal(earlyStop({ validation: [...validation.slice(0, 30), 0.9, ...falls(2, 3, 30)] }), { stop: 50, back: 30 });
    equal(earlyStop({ validation: [...falls(9, 1, 5), ...Array(30).fill(NaN)] }), { stop: 24, back: 4 }, "a run that diverges gains nothing");
    equal(earlyStop({ validation: [1] }), { stop: null, back: 0 });
  },
  "logarithmic height measures from the lowest minimum"() {
    const f = Float32Array.from([-1, 8, 98, 8]);
    const ground = terrain({ head: { domain: [[0, 1], [0, 1]], log_height: true, floor: -1, minima: [], saddles: [] }, arrays: { f } });
    close(ground.height(0, 0), 0, 1e-6);
    close(ground.height(1, 0), 1, 1e-6);
    close(ground.height(0, 1), 2, 1e-6);
  },
  "the loss axis is logarithmic, in both directions where there is no minimum"() {
    const bounded = lossAxis(true, 120, 1e-5);
    equal(bounded.to(100), 2);
    equal(bounded.to(0), -Infinity);
    ok(bounded.range[1] > bounded.to(120), "the start is in the picture");
    equal([120, 1e4, 1e90, Infinity].map((most) => lossAxis(true, 120, 1e-5, most).range[1]), [3, 4, 6, 6], "a run that rises is in it, too, but not all the way");
    const endless = lossAxis(false, 2.5, -50);
    close(endless.to(99), 2, 1e-12);
    close(endless.to(-99), -2, 1e-12);
    equal([1e-8, -1, 0, 1e4].map(power), ["10<sup>−8</sup>", "−1", "0", "10<sup>4</sup>"]);
  },
  "every stop of a slider is a value of its own"() {
    for (const hyper of HYPERS.filter(({ whole }) => !whole))
      for (let k = 0; k <= 200; k++) equal(Math.round(toPlace(hyper, toValue(hyper, k / 200)) * 200), k, JSON.stringify(hyper));
  },
  "between a loss of 0 and another none is made up, neither between stops nor between steps"() {
    const ZERO = -32700;
    // Of one run at two stops x, y and loss; the first has every step, of the second the middle one is left out.
    const paths = [[[0, 0, 0], [0, 0, 0], [100, ZERO, ZERO]], [[0, 0], [0, 0], [100, -3000]], [[0, 0], [0, 0], [100, ZERO]]];
    const fanOf = (...chosen) => {
      const codes = chosen.flatMap((p) => paths[p].flatMap((row) => row.map((code, i) => code - (row[i - 1] ?? 0))));
      const words = codes.map((code) => code & 65535);
      const arrays = { codes: Uint8Array.from([...words.map((w) => w >> 8), ...words.map((w) => w & 255)]), stride: chosen.map((p) => (p ? 2 : 1)) };
      const head = { steps: 2, values: [0, 1], runs: [{ id: "newton", left: [0, 0], diverged: [null, null] }] };
      return createFan({ head, arrays }, { minima: [[[0, 0], 0]], domain: [[-1, 1], [-1, 1]] });
    };
    const at = (fan, place, step) => fan.runs(place)[0].gap[step];
    equal(at(fanOf(0, 1), 0.25, 2), 0);
    close(at(fanOf(0, 1), 0.75, 2), 1e-30, 1e-33);
    close(at(fanOf(0, 1), 0.75, 0), 10, 1e-9);
    equal(at(fanOf(2, 2), 0, 2), 0);
    ok([0, 10].includes(at(fanOf(2, 2), 0, 1)));
  },
  "a loss that is no number is not a loss of 0"() {
    ok(Number.isNaN(lossAxis(true, 1, 1).to(NaN)));
  },
  "the camera sees its own middle in the middle, and what is nearer larger"() {
    const ground = ridge();
    const [width, height] = [400, 300];
    for (const camera of [home(width, height), turned(home(width, height), 1, -0.3, 1.5)]) {
      const seen = seenBy(camera, ground, width, height);
      const [mx, my, depth] = seen.project(0, 0, ground.low + (0.5 - 0.13 / 0.5) * (ground.high - ground.low));
      close(mx, width / 2, 1e-9);
      close(my, height / 2, 1e-9);
      close(depth, camera.distance, 1e-9);
      // Half the opening of 45 degrees lies between the middle and the upper edge.
      close(seen.reach, height / 2 / Math.tan(Math.PI / 8), 1e-9);
      const [ex, ey, ez] = seen.eye;
      close(seen.project(ex, ey, ez)[2], 0, 1e-9, "the eye lies at depth 0");
      // A line through the eye is seen as a point.
      const [p, q] = [0.3, 0.7].map((u) => seen.project(ex * (1 - u), ey * (1 - u) + u, ez * (1 - u)));
      close(p[0], q[0], 1e-6);
      close(p[1], q[1], 1e-6);
    }
    const [up, over] = [turned(home(1, 1), 0, 9), turned(home(1, 1), 0, -9)];
    ok(up.elevation < Math.PI / 2 && over.elevation > 0, "never upside down nor below the floor");
  },
  "the surface is painted where the camera projects it, the nearest of what lies behind one another"() {
    const ground = ridge();
    const [width, height] = [200, 150];
    const view = seenBy(home(width, height), ground, width, height);
    const pixels = new Uint32Array(width * height);
    const hides = paintHills(ground, view, theme, width, height, 1, 1, 1, pixels);
    for (const [x, y] of [[-1.5, -1.5], [1.5, 1.5], [-1.5, 1.5], [1.2, -1.8]]) {
      const [px, py, depth] = view.project(x, y, ground.height(x, y));
      ok(pixels[Math.floor(py) * width + Math.floor(px)] !== 0, "painted");
      ok(hides(px, py, depth + 0.2), "it hides what lies behind it");
      ok(!hides(px, py, depth - 0.2), "and nothing before it");
    }
    equal(pixels[0], 0, "nothing where it is not");
    ok(!hides(0.5, 0.5, 100));
  },
  "a hill hides what lies behind it, and only that"() {
    const ground = ridge();
    const run = { position: Float32Array.from([-1.5, 0, -1, 0, 1, 0, 1.5, 0]) };
    const view = seenBy({ azimuth: 0, elevation: 0.15, distance: 2 }, ground, 400, 300); // from the right, low
    view.hides = paintHills(ground, view, theme, 400, 300, 1, 1, 1, new Uint32Array(400 * 300));
    const line = through(run, onGround(run, ground), view);
    const hiddenAt = (t) => line.hidden[vertexAt(line, t)];
    equal([hiddenAt(0.5), hiddenAt(2.5)], [1, 0], "behind, before");
  },
  "round numbers of an axis"() {
    equal(ticks([-10, 10], 5).ticktext, ["−10", "−5", "0", "5", "10"]);
    equal(ticks([0, 0.7], 4).ticktext, ["0.0", "0.2", "0.4", "0.6"]);
    equal(ticks([0, 3e6], 3).ticktext, ["0", "1000000", "2000000", "3000000"]);
  },
  "a path is laid on the surface and ends at the domain's edge"() {
    const ground = ridge();
    const lifted = onGround({ position: Float32Array.from([-1, 0, 1, 0, 5, 0]) }, ground);
    const lift = 0.008 * (ground.high - ground.low);
    lifted.x.forEach((x, i) => close(lifted.z[i], ground.height(x, lifted.y[i]) + lift, 1e-6));
    ok(lifted.x.some((x) => Math.abs(x) < 0.05), "over the ridge, not through it");
    equal(Math.max(...lifted.x), 2);
    close(lifted.step[lifted.step.length - 1], 1.25, 1e-6);
    const view = { project: (x) => [x, 0] };
    close(headOf(lifted, 0.25, view)[0], -0.5, 1e-6);
    close(headOf(lifted, 2, view)[0], 2, 1e-6, "once it has left, where it left");
  },
  "the quantities of a run are what their names say"() {
    const plane = { minima: [[[0, 0], 1], [[10, 0], 0]], saddles: [] };
    const run = { gap: [5, 4, 3], position: [3, 4, 3, 1, 9, 0], gradient: [3, 4, 0, 1, NaN, 0], rates: [0.1, 0.2, 0.3, 0.4, NaN, NaN] };
    const of = (quantity) => seriesOf(run, quantity, plane).map((series) => [...series].map(String));
    equal(of("loss"), [["5", "4", "3"]]);
    equal(of("distance"), [["5", String(Math.hypot(3, 1)), "1"]]);
    equal(of("gradient"), [["5", "1", "NaN"]]);
    equal(of("step"), [["3", String(Math.hypot(6, 1))]]);
    equal(of("rates"), [["0.1", "0.3"], ["0.2", "0.4"]]);
    equal(seriesOf({ gap: [1], position: [0, 0] }, "gradient", plane), [], "not known while a slider is dragged");
    equal(seriesOf({ gap: [1], position: [0, 0] }, "distance", { minima: [] }), []);
  },
  "the axis of a quantity holds what is drawn, and no run that diverges decides it"() {
    const plane = { minima: [[[0, 0], 0]], saddles: [] };
    const calm = { gap: [8, 2, 0.5], position: [3, 4, 1, 0, 0.1, 0] };
    const wild = { gap: [8, 1e20, Infinity], position: [3, 4, 1e30, 0, NaN, NaN] };
    for (const quantity of ["loss", "distance", "step"])
      for (const scale of ["log", "linear"]) {
        const axis = axisOf(quantity, scale, [calm, wild], plane);
        for (const value of seriesOf(calm, quantity, plane)[0]) {
          const at = axis.to(value);
          ok(at >= axis.range[0] - 1e-9 && at <= axis.range[1] + 1e-9, `${quantity} ${scale} ${value}`);
        }
        ok(axis.range.every(Number.isFinite) && axis.tickvals.length > 1 && axis.tickvals.length === axis.ticktext.length);
      }
    equal(roundSteps(300), [0, 50, 100, 150, 200, 250, 300]);
    ok(roundSteps(10).length > 3);
  },
  "every line has a contrast of 3:1 on every ground"() {
    const light = (hex) => {
      const [r, g, b] = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    for (const scheme of ["light", "dark"])
      for (const color of PALETTE[scheme])
        for (const end of ["low", "high"]) {
          const [a, b] = [light(color), light(GROUND[scheme][end])].sort((p, q) => q - p);
          ok((a + 0.05) / (b + 0.05) >= 3, `${color} on ${GROUND[scheme][end]}`);
        }
  },
  "64 optimizers can be told apart"() {
    const looks = Array.from({ length: 64 }, (_, k) => JSON.stringify(look({ palette: PALETTE.light }, k)));
    equal(new Set(looks).size, 64);
  },
};
