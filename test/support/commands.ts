import type { Sizes } from "../../src/game/model";
import type { GlobalCommand } from "../../src/ros/messages";

/** A command of a game of these sizes that asked nobody; what matters to a test is `more`. */
export function commandOf({ sL }: Sizes, more: Partial<GlobalCommand>): GlobalCommand {
  return {
    header: { stamp: { sec: 0, nanosec: 0 }, frame_id: "map" },
    session: 1,
    epoch: 0,
    decision_time: { sec: 0, nanosec: 0 },
    global_state: 0,
    action: 0,
    sampled_agents: [],
    histogram: new Array<number>(sL).fill(0),
    belief: new Array<number>(sL).fill(0),
    belief_variance: 0,
    missing: 0,
    sample_size: 1,
    population: 1,
    policy_sha256: "",
    emergency_stop: false,
    resets: 0,
    ...more,
  };
}
