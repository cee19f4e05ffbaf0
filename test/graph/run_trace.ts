/** A run's trace, compared with the model and with the decisions of the pure core. */
import { readFileSync } from "node:fs";
import { z } from "zod";
import { compareAgentIds, drawIndex, keyedUniform } from "../../src/game/draws";
import { type Game, sizesOf } from "../../src/game/model";
import { rollouts } from "../../src/evaluation/evaluate";
import { drawSample } from "../../src/nodes/sampling";
import { Observation } from "../../src/policy/observation";
import type { LoadedPolicy } from "../../src/policy/policy_file";
import { fitOf, quantile } from "../support/fit";

const lineSchema = z.object({
  epoch: z.number(),
  simTime: z.number(),
  globalState: z.number(),
  commandGlobalState: z.number(),
  globalAction: z.number(),
  sampled: z.array(z.string()),
  histogram: z.array(z.number()),
  localStates: z.array(z.number()),
  actions: z.array(z.number()),
  reward: z.number(),
  nextGlobalState: z.number(),
  nextLocalStates: z.array(z.number()),
});

export type TraceLine = z.infer<typeof lineSchema>;

export function readTrace(file: string): TraceLine[] {
  return readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => lineSchema.parse(JSON.parse(line)));
}

export function meanReward(trace: readonly TraceLine[]): number {
  return trace.reduce((sum, { reward }) => sum + reward, 0) / trace.length;
}

/** p-values of the observed transitions s_i -> s_i' against P_l, and s_g -> s_g' against P_g. */
export function transitionFit(
  trace: readonly TraceLine[],
  game: Game,
): { local: number; global: number } {
  const { sG, aG, sL, aL } = sizesOf(game);
  const local = new Float64Array(game.localTransition.length);
  const global = new Float64Array(game.globalTransition.length);
  for (const line of trace) {
    global[(line.globalState * aG + line.globalAction) * sG + line.nextGlobalState]++;
    line.localStates.forEach((state, i) => {
      const row = (state * sG + line.globalState) * aL + line.actions[i];
      local[row * sL + line.nextLocalStates[i]]++;
    });
  }
  return {
    local: fitOf(local, game.localTransition, sL),
    global: fitOf(global, game.globalTransition, sG),
  };
}

/** Makes each recorded decision again with the pure core; returns what differs. */
export function replayDifferences(
  trace: readonly TraceLine[],
  game: Game,
  policy: LoadedPolicy,
  seed: number,
): string[] {
  const { sG, sL, aL } = sizesOf(game);
  const population = trace[0].localStates.length;
  const ids = [...Array(population).keys()].map((i) => `robot_${i}`).sort(compareAgentIds);
  const observation = new Observation(game, policy.pair, "sample", population);
  const differences: string[] = [];
  for (const line of trace) {
    const say = (what: string) => differences.push(`epoch ${line.epoch}: ${what}`);
    const sample = drawSample(seed, line.epoch, ids, policy.pair.tableSize);
    if (sample.join() !== line.sampled.join()) say("sample");
    const counts = new Array<number>(sL).fill(0);
    for (const robot of sample) counts[line.localStates[ids.indexOf(robot)]]++;
    if (counts.join() !== line.histogram.join()) say("histogram");
    if (line.commandGlobalState !== line.globalState) say("global state");
    observation.observe(line.histogram);
    if (observation.decide(line.commandGlobalState) !== line.globalAction) say("global action");
    line.actions.forEach((action, i) => {
      const row = (line.localStates[i] * sG + line.globalState) * aL;
      const u = keyedUniform(seed, "local-action", ids[i], line.epoch)();
      if (drawIndex(u, policy.pair.localPolicy, row, aL) !== action) say(`action of ${ids[i]}`);
    });
  }
  return differences;
}

/**
 * The 0.5 and 99.5 % quantiles of the mean reward of 2,000 single rollouts that start as the traced
 * run's episodes did.
 */
export function rewardQuantiles(
  trace: readonly TraceLine[],
  game: Game,
  policy: LoadedPolicy,
): { low: number; high: number } {
  const length = game.horizon ?? trace.length;
  const { sL } = sizesOf(game);
  const means = new Float64Array(2000);
  for (let first = 0; first < trace.length; first += length) {
    const { globalState, localStates } = trace[first];
    const localCounts = new Array<number>(sL).fill(0);
    for (const state of localStates) localCounts[state]++;
    const episode = rollouts(game, policy.pair, {
      population: localStates.length,
      sampleSize: policy.pair.tableSize,
      horizon: length,
      rollouts: means.length,
      start: { globalState, localCounts },
      seed: 1000 + first,
    });
    episode.forEach((mean, i) => (means[i] += (mean * length) / trace.length));
  }
  return { low: quantile(means, 0.005), high: quantile(means, 0.995) };
}
