import { finish } from "../../src/base/steps";
import { Alternation, sumOf } from "../../src/learning/alternation";
import { settingsOf } from "../../src/learning/options";
import { withResponder } from "./with_responder";
import { startSteps } from "../../src/learning/starts";
import { randomGame } from "../games";

const game = randomGame({ sG: 2, aG: 2, sL: 3, aL: 2 }, 4);
const settings = settingsOf(game, { tableSize: 3, population: 20 });
const uniform = new Float32Array(12).fill(0.5);

test("options have their defaults", () => {
  const defaults = { population: 1000, backup: "exact", draws: 16, seed: 0, threads: 1 };
  const localForm = "state";
  expect(settingsOf(game, { tableSize: 3 })).toEqual({ tableSize: 3, localForm, ...defaults });
});

test("a start met before is not walked again", async () => {
  const starts = [{ localPolicy: uniform }];
  const alternated = (twice: boolean) =>
    withResponder(game, settings, (responder) =>
      new Alternation(responder).run(twice ? [...starts, ...starts] : starts),
    );
  const [once, again] = [await alternated(false), await alternated(true)];
  expect(again.turns).toEqual(once.turns);
  expect([once.ends.length, again.ends.length]).toEqual([1, 1]);
  expect(once.turns.accepted).toBeGreaterThanOrEqual(1);
  expect(once.turns.accepted).toBeLessThanOrEqual(once.turns.iterations);
  expect(again.best.pair).toEqual(once.best.pair);
});

test("the best pair earns at least what each start's end earns, within noise", async () => {
  const starts = finish(startSteps(game, uniform));
  const { best, ends } = await withResponder(game, settings, (responder) =>
    new Alternation(responder).run(starts),
  );
  const meanOf = ({ trials }: typeof best): number =>
    trials.reduce((sum, trial) => sum + trial.play().earned.return.mean / trials.length, 0);
  for (const end of ends) {
    const { standardError } = end.trials[0].earned.return;
    expect(meanOf(best)).toBeGreaterThan(meanOf(end) - 4 * standardError);
  }
});

test("turns at points and in tables add up", () => {
  const turns = { iterations: 3, accepted: 2, sweeps: 10 };
  expect(sumOf(turns, turns)).toEqual({ iterations: 6, accepted: 4, sweeps: 20 });
});
