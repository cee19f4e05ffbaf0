import { keyedUniform } from "../../src/game/draws";
import type { Game } from "../../src/game/model";
import { parseScenario } from "../../src/game/scenario";
import { learn } from "../../src/learning/learn";
import { learningHorizon } from "../../src/learning/simulation";
import { drawnScenario } from "../games";
import { sizes, Team } from "./joint_team";

/** Rows near one entry: what a sample tells lasts. */
function lasting(seed: number): Game {
  const uniform = keyedUniform(seed, "learn", "lively");
  const scenario = drawnScenario(sizes, {
    ...{ name: `lasting_${seed}`, discount: 0.9 },
    weight: () => 0.01 + uniform() ** 8,
    globalReward: () => 0.5 * uniform(),
    localReward: () => 10 * uniform() ** 3,
  });
  return parseScenario(JSON.stringify(scenario), `lasting_${seed}`);
}

test.each([
  [12, false],
  [42, false],
  [78, true],
  [89, true],
])(
  "one robot of four seen: the global gap is no more than the true one (game %d)",
  async (...row) => {
    const [seed, isFound] = row;
    const game = lasting(seed);
    const { pair, metadata } = await learn(game, { tableSize: 1, population: 4 });
    const team = new Team(game, 4);
    const earned = (globalPolicy: Uint8Array): number =>
      team.earnedBy({ ...pair, globalPolicy }, learningHorizon(game));
    const policies = Array.from({ length: 2 ** 4 }, (_, bits) =>
      Uint8Array.from({ length: 4 }, (_, i) => (bits >> i) & 1),
    );
    const gap = Math.max(...policies.map(earned)) - earned(pair.globalPolicy);
    const [low, high] = metadata.globalGapInterval!;
    expect(low).toBeLessThanOrEqual(gap);
    if (isFound) expect(high).toBeGreaterThan(gap);
  },
);
