/** A run's trace, compared with the model and with the decisions of the pure core. */
import { readFileSync } from "node:fs";
import { z } from "zod";
import { robotNames } from "../../sim/run";
import { AbstractWorld } from "../../sim/world/abstract";
import { compareAgentIds, drawIndex, keyedUniform } from "../../src/game/draws";
import { drawEpisodeStart } from "../../src/game/episode";
import { type Sampling, splitSample } from "../../src/game/kinds";
import { type Game, localRow, sizesOf } from "../../src/game/model";
import { rollouts } from "../../src/evaluation/evaluate";
import { drawSample, RobotKinds } from "../../src/nodes/sampling";
import { Observation } from "../../src/policy/observation";
import type { LoadedPolicy } from "../../src/policy/policy_file";
import { sampleSizeOf } from "../../src/policy/sample_size";
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

/**
 * The run of the abstract world that a seed gives, an epoch a second, played by the pure core.
 * @param world its transitions move robots and the lead vehicle; agents know `game`
 */
export function playPurely(
  game: Game,
  policy: LoadedPolicy,
  seed: number,
  population: number,
  epochs: number,
  world = game,
  sampling: Sampling = "uniform",
): TraceLine[] {
  const { sG, aG, sL, aL } = sizesOf(game);
  const ids = robotNames(population);
  const sorted = [...ids].sort(compareAgentIds);
  const groups = sampling === "uniform" ? [sorted] : new RobotKinds(game, []).groups(sorted);
  const totals = groups.map(({ length }) => length);
  const sizes = splitSample(totals, sampleSizeOf(undefined, policy.pair, population));
  const observation = new Observation(game, policy.pair, "sample", totals);
  const startOf = (episode: number) => drawEpisodeStart(game, ids, seed, episode);
  const played = new AbstractWorld(world, ids, seed, startOf(0));
  return [...Array(epochs).keys()].map((epoch) => {
    const { horizon = Infinity } = game;
    if (epoch % horizon === 0) played.place(startOf(Math.floor(epoch / horizon)));
    const [globalState, localStates] = [played.globalState(), Array.from(played.localStates())];
    const sampled = groups.flatMap((group, i) =>
      drawSample(seed, epoch, group, sizes[i], undefined, i),
    );
    const histogram = new Array<number>(sL).fill(0);
    for (const robot of sampled) histogram[localStates[ids.indexOf(robot)]]++;
    observation.observe(histogram);
    const globalAction = observation.decide(globalState);
    const rows = localStates.map((state) => (state * sG + globalState) * aL);
    const { localPolicy } = policy.pair;
    const actions = ids.map((id, i) => {
      const u = keyedUniform(seed, "local-action", id, epoch)();
      const row = localRow(game, localPolicy, localStates[i], globalState, globalAction);
      return drawIndex(u, localPolicy, row, aL);
    });
    const earned = rows.reduce((sum, row, i) => sum + game.localReward[row + actions[i]], 0);
    played.step(epoch, globalAction, actions);
    return {
      epoch,
      simTime: epoch + 1,
      globalState,
      commandGlobalState: globalState,
      globalAction,
      sampled,
      histogram,
      localStates,
      actions,
      reward: game.globalReward[globalState * aG + globalAction] + earned / population,
      nextGlobalState: played.globalState(),
      nextLocalStates: Array.from(played.localStates()),
    };
  });
}

/**
 * The 0.5 and 99.5 % quantiles of the mean reward of 2,000 single rollouts that start as the traced
 * run's episodes did.
 */
export function rewardQuantiles(
  trace: readonly Pick<TraceLine, "globalState" | "localStates">[],
  game: Game,
  policy: LoadedPolicy,
  sampling: Sampling = "uniform",
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
      sampling,
      sampleSize: sampleSizeOf(undefined, policy.pair, localStates.length),
      horizon: length,
      rollouts: means.length,
      start: { globalState, localCounts },
      seed: 1000 + first,
    });
    episode.forEach((mean, i) => (means[i] += (mean * length) / trace.length));
  }
  return { low: quantile(means, 0.005), high: quantile(means, 0.995) };
}
