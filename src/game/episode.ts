/** How an episode (shift) starts: the scenario's initial law, by keyed draws. */
import { drawGamma, drawIndex, keyedUniform, type Uniform } from "./draws";
import { inner } from "./limit";
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
  if (initialLocal.kind === "one_of") {
    const { probabilities } = initialLocal;
    const { length } = game.localStates;
    const from = length * Math.floor((uniform() * probabilities.length) / length);
    return probabilities.subarray(from, from + length);
  }
  const law = Float64Array.from(game.localStates, () => drawGamma(initialLocal.alpha, uniform));
  if (scaleToOne(law)) return law;
  // With a tiny alpha all weights can underflow to 0: one state then takes all.
  const chosen = Math.floor(uniform() * law.length);
  return law.map((_, s) => (s === chosen ? 1 : 0));
}

/** The laws' mean, [sL], and v: their covariance has the trace of v (diag(mean) - mean meanᵀ). */
export function localLawMoments(game: Game): { mean: Float64Array; variance: number } {
  const { localStates, initialLocal } = game;
  const { length } = localStates;
  const mean = new Float64Array(length);
  if (initialLocal.kind === "dirichlet") {
    return { mean: mean.fill(1 / length), variance: 1 / (length * initialLocal.alpha + 1) };
  }
  const { probabilities } = initialLocal;
  const laws = probabilities.length / length;
  probabilities.forEach((p, i) => (mean[i % length] += p / laws));
  const [all, square] = [inner(probabilities, probabilities) / laws, inner(mean, mean)];
  return { mean, variance: square < 1 ? (all - square) / (1 - square) : 0 };
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
