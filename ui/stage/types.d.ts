/** The shapes that travel between the stage's modules. Paths run over steps 0 to `steps`; pairs are stored flat, x before y. */

import type { Catalogue } from "./catalogue";
import type { Inside } from "./data/inside.js";

export * from "./catalogue";

export type Point = [number, number];
export type Range = [number, number];
/** left, top, width and height in CSS pixels. */
export type Box = [number, number, number, number];

/** A scene by URL key: numbers, words, lists; the catalogue says which is what. */
// biome-ignore lint/suspicious/noExplicitAny: a union would have to be narrowed at every use
export type Values = Record<string, any>;

/** An answer of the server: see ui/paths.py for its layout. */
export interface Answer {
  // biome-ignore lint/suspicious/noExplicitAny: each route has a head of its own, described where it is written
  head: any;
  // biome-ignore lint/suspicious/noExplicitAny: the kind of an array is known where it is read
  arrays: Record<string, any>;
  /** How many other pages wait for answers of this kind; 0 where it is not known. */
  waiting?: number;
}

// --- what is drawn ----------------------------------------------------------------------------------------------------

export interface Run {
  /** The entry whose run it is. */
  id: string;
  /** The first step outside the domain, or null. */
  left: number | null;
  /** The step from which position or loss is not finite for good, or null. */
  diverged: number | null;
  position: Float64Array;
  /** Loss above the lowest declared minimum, or above 0 where none is declared. */
  gap: Float64Array;
  /** A hand moves it: its paths come from a fan, and arrays below may be absent. */
  approximate?: boolean;
  validation?: Float64Array;
  test?: Float32Array;
  gradient?: Float32Array;
  lr?: Float32Array;
  /** What can be shown of an optimizer's inside, by the ids of `Catalogue.internals`. */
  internals: Record<string, Float32Array>;
}

/** The paths at every place of a slider, and the surface where the slider bends it. */
export interface Fan {
  /** The runs that the slider moves, at a place from 0 to 1 or at the value that stands there. */
  runs(place: number, value: number): Run[];
  terrain?(place: number): Terrain;
}

/** A minimum or a saddle and the value of f there. */
export type Landmark = [Point, number];

/** x and y of the examples of three sets, and the model that is fitted to the first. */
export interface Examples extends Record<"train" | "valid" | "test", [number[], number[]]> {
  curve: string;
  /** The model, as a reader sees it. */
  formula: string;
  names: [string, string];
}

/** A surface as heights on a square grid. */
export interface Terrain {
  surface: string;
  domain: [Range, Range];
  log_height: boolean;
  floor: number;
  minima: Landmark[];
  saddles: Landmark[];
  /** The landmarks were searched for: there may be others. */
  searched: boolean;
  data?: Examples;
  /** Points along each side of the grid. */
  n: number;
  heights: Float32Array;
  low: number;
  high: number;
  height(x: number, y: number): number;
  levels: { start: number; end: number; size: number };
  /** Labels of a logarithmic height; null where the height is linear. */
  ticks: Ticks | null;
}

export type Ticks = { values: number[]; labels: string[] };

/** An axis of a quantity: `to` maps a value to its place between the ends of `range`. */
export interface Axis {
  title: string;
  range: Range;
  ticks: Ticks;
  to(value: number): number;
}

export interface Look {
  color: string;
  /** The outline of its marker in a unit circle. */
  mark: Point[];
  /** The dashes and gaps of its line in pixels; empty where it is unbroken. */
  dash: number[];
}

/** The colors of a surface and of what is drawn around it. */
export interface Ground {
  low: string;
  high: string;
  /** Contour lines seen from above, and in 3D. */
  line: string;
  ridge: string;
  halo: string;
  /** Grid lines. */
  faint: string;
  /** Numbers and titles of axes, stars and crosses. */
  muted: string;
}

export interface Theme extends Ground {
  palette: string[];
  shades: string[][];
  marks: Point[][];
  dashes: number[][];
  background: string;
  text: string;
  font: string;
}

/** All that the panels draw at one moment, but for the playhead. It is replaced as a whole. */
export interface Picture {
  runs: Run[];
  terrain: Terrain;
  steps: number;
  start: Point;
  /** A word for each of `Catalogue.display`. */
  display: Record<string, string>;
  theme: Theme;
  lookOf(run: { id: string }): Look;
  nameOf(run: { id: string }): string;
  /** The entry that is pointed at: its look is its own, those of the others step back. */
  lit: string | null;
  /** The entry whose equations stand beside the picture, and these. */
  inside: { entry: string; inside: Inside } | null;
  /** The name of the equations that is pointed at. */
  term: string | null;
  /** A run with other settings, which a panel shows for a moment. */
  ghost: Run | null;
  /** A hand holds a control. */
  held: boolean;
  /** A hand bends the surface itself. */
  bending: boolean;
  /** How large type and lines are beside a laptop's. */
  magnification: number;
  /** Another object whenever sizes on the page may have changed: panels measure themselves again then. */
  layout: object;
}

