/** Tiny teams, where the best that anybody could do, seeing all and deciding for all, is known. */
import { learn } from "../../src/learning/learn";
import { randomGame } from "../games";
import { sizes, Team } from "./joint_team";

const BEST_SHARE = 0.97;

test.each([
  [2, [1, 2, 3, 4, 5]],
  [3, [1, 2]],
  [4, [1]],
])(
  "a pair learned for %d robots earns nearly what the best joint control of them does (games %j)",
  async (n, seeds) => {
    const shares: number[] = [];
    for (const seed of seeds) {
      const game = randomGame(sizes, seed);
      const team = new Team(game, n);
      const optimum = team.optimum();
      const { pair } = await learn(game, { tableSize: n, population: n });
      const worth = team.worthOf(pair);
      // Float32 rows of π_l may sum to a little more than 1.
      expect(worth).toBeLessThan(optimum * (1 + 1e-6));
      shares.push(worth / optimum);
      const never = { ...pair, globalPolicy: pair.globalPolicy.map((a) => 1 - a) };
      expect(team.worthOf(never)).toBeLessThan(worth);
    }
    console.log(
      `n = ${n}: ${shares.map((share) => (100 * share).toFixed(4)).join(", ")} % of the joint optimum`,
    );
    for (const share of shares) expect(share).toBeGreaterThan(BEST_SHARE);
  },
);
