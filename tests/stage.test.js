import test from "node:test";

import { cases } from "./stage_cases.js";

for (const [name, run] of Object.entries(cases)) test(name, run);