/** A number of a computational graph, as engine/graph.py describes it. */
export interface GraphNode {
  op: string;
  /** The nodes that it is computed from; none of an input and of a constant. */
  of?: number[];
  /** Of an input, and of a constant that is a hyperparameter. */
  name?: string;
  /** Of a constant; 0 is left out. A text where it is not finite. */
  value?: number | string;
  power?: number;
}

// --- panels -----------------------------------------------------------------------------------------------------------

/** What a panel may ask of the stage. */
export interface PanelApi {
  catalogue: Catalogue;
  /** A hand set a value of the scene; `done` once it lets go. */
  change(key: string, value: unknown, done: boolean): void;
  /** Move the playhead. */
  seek(step: number): void;
  /** Where the playhead stands, in steps. */
  at(): number;
  /** Draw every panel again at the playhead. */
  redraw(): void;
  /** Compose the picture anew with the screen's next frame: a panel has learnt something that others draw. */
  recompose(): void;
  /** Light a name of the equations that stand beside the picture. */
  pointAtTerm(name: string | null): void;
  /** The reader moved this panel's view: the address bar shall know. */
  viewChanged(): void;
  /** The address of a route of the server. */
  address(route: string, query: string): URL;
  /** An answer of the server in JSON. Throws NoAnswer. */
  // biome-ignore lint/suspicious/noExplicitAny: each route has an answer of its own
  json(route: string, query: string): Promise<any>;
  /** An answer of the server in arrays, until a signal says that nobody waits for it any more. Throws NoAnswer. */
  arrays(route: string, query: string, ...signals: AbortSignal[]): Promise<Answer>;
  /** The settings of the scene as the controls show them, and those that its surface opens with. */
  settings: { readonly values: Values | null; readonly defaults: Values };
  /** The query of the scene that is shown. */
  query(): string;
  /** plotly.js, loaded when it is first asked for. */
  // biome-ignore lint/suspicious/noExplicitAny: plotly.js brings no types
  plotly(): Promise<any>;
}

/** A panel's own view, kept in the link under `key` and nowhere else. */
export interface PanelView {
  key: string;
  /** Its spelling; empty for the view that a page opens with. */
  read(): string;
  /** Take the view that a link holds; empty or malformed: the one that a page opens with. */
  write(words: string): void;
}

export interface Panel {
  /** Take the picture that is drawn from here on. */
  show(picture: Picture): void;
  /** Draw it at the fractional step t; `playing` while the playhead runs on by itself. */
  draw(t: number, playing: boolean): void;
  view?: PanelView;
  /** What of a run is near a place in the panel's box, in CSS pixels; null for nothing. */
  find?(x: number, y: number): Found | null;
  /** The equations that it shows, of which entry; null while it has none of the scene that is drawn. */
  inside?(): Picture["inside"];
  /** A run that it wants to be drawn beside those of the scene. */
  ghost?(): Run | null;
  /** Turn the view by radians: what W, A, S and D do. */
  turn?(right: number, up: number): void;
  /** Of a dialog: it was closed. Of others: what they show does not apply any more. */
  close?(): void;
  /** Give back what outlives its box: timers, listeners of the window. */
  destroy?(): void;
}

/** A place on a run, or what is drawn of its equations there. */
export type Found = { entry: string; step: number; term?: string };

/** What a pointer does: the gesture, its effect, and how a finger makes the gesture where it is another one. */
export type Gesture = [gesture: string, effect: string, tap?: string];

/** What a file in panels/ exports; panels/index.js lists them. */
export interface PanelKind {
  id: string;
  /** Its name on the screen: of a tab or a button, otherwise what a screen reader says. */
  label: string;
  /** main: the large place; side: beside it; rail: a tab of the rail; dialog: opened by a button of the bar. */
  slot: "main" | "side" | "rail" | "dialog";
  /** Of a dialog: the id of the one in whose window it is a tab; without it, a window of its own. */
  within?: string;
  /** More about it: the tooltip of its button. */
  title?: string;
  /** What a pointer does on it, for the list of keys and gestures. */
  gestures?: Gesture[];
  /** Of a tab: a projector shows it, since nothing is set there. */
  projected?: boolean;
  /** Whether it has anything to say about a picture; it is hidden otherwise, with its tab or button. */
  applies(picture: Picture): boolean;
  create(box: HTMLElement, api: PanelApi): Panel;
}
