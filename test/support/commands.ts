import { type Game, type Sizes, sizesOf } from "../../src/game/model";
import type { GlobalCommand, LocalPolicy } from "../../src/ros/messages";

/** A command in which nobody was asked, for a game of these sizes; `more` replaces fields. */
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
    observation: "sample",
    population: 1,
    policy_sha256: "",
    emergency_stop: false,
    resets: 0,
    ...more,
  };
}

/** The local policy `name` of a game, by which every robot always does one thing. */
export function alwaysDoing(game: Game, action: string, name: string): LocalPolicy {
  const { sL, sG, aL } = sizesOf(game);
  const index = game.localActions.indexOf(action);
  return {
    policy_sha256: name,
    scenario_sha256: game.sha256,
    local_states: sL,
    global_states: sG,
    local_actions: aL,
    global_actions: 0,
    local_policy: [],
    actions: new Uint8Array(sL * sG).fill(index),
  };
}
