// What hand-vectorised C takes for a map: Adam on Rosenbrock's function, 256 x 256 runs of 500 steps in float32.
// For each run it keeps what engine.maps keeps: the point and the loss at the end, and the step that reached the goal.
// gcc -O3 -march=native -ffast-math -fopenmp maps.c -lm; a.out THREADS TIMES prints a line of seconds, losses and steps.
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

enum { SIDE = 256, RUNS = SIDE * SIDE, STEPS = 500, LANES = 64 };
static float lr[RUNS], b1[RUNS], x_end[RUNS], y_end[RUNS], loss[RUNS];
static int reached[RUNS];

static void chunk(int first) {
  const float b2 = 0.999f, eps = 1e-8f, goal = 1.0f;
  float x[LANES], y[LANES], mx[LANES], my[LANES], vx[LANES], vy[LANES], power[LANES], power2 = 1;
  int when[LANES];
  for (int i = 0; i < LANES; i++) {
    x[i] = -1.5f, y[i] = 2, mx[i] = my[i] = vx[i] = vy[i] = 0, power[i] = 1, when[i] = STEPS + 1;
  }
  for (int t = 0; t <= STEPS; t++) {
    power2 *= b2;
    float unbias2 = 1 / (1 - power2);
#pragma omp simd
    for (int i = 0; i < LANES; i++) {
      float rate = lr[first + i], keep = b1[first + i], above = y[i] - x[i] * x[i], left = 1 - x[i];
      float f = left * left + 100 * above * above, gx = -2 * left - 400 * x[i] * above, gy = 200 * above;
      when[i] = f <= goal && t < when[i] ? t : when[i];
      loss[first + i] = f, x_end[first + i] = x[i], y_end[first + i] = y[i];
      mx[i] = keep * mx[i] + (1 - keep) * gx, my[i] = keep * my[i] + (1 - keep) * gy;
      vx[i] = b2 * vx[i] + (1 - b2) * gx * gx, vy[i] = b2 * vy[i] + (1 - b2) * gy * gy;
      power[i] *= keep;
      float step = rate / (1 - power[i]);
      x[i] -= step * mx[i] / (sqrtf(vx[i] * unbias2) + eps), y[i] -= step * my[i] / (sqrtf(vy[i] * unbias2) + eps);
    }
  }
  for (int i = 0; i < LANES; i++) reached[first + i] = when[i];
}

int main(int count, char **words) {
  omp_set_num_threads(atoi(words[1]));
  for (int k = 0; k < RUNS; k++) {
    lr[k] = powf(10, -4 + 4.0f * (k % SIDE) / (SIDE - 1));
    b1[k] = 0.99f * (k / SIDE) / (SIDE - 1);
  }
  for (int time = 0; time < atoi(words[2]); time++) {
    double began = omp_get_wtime();
#pragma omp parallel for schedule(dynamic, 4)
    for (int first = 0; first < RUNS; first += LANES) chunk(first);
    double seconds = omp_get_wtime() - began, losses = 0, steps = 0;
    for (int k = 0; k < RUNS; k++) losses += log10f(loss[k] + 1e-12f), steps += reached[k];
    printf("%.6f %.5f %.3f\n", seconds, losses / RUNS, steps / RUNS);
  }
}
