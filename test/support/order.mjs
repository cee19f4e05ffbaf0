/**
 * The order in which test files run. The longest come first, so that none is left over at the end
 * with an idle core beside it; those that need a core or more come after those that mostly wait; and
 * what only computes comes last, for it fills every gap.
 */
import Sequencer from "@jest/test-sequencer";

/** Files of real processes, in this order; others of them follow. */
const FIRST = [
  // Robots must stand within 0.5 s here: with each other, before what keeps all cores busy.
  ...["stopping", "one_robot", "emergency_stop"],
  ...["hostile_input", "global_agent", "recording", "simulator", "start", "starting_and_ending"],
  ...["examples", "abstract_statistics", "motion", "full_host"],
];

function place({ path, context }) {
  const at = FIRST.findIndex((name) => path.endsWith(`/graph/${name}.test.js`));
  if (at >= 0) return at;
  return FIRST.length + (context.config.displayName.name === "pure" ? 1 : 0);
}

export default class Order extends Sequencer {
  sort(tests) {
    return super.sort(tests).sort((one, other) => place(one) - place(other));
  }
}
