/**
 * Where plotly.js puts a point of a 3D scene on the screen. It has no public way to ask, so this module alone reads its
 * private scene object; it was written for plotly.js 4.1.1. Beside any other version it says nothing, and the 3D panel
 * draws its paths as Plotly's own lines; a test fails when the wheel brings another.
 */

const WRITTEN_FOR = "4.1.1";

/** Whether this module knows that plotly.js inside out. */
export const knows = (plotly) => plotly.version === WRITTEN_FOR;

const multiply = (a, b) => {
  const out = new Float64Array(16);
  for (let column = 0; column < 4; column++)
    for (let row = 0; row < 4; row++)
      for (let k = 0; k < 4; k++) out[4 * column + row] += a[4 * k + row] * b[4 * column + k];
  return out;
};

const determinant = (a, b, c) =>
  a[0] * (b[1] * c[2] - b[2] * c[1]) - b[0] * (a[1] * c[2] - a[2] * c[1]) + c[0] * (a[1] * b[2] - a[2] * b[1]);

const glOf = (plot) => plot._fullLayout?.scene?._scene?.glplot;

/** Where the reader has turned the camera to, as layout.scene.camera; undefined before the first picture. */
export const turned = (plot) => plot._fullLayout?.scene?._scene?.getCamera?.();

/** Call back with the picture each time the scene was drawn: at that moment alone it can be copied. */
export function afterRender(plot, callback) {
  const gl = glOf(plot);
  if (gl.descentLab) return;
  gl.descentLab = true;
  const before = gl.onrender;
  gl.onrender = (...rest) => {
    before?.apply(gl, rest);
    queueMicrotask(() => callback(plot.querySelector(".gl-container canvas"))); // Plotly calls shortly before it draws
  };
  gl.redraw(); // the first picture was drawn before anybody listened
}

/**
 * @returns {?{project: (x: number, y: number, z: number) => [number, number], eye: number[]}}
 *   pixels of a point in the data's coordinates, and the eye in the same; null if plotly.js has no camera to read
 */
export function camera(plot, width, height) {
  const gl = glOf(plot);
  const parameters = gl?.cameraParams;
  const scale = plot._fullLayout?.scene?._scene?.dataScale;
  if (!parameters?.projection || !scale) return null;
  const seen = multiply(parameters.view, parameters.model);
  const m = multiply(parameters.projection, seen);
  // The eye is the point that the view moves to the origin: three linear equations, by Cramer's rule.
  const columns = [0, 1, 2].map((c) => [seen[4 * c], seen[4 * c + 1], seen[4 * c + 2]]);
  const right = [-seen[12], -seen[13], -seen[14]];
  const whole = determinant(...columns);
  const eye = [0, 1, 2].map((c) => determinant(...columns.map((column, i) => (i === c ? right : column))) / whole / scale[c]);
  return {
    eye,
    project(x, y, z) {
      const [a, b, c] = [x * scale[0], y * scale[1], z * scale[2]];
      const w = m[3] * a + m[7] * b + m[11] * c + m[15];
      return [
        0.5 * width * (1 + (m[0] * a + m[4] * b + m[8] * c + m[12]) / w),
        0.5 * height * (1 - (m[1] * a + m[5] * b + m[9] * c + m[13]) / w),
      ];
    },
  };
}
