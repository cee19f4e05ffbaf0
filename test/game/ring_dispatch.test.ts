import { shipped } from "../games";

const game = shipped("ring_dispatch");
const ZONES = [0, 1, 2, 3, 4];
const STEPS = [0, 1, -1];
/** Of stay, up and down, beside the reward for where the robot is. */
const ACTION_REWARDS = [0, 0.5, -0.3];

function softmax(logits: readonly number[]): number[] {
  const weights = logits.map(Math.exp);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

const expectClose = (found: ArrayLike<number>, wanted: readonly number[]): void => {
  expect(found).toHaveLength(wanted.length);
  wanted.forEach((value, i) => expect(found[i]).toBeCloseTo(value, 14));
};

test("the arrays are those of the authors' code: softmax transitions, rewards by distance", () => {
  const at = (zone: number, other: number): number => (zone === other ? 1 : 0);
  expectClose(
    game.globalTransition,
    ZONES.flatMap((g) =>
      ZONES.flatMap((to) => softmax(ZONES.map((next) => 3 * at(next, to) + 0.5 * at(next, g)))),
    ),
  );
  const moved = (s: number, g: number, step: number): number[] => {
    const reached = (s + step + 5) % 5;
    const drive = step === 0 ? 0 : 1.5;
    return softmax(
      ZONES.map((next) => 3.5 * at(next, s) + drive * at(next, reached) + 0.3 * at(next, g)),
    );
  };
  expectClose(
    game.localTransition,
    ZONES.flatMap((s) => ZONES.flatMap((g) => STEPS.flatMap((step) => moved(s, g, step)))),
  );
  const earned = (s: number, g: number): number => {
    const apart = Math.min((s - g + 5) % 5, (g - s + 5) % 5);
    return apart === 0 ? 10 : 2 / (1 + apart);
  };
  expectClose(
    game.localReward,
    ZONES.flatMap((s) => ZONES.flatMap((g) => ACTION_REWARDS.map((own) => earned(s, g) + own))),
  );
  expectClose(game.globalReward, Array<number>(25).fill(1));
});
