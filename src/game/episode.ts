/** How an episode (shift) starts: the scenario's initial law, by keyed draws. */
import { drawGamma, drawIndex, keyedUniform, type Uniform } from "./draws";
import { type Game, scaleToOne } from "./model";

export interface EpisodeStart {
  readonly globalState: number;
  /** [n], in the order of the agent ids given. */
  readonly localStates: Uint8Array;
}

/** Draws the law of the local states in one episode, [sL], sums to 1. */
export function drawLocalLaw(game: Game, uniform: Uniform): Float64Array {
  const { initialLocal } = game;
  if (initialLocal.kind === "fixed") return initialLocal.probabilities;
  const law = Float64Array.from(game.localStates, () => drawGamma(initialLocal.alpha, uniform));
  if (scaleToOne(law)) return law;
  // With a tiny alpha all weights can underflow to 0: one state then takes all.
  const chosen = Math.floor(uniform() * law.length);
  return law.map((_, s) => (s === chosen ? 1 : 0));
}

/** The states with which episode `episode` of a run with `seed` starts. */
export function drawEpisodeStart(
  game: Game,
  agentIds: readonly string[],
  seed: number,
  episode: number,
): EpisodeStart {
  const law = drawLocalLaw(game, keyedUniform(seed, "initial-law", "", episode));
  const uniform = keyedUniform(seed, "initial-global", "", episode);
  return {
    globalState: drawIndex(uniform(), game.initialGlobal),
    localStates: Uint8Array.from(agentIds, (id) =>
      drawIndex(keyedUniform(seed, "initial-local", id, episode)(), law),
    ),
  };
}
