/** Global agents for the simulated population: the policy under test and the references. */
import type { Game, PolicyPair } from "../game/model";
import type { GlobalController } from "../game/population";
import { Observation, type ObservationMode } from "./observation";

/**
 * The learned π_g with what it saw; it asks `sampleSize` robots at each epoch.
 * @param population n; or of each kind, where robots are sampled by kind
 */
export function policyController(
  game: Game,
  pair: PolicyPair,
  mode: ObservationMode,
  population: number | readonly number[],
  sampleSize: number,
): GlobalController & { readonly observation: Observation } {
  const observation = new Observation(game, pair, mode, population);
  let before: { readonly globalState: number; readonly action: number } | undefined;
  return {
    sampleSize,
    observation,
    reset() {
      observation.reset();
      before = undefined;
    },
    decide(globalState, sample) {
      if (before) observation.predict(before.globalState, before.action);
      observation.observe(sample);
      const action = observation.decide(globalState);
      before = { globalState, action };
      return action;
    },
  };
}

/** Commands `action` always and asks nobody. */
export function constantController(action: number): GlobalController {
  return { sampleSize: 0, decide: () => action };
}

/** Commands a uniformly random action and asks nobody. */
export function randomController({ globalActions }: Game): GlobalController {
  return {
    sampleSize: 0,
    decide: (_state, _sample, population) =>
      Math.floor(population.actionUniform() * globalActions.length),
  };
}
