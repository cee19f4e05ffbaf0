/** Messages of a small swarm for the tests of the protocol, the server and the page. */
import {
  CONTROLS,
  PROTOCOL_VERSION,
  type EpochReport,
  type Snapshot,
  type WorldState,
} from "../../sim/protocol";

/** Three robots, two bays, two of three asked. */
export function snapshot(): Snapshot {
  return {
    type: "snapshot",
    version: PROTOCOL_VERSION,
    canCommand: false,
    scenario: "two_bays",
    zones: [
      { name: "bay_0", x: -2, y: 0, radius: 1 },
      { name: "bay_1", x: 2, y: 0, radius: 1 },
    ],
    localStates: ["bay_0", "bay_1"],
    leadSpots: [
      { name: "bay_0", x: -0.5, y: 0 },
      { name: "bay_1", x: 0.5, y: 0 },
    ],
    globalActions: ["to_bay_0", "to_bay_1"],
    robotRadius: 0.11,
    leadRadius: 0.3,
    robots: ["robot_0", "robot_1", "robot_2"],
    epochSeconds: 6,
    references: { random: 1.8, blind: 7.35, full: 8.7 },
    history: [epochReport(0)],
  };
}

export function epochReport(epoch: number): EpochReport {
  return {
    type: "epoch",
    epoch,
    globalState: 0,
    globalAction: 1,
    sampled: [0, 2],
    belief: [0.25, 0.75],
    beliefVariance: 0.125,
    sampledHistogram: [0, 2],
    trueHistogram: [1, 2],
    reward: 6.5,
    meanReward: 6.25,
    epochsCounted: epoch + 1,
    missedEpochs: 0,
    missing: 0,
    emergencyStop: false,
  };
}

export function world(): WorldState {
  return {
    type: "world",
    world: "motion",
    silentSince: null,
    controls: [...CONTROLS],
    paused: false,
    speed: 1,
    realTimeFactor: 0.75,
    sampleSize: 2,
    observation: "filter",
    emergencyStop: false,
    faults: [{ robot: 1, fault: "mute" }],
  };
}
