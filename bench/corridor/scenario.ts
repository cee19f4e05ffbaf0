/** Prints scenarios/corridor_dispatch.yaml: the task on a coarse grid, laid out as an arc of zones. */
import { Document, isPair, isScalar, visit } from "yaml";
import { corridorScenario } from "./grid";
import { TARGETS } from "./task";

/** Cells of robots' positions in each bin. */
const PER_BIN = 4;
/** Where in its cell a robot may be: steps are a quarter of a cell. */
const SPOTS = 64;
const HEAD = ` The continuous task of the paper's authors, on a grid: a dispatcher and robots on a line of five bins. Robots go
 a quarter of a cell a step, up or down, and earn most near the dispatcher, who is sent to a bin. They start about
 two bins, 55 % of them about the first: one of 20 laws. To see pays: the dispatcher should go where most are.
 Steps, noise and rewards are those of the authors' program (emiletimothy/alternating-marl, continuous_env.py);
 a row is the mass of their normal law in each cell, as a mean over its spots, with four digits.
 node dist/bench/corridor/scenario.js > scenarios/corridor_dispatch.yaml`;

const rounded = (value: number): number => Number(value.toFixed(4));

/** The largest entry takes what rounding leaves of 1. */
function law(row: readonly number[]): number[] {
  const all = row.map(rounded);
  const most = all.indexOf(Math.max(...all));
  all[most] = rounded(all[most] + 1 - all.reduce((sum, p) => sum + p, 0));
  return all;
}

/** Three quarters of a circle about (0, 0), m: the ends of the line stay apart. */
const arc = (count: number, radius: number) =>
  Array.from({ length: count }, (_, i) => {
    const angle = Math.PI * (1.25 - (1.5 * (i + 0.5)) / count);
    return { x: rounded(radius * Math.cos(angle)), y: rounded(radius * Math.sin(angle)) };
  });

/** The file's text. */
export function corridorFile(): string {
  const task = corridorScenario(PER_BIN, SPOTS);
  const inBins = (parts: readonly string[]): string[] =>
    TARGETS.flatMap((_, bin) => parts.map((part) => `bin_${bin}_${part}`));
  const cells = task.local_states.length;
  const document = new Document({
    ...task,
    local_states: inBins(["a", "b", "c", "d"]),
    global_states: inBins(["low", "middle", "high"]),
    global_transition: task.global_transition.map((rows) => rows.map(law)),
    // A robot moves alike wherever the lead is.
    local_transition: task.local_transition.map(([drives]) => {
      const rows = drives.map(law);
      return task.global_states.map(() => rows);
    }),
    global_reward: task.global_reward.map((row) => row.map(rounded)),
    local_reward: task.local_reward.map((rows) => rows.map((row) => row.map(rounded))),
    initial: {
      global: law(task.initial.global),
      local: { one_of: task.initial.local.one_of.map(law) },
    },
    arena: {
      zones: arc(cells, 14).map((at) => ({ ...at, radius: 1.6 })),
      lead_places: arc(task.global_states.length, 9),
      targets: task.local_states.map((_, i) => [i, Math.min(cells - 1, i + 1), Math.max(0, i - 1)]),
    },
  });
  document.commentBefore = HEAD;
  visit(document, {
    Collection(_, node) {
      if (node.items.every((item) => isScalar(isPair(item) ? item.value : item))) node.flow = true;
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

if (require.main === module) process.stdout.write(corridorFile());
