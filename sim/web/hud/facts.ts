/** The run in numbers: epoch, faults, missed epochs, speed, gaps. */
import {
  type EpochReport,
  isSlow,
  type PolicyPicture,
  type Snapshot,
  type WorldState,
} from "../../protocol";
import { add } from "../element";

type Fact = readonly [name: string, value: string, isBad?: boolean];

/** @param known only the snapshot from the start */
export function showFacts(parent: HTMLElement, ...known: Parameters<typeof factsOf>): void {
  parent.replaceChildren();
  for (const [name, value, isBad] of factsOf(...known)) {
    const pair = add(parent, "div");
    add(pair, "dt", "", name);
    add(pair, "dd", isBad ? "bad" : "", value);
  }
}

function factsOf(
  { epochSeconds, robots }: Snapshot,
  report?: EpochReport,
  world?: WorldState,
  picture?: PolicyPicture,
): Fact[] {
  const { missedEpochs, missing } = report ?? { missedEpochs: 0, missing: 0 };
  const broken = world?.faults ?? [];
  const isPaused = world?.paused;
  const { world: name = "" } = world ?? {};
  return [
    ["epoch", String(report?.epoch ?? "none yet")],
    ["epochs missed", String(missedEpochs), missedEpochs > 0],
    ["answers missing", String(missing), missing > 0],
    [
      "broken robots",
      broken.length === 1 ? robots[broken[0].robot] : String(broken.length),
      broken.length > 0,
    ],
    ["world", `${WORLDS[name] ?? name}${isPaused ? ", paused" : ""}`, isPaused || name === ""],
    ["epoch length", `${epochSeconds} s`],
    speedFact(world),
    ["global gap", picture?.gaps?.global ?? "not measured"],
    ["local gap", picture?.gaps?.local ?? "not measured"],
  ];
}

/** As people call them. */
const WORLDS: Partial<Record<string, string>> = {
  "": "not heard",
  mujoco: "MuJoCo",
  gazebo: "Gazebo",
  field: "real robots",
};

function speedFact(world: WorldState | undefined): Fact {
  const asked = world?.speed ?? 0;
  const reached = world?.realTimeFactor ?? null;
  const value = reached === null ? "–" : reached.toFixed(reached < 10 ? 2 : 0);
  if (asked === 0) return ["speed reached", `${value} ×`];
  return ["speed reached", `${value} of ${asked} ×`, !world?.paused && isSlow(reached, asked)];
}
