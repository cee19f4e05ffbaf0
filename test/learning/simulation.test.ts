import { inTurns } from "../../src/base/steps";
import { keyedUniform } from "../../src/game/draws";
import { isBetter, play } from "../../src/learning/simulation";
import { startSteps } from "../../src/learning/starts";
import { randomGame } from "../games";

const ROLLOUTS = 2048;

/** What a pair earned in its rollouts: `mean` of each, and noise of the standard deviation `noise`. */
function trialOf(seed: number, meanOf: (rollout: number) => number, noise = 0) {
  const uniform = keyedUniform(seed, "learn", "trial");
  const spread = noise * Math.sqrt(12);
  return {
    returns: Float64Array.from(
      { length: ROLLOUTS },
      (_, i) => meanOf(i) + spread * (uniform() - 0.5),
    ),
    played: 0,
    play(count: number) {
      this.played = count;
    },
  };
}

const other = (): ReturnType<typeof trialOf> => trialOf(1, (i) => 100 + (i % 7));

test("a better pair that is behind at first, by less than the noise, is not given up", async () => {
  const behind = (i: number): number => 100 + (i % 7) + (i < 64 ? -1 : 1.5);
  expect(await isBetter([trialOf(2, behind, 9)], [other()])).toBe(true);
});

test("a better pair is taken, and a worse one given up, as soon as that is clear", async () => {
  for (const gain of [3, -3]) {
    const trial = trialOf(3, (i) => 100 + (i % 7) + gain, 2);
    expect(await isBetter([trial], [other()])).toBe(gain > 0);
    expect(trial.played).toBeLessThanOrEqual(64);
  }
});

test("a pair that earns the same, or more by next to nothing, is given up early", async () => {
  for (const noise of [0, 0.05]) {
    const trial = trialOf(4, (i) => 100 + (i % 7) + noise / 50, noise);
    expect(await isBetter([trial], [other()])).toBe(false);
    expect(trial.played).toBeLessThanOrEqual(64);
  }
});

test("the mean over all trials counts", async () => {
  const [gains, loses] = [2, -3].map((gain, i) => trialOf(5 + i, (r) => 100 + (r % 7) + gain, 1));
  expect(await isBetter([gains, loses], [other(), other()])).toBe(false);
});

test("a stop is asked for often: with many zones a rollout and a sweep take long", async () => {
  let asked = 0;
  const trial = other();
  const stop = { throwIfAborted: () => (asked += 1) };
  await play(trial, 33, stop);
  expect([trial.played, asked]).toEqual([33, 17]);
  const sizes = { sG: 3, aG: 2, sL: 12, aL: 2 };
  const steps = startSteps(randomGame(sizes, 1), new Float32Array(72).fill(0.5));
  expect((await inTurns(steps, stop)).length).toBe(3);
  // One for each of dozens of sweeps.
  expect(asked - 17).toBeGreaterThan(24);
});

test("what a return owes to its start is left out: a fraction of the rollouts tells pairs apart", async () => {
  const starts = trialOf(8, () => 0, 8).returns;
  const pairs = [1.5, 0].map((gain, i) => {
    const luck = starts.map((start) => (i === 0 ? start : -start));
    return { ...trialOf(9 + i, (r) => 100 + gain + 1.2 * luck[r], 2), luck };
  });
  const blind = pairs.map((trial) => ({ ...trial, luck: undefined }));
  for (const [better, worse] of [pairs, blind]) {
    expect(await isBetter([worse], [better])).toBe(false);
    expect(await isBetter([better], [worse])).toBe(true);
  }
  expect(pairs[0].played).toBeLessThanOrEqual(128);
  expect(blind[0].played).toBeGreaterThanOrEqual(512);
});
