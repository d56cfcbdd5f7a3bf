/** A surface as heights on a grid. Pure functions, no DOM. */

/** The terrain of a grid as the server sent it. @param {{head: object, arrays: {f: Float32Array}}} grid */
export function terrain({ head, arrays }) {
  return ofHeights(head, Float32Array.from(arrays.f, head.log_height ? (f) => Math.log10(1 + f - head.floor) : (f) => f));
}

/** The terrain of heights on a square grid. @param {object} head of a grid's answer @param {Float32Array} h row by row */
export function ofHeights(head, h) {
  const n = Math.round(Math.sqrt(h.length));
  const [[left, right], [bottom, top]] = head.domain;
  let [low, high] = [Infinity, -Infinity];
  for (const v of h) {
    if (v < low && v > -Infinity) low = v; // a formula may have no value here, or an infinite one
    if (v > high && v < Infinity) high = v;
  }
  if (!(low < high)) {
    const half = Math.max(1, Math.abs(low)) / 2; // a plain lies in the middle of some height: it has a colour and no lines
    [low, high] = [low - half, high + half];
  }
  const line = (from, to) => Float64Array.from({ length: n }, (_, i) => from + ((to - from) * i) / (n - 1));

  /** The height at a point, between the four grid points round it; NaN outside the domain. */
  function height(x, y) {
    const u = ((x - left) / (right - left)) * (n - 1);
    const v = ((y - bottom) / (top - bottom)) * (n - 1);
    if (!(u >= 0 && v >= 0 && u <= n - 1 && v <= n - 1)) return NaN;
    const i = Math.min(Math.floor(u), n - 2);
    const j = Math.min(Math.floor(v), n - 2);
    const [a, b, q] = [u - i, v - j, j * n + i];
    return (h[q] * (1 - a) + h[q + 1] * a) * (1 - b) + (h[q + n] * (1 - a) + h[q + n + 1] * a) * b;
  }

  const size = (high - low) / 20;
  return {
    ...head,
    x: line(left, right),
    y: line(bottom, top),
    heights: h,
    low,
    high,
    height,
    levels: { start: low + size / 2, end: high, size },
    ticks: head.log_height ? logTicks(high) : null,
  };
}

/** Round values of f above its floor for an axis of logarithmic height, with where they stand on it. */
function logTicks(high) {
  const values = [0, 1, 10, 100, 1e3, 1e4, 1e5, 1e6].filter((v) => Math.log10(1 + v) <= high);
  return { tickvals: values.map((v) => Math.log10(1 + v)), ticktext: values.map(power) };
}

/** 1, 2 or 5 times a power of ten, near a size. */
export function roundStep(size) {
  const base = 10 ** Math.floor(Math.log10(size));
  return base * ([1, 2, 5].find((m) => m * base >= size) ?? 10);
}

/** Round values of an axis with their numbers, about so many. @param {[number, number]} range */
export function ticks([low, high], count) {
  const step = roundStep((high - low) / count);
  const first = Math.ceil(low / step - 1e-9);
  const tickvals = Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, k) => (first + k) * step);
  const digits = Math.min(20, Math.max(0, -Math.floor(Math.log10(step) + 1e-9)));
  const huge = Math.max(Math.abs(low), Math.abs(high)) >= 1e5;
  return { tickvals, ticktext: tickvals.map((value) => (huge ? String(Number(value.toPrecision(3))) : value.toFixed(digits)).replace("-", "−")) };
}

/** 10 to a whole power, or 0, as Plotly writes it. */
export function power(value) {
  if (value === 0) return "0";
  const sign = value < 0 ? "−" : "";
  const exponent = Math.round(Math.log10(Math.abs(value)));
  if (exponent >= 0 && exponent <= 3) return sign + String(10 ** exponent);
  return `${sign}10<sup>${exponent < 0 ? "−" : ""}${Math.abs(exponent)}</sup>`;
}

const HEADROOM = 3; // decades above the start, so that a run that diverges is seen to rise

/**
 * The loss axis. With a known minimum it is log10(f - min f); without one f falls for ever, so both signs get
 * a logarithm: sign(f) log10(1 + |f|).
 * It reaches from above the start, or from the highest loss if that is less than HEADROOM decades above it, to the least
 * loss, but not below 1e-8 (-1e4).
 * @param {boolean} bounded @param {number} first the gap at the start @param {number} least the least gap of all runs @param {number} most the highest
 */
export function lossAxis(bounded, first, least, most = first) {
  if (bounded) {
    const above = Math.ceil(Math.log10(Math.max(first, 1e-6)) + 0.3);
    const top = Math.max(above, Math.min(above + HEADROOM, Math.ceil(Math.log10(Math.max(most, 1e-6)))));
    const bottom = Math.min(top - 2, Math.max(-8, Math.floor(Math.log10(Math.max(least, 1e-8)) - 0.1)));
    const stride = top - bottom > 5 ? 2 : 1;
    const exponents = Array.from({ length: Math.floor((top - bottom) / stride) + 1 }, (_, i) => top - stride * i);
    return {
      title: "loss − lowest minimum",
      to: (gap) => (gap <= 0 ? -Infinity : Math.log10(gap)), // what is not a number stays so
      range: [bottom, top],
      tickvals: exponents,
      ticktext: exponents.map((e) => power(10 ** e)),
    };
  }
  const to = (f) => Math.sign(f) * Math.log10(1 + Math.abs(f));
  const values = [-1e4, -1e3, -100, -10, -1, 0, 1, 10, 100, 1e3, 1e4];
  return { title: "loss", to, range: [Math.max(-4.2, to(least) - 0.2), Math.max(1, to(first)) + 0.3], tickvals: values.map(to), ticktext: values.map(power) };
}
