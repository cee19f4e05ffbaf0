/** Pairs that never look: one global action always, and the robots' best response to it. */
import type { Game } from "../game/model";
import { Trial } from "../game/trial";
import { constantController } from "../policy/controllers";
import type { LearnSettings } from "./options";
import {
  COMPARED_ROLLOUTS,
  isBetter,
  learningHorizon,
  OBSERVED_ROLLOUTS,
  simulationOf,
} from "./simulation";
import { blindLocalPolicy } from "./starts";

export interface Blind {
  readonly action: number;
  readonly localPolicy: Float32Array;
  readonly trial: Trial;
}

export async function bestBlind(game: Game, settings: LearnSettings): Promise<Blind> {
  const horizon = learningHorizon(game);
  const options = { ...simulationOf(settings, "compare", COMPARED_ROLLOUTS), horizon };
  const blindOf = (action: number): Blind => {
    const localPolicy = blindLocalPolicy(game, action, settings.temperature);
    const trial = new Trial(game, localPolicy, constantController(action), options);
    return { action, localPolicy, trial };
  };
  let best = blindOf(0);
  for (let action = 1; action < game.globalActions.length; action++) {
    const other = blindOf(action);
    const { signal } = settings;
    if (await isBetter([other.trial], [best.trial], signal, OBSERVED_ROLLOUTS)) best = other;
  }
  return best;
}
