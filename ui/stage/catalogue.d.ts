/** What the server says of the members and of all that the page offers: the shapes of catalogue.json. */

import type { Ground, Range } from "./types";

/** One number with its range, as `engine.Hyper` declares it; `key` is its name in a URL, `tex` its letter in LaTeX. */
export interface Hyper {
  key: string;
  id: string;
  name: string;
  tex: string;
  default: number;
  low: number;
  high: number;
  log: boolean;
  near_one: boolean;
  whole: boolean;
  /** As much as the learning rate it decides the character of a rule: it stays in sight. */
  main: boolean;
}

export interface Named {
  id: string;
  name: string;
}

export interface Member extends Named {
  family: string;
  /** In plain words what it is for and what to try. */
  about: string;
  sliders: Hyper[];
}

export interface OptimizerEntry extends Member {
  basic: boolean;
  /** Its color in a palette and its mark, by their indices in the theme. */
  look: { color: number; mark: number };
  spends: { gradients: number; hessians: number };
}

export interface SurfaceEntry extends Member {
  domain: [Range, Range] | null;
  data: boolean;
}

export interface ScheduleEntry extends Member {
  /** It is meant to end with the run: the default of its T follows the number of steps. */
  whole_run: boolean;
}

/** A quantity of a run that can be drawn against the step. */
export interface Quantity extends Named {
  remark: string;
  remark_on_data: string;
}

/** Colors and marks, as ui/theme.json has them: for a light and a dark page. */
export interface ThemeSource {
  palette: Record<Scheme, string[]>;
  /** The colors of the further entries of an optimizer, for each color of the palette. */
  shades: Record<Scheme, string[][]>;
  ground: Record<Scheme, Ground>;
  /** Regular polygons: the first corner points up, turned clockwise by `turn` half turns. */
  marks: { sides: number; turn: number }[];
  /** The line of each entry of an optimizer: dashes and gaps in pixels. */
  lines: { pattern: number[] }[];
}
export type Scheme = "light" | "dark";

/** All that is the same for every scene (`catalogue` in ui/catalogue.py). */
export interface Catalogue {
  /** The words of each display setting; the first is the default. */
  display: Record<string, Named[]>;
  settings: Record<"steps" | "rate" | "noise" | "batch" | "seed", Hyper>;
  surfaces: SurfaceEntry[];
  schedules: ScheduleEntry[];
  noises: Named[];
  optimizers: OptimizerEntry[];
  libraries: Named[];
  quantities: Quantity[];
  patience: Hyper;
  internals: { id: string; label: string }[];
  /** Those in which the page can be read, by what they call themselves. */
  languages: Named[];
  /** How the learning rates that a surface opens with were chosen. */
  openings: string;
  theme: ThemeSource;
}
