import { keyedUniform } from "../../src/game/draws";
import { limitOf } from "../../src/game/limit";
import { sizesOf } from "../../src/game/model";
import { emptyRows, Lookahead } from "../../src/policy/lookahead";
import { randomGame, randomLocalPolicy } from "../games";
import { localKernel, meanLocalReward } from "../dense_kernels";

const sizes = { sG: 3, aG: 4, sL: 4, aL: 2 };
const game = randomGame(sizes, 5);
const policy = randomLocalPolicy(sizes, 5);
const commanded = randomLocalPolicy(sizes, 5, "command");
const uniform = keyedUniform(5, "learn", "vectors");
const vectors = emptyRows(3, 4);

test.each([
  ["state", policy],
  ["command", commanded],
])("it commands what is best one epoch ahead, with the shares as they are (%s)", (_form, local) => {
  const lookahead = new Lookahead(limitOf(game, local), vectors);
  const commands = new Set<number>();
  for (let draw = 0; draw < 300; draw++) {
    for (const rows of vectors) {
      // What was there before and is cleared does not count.
      rows.clear();
      for (let i = 0; i < 6; i++) rows.add([1e9, 1e9, 1e9, 1e9]);
      rows.clear();
    }
    const values = vectors.map((rows) =>
      [0, 1, 2].map(() => {
        const vector = game.localStates.map(() => 60 * uniform());
        rows.add(vector);
        return vector;
      }),
    );
    const shares = Float64Array.from({ length: 4 }, () => uniform() ** 3);
    const total = shares.reduce((sum, share) => sum + share, 0);
    shares.forEach((share, s) => (shares[s] = share / total));
    for (let g = 0; g < 3; g++) {
      const q = game.globalActions.map((_, a) => {
        const kernel = localKernel(game, local, g, a);
        const moved = shares.map((_, to) =>
          shares.reduce((sum, share, s) => sum + share * kernel[s * 4 + to], 0),
        );
        const ahead = values.map((own) =>
          Math.max(
            ...own.map((vector) => moved.reduce((sum, share, s) => sum + share * vector[s], 0)),
          ),
        );
        const reward = meanLocalReward(game, local, g, a);
        const earned = shares.reduce((sum, share, s) => sum + share * reward[s], 0);
        const row = game.globalTransition.subarray((g * 4 + a) * 3, (g * 4 + a) * 3 + 3);
        const future = row.reduce((sum, p, to) => sum + p * ahead[to], 0);
        return earned + game.globalReward[g * 4 + a] + game.discount * future;
      });
      const value = lookahead.look(g, shares);
      const { action } = lookahead;
      expect(action).toBe(q.indexOf(Math.max(...q)));
      expect(value).toBeCloseTo(Math.max(...q), 12);
      commands.add(4 * g + action);
    }
  }
  expect(commands.size).toBeGreaterThan(4);
});

test.each([
  ["within 1e-9 of the best is a tie: the lowest command wins", 1 + 5e-10, 0],
  ["more than that is better", 1 + 5e-9, 3],
])("a value %s", (_name, factor, wanted) => {
  const { sG, aG } = sizesOf(game);
  // Commands differ by their rewards alone.
  const same = Float64Array.from(game.globalTransition, () => 1 / sG);
  const globalReward = new Float64Array(sG * aG).fill(1);
  for (let g = 0; g < sG; g++) globalReward[g * aG + 3] = factor;
  const nothing = emptyRows(sG, 4);
  for (const rows of nothing) rows.add([0, 0, 0, 0]);
  const equal = { ...game, globalTransition: same, globalReward };
  const lookahead = new Lookahead(limitOf(equal, policy), nothing);
  lookahead.look(1, [0.25, 0.25, 0.25, 0.25]);
  expect(lookahead.action).toBe(wanted);
});
