/** dock_dispatch as it is in the MuJoCo world, and what a shift earns there by its measured arrays. */
import { join } from "node:path";
import { robotNames } from "../../sim/run";
import { packageRoot } from "../../src/base/package_root";
import { drawEpisodeStart } from "../../src/game/episode";
import type { Game } from "../../src/game/model";
import type { LoadedPolicy } from "../../src/policy/policy_file";
import { rewardQuantiles } from "./run_trace";

export const measuredScenario = join(packageRoot(), "test/graph/fixtures/measured_in_mujoco.yaml");

/** Quantiles of the mean reward of a shift's first epochs, from the start that its seed draws. */
export function quantilesOfShift(
  game: Game,
  policy: LoadedPolicy,
  { robots, seed, epochs }: { robots: number; seed: number; epochs: number },
): { low: number; high: number } {
  const { globalState, localStates } = drawEpisodeStart(game, robotNames(robots), seed, 0);
  const start = { globalState, localStates: Array.from(localStates) };
  const trace = new Array<typeof start>(epochs).fill(start);
  return rewardQuantiles(trace, { ...game, horizon: epochs }, policy);
}
