/**
 * The models of two parameters by the id that a surface made of data names them with (`Data.curve` in engine/spec.py).
 * A test compares each with the surface's own `predict`.
 * @type {Record<string, (w1: number, w2: number, x: number) => number>}
 */
export const MODELS = {
  line: (w1, w2, x) => w1 + w2 * x,
  logistic: (w1, w2, x) => 1 / (1 + Math.exp(-(w1 + w2 * x))),
  neuron: (w1, w2, x) => w2 * Math.tanh(w1 * x),
  step: (w1, w2, x) => (x < 2 ? w1 : 20 * w2),
};
