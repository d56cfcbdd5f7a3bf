/** The panels, in the order in which they stand in their slots. A new one is a file beside this one and a line here. */

/** @import { PanelKind } from "../types" */

import { chart } from "./chart.js";
import { contour } from "./contour.js";
import { examples } from "./examples.js";
import { figure } from "./figure.js";
import { graph } from "./graph.js";
import { leaderboard } from "./leaderboard.js";
import { map } from "./map.js";
import { program } from "./program.js";
import { relief } from "./relief.js";
import { step } from "./step.js";
import { ways } from "./ways.js";

/** @type {PanelKind[]} */
export const PANELS = [map, contour, relief, examples, chart, leaderboard, step, program, graph, ways, figure];
