"""The chart marks early stopping at the validation loss of that very step, however the line was thinned."""

import pytest

# The chart with early stopping and without, over noisy validation losses: what differs is the cross at the stop. Gives
# for each seed how far its middle is from where the axes have the loss of that step, in pixels.
MARKS = """async (seeds) => {
    const { chart } = await import("/ui/stage/panels/chart.js");
    const { earlyStop } = await import("/ui/stage/data/early_stop.js");
    const { lookOf, readTheme } = await import("/ui/stage/paint/theme.js");
    const { CATALOGUE, RUNS, bowl } = await import("/docs/gallery/fixtures.js");
    const [steps, patience] = [1000, "20"];
    const theme = readTheme(document.body, CATALOGUE.theme);
    const box = document.body.appendChild(document.createElement("div"));
    Object.assign(box.style, { position: "relative", width: "900px", height: "400px" });
    const draw = (run, patience) => {
      const panel = chart.create(box, { catalogue: CATALOGUE, change() {}, seek() {} });
      panel.show({
        runs: [run], terrain: bowl(true), steps, theme, held: false, magnification: 1, layout: {},
        display: { chart: "loss", scale: "log", patience }, lookOf: () => lookOf(theme, CATALOGUE.optimizers[1]),
        nameOf: () => "SGD", lit: null,
      });
      panel.draw(0);
      const canvas = box.querySelector("canvas");
      const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      const [frame, , range] = JSON.parse(box.dataset.axes);
      panel.destroy();
      box.replaceChildren();
      return { pixels: new Uint32Array(pixels.data.buffer), width: pixels.width, frame, range };
    };
    return seeds.map((seed) => {
      let state = seed;
      const random = () => (state = (state * 16807) % 2147483647) / 2147483647;
      const lowest = 300 + 13 * seed;
      // Down to 1, then up again with noise: it is never as low as there.
      const validation = Float64Array.from({ length: steps + 1 }, (_, i) =>
        Math.exp(Math.abs(i - lowest) / 150) * (1 + 0.5 * random() * (i > lowest)));
      const run = { ...RUNS[0], gap: validation.map((v) => v / 2), validation, test: Float32Array.from(validation) };
      const { stop } = earlyStop(validation, Number(patience));
      const [marked, plain] = [draw(run, patience), draw(run, String(steps + 1))];
      let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
      marked.pixels.forEach((pixel, i) => {
        if (pixel === plain.pixels[i]) return;
        const [x, y] = [i % marked.width, Math.floor(i / marked.width)];
        [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x), Math.max(bottom, y)];
      });
      const { frame: [fx, fy, width, height], range: [low, high] } = marked;
      const x = fx + (stop / steps) * width;
      const y = fy + ((high - Math.log10(validation[stop])) / (high - low)) * height;
      return { stop, dx: (left + right + 1) / 2 - x, dy: (top + bottom + 1) / 2 - y };
    });
}"""


def test_the_cross_is_at_the_loss_of_its_step(modules):
    found = modules.evaluate(MARKS, list(range(1, 25)))
    assert len({mark["stop"] for mark in found}) > 12
    for mark in found:
        assert (mark["dx"], mark["dy"]) == pytest.approx((0, 0), abs=1), mark
