/** How an episode (shift) starts: the scenario's initial law, by keyed draws. */
import { drawGamma, drawIndex, keyedUniform, type Uniform } from "./draws";
import { kindOfRobot, kindOfState, kindsOf } from "./kinds";
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
  const law = new Float64Array(game.localStates.length);
  const kinds = kindsOf(game);
  for (const [kind, { share }] of kinds.entries()) {
    const zones = law.length / kinds.length;
    const own = law.subarray(kind * zones, (kind + 1) * zones);
    own.forEach((_, zone) => (own[zone] = drawGamma(initialLocal.alpha, uniform)));
    // With a tiny alpha all weights can underflow to 0: one state then takes all.
    if (!scaleToOne(own)) own[Math.floor(uniform() * zones)] = 1;
    own.forEach((p, zone) => (own[zone] = share * p));
  }
  return law;
}

/**
 * The laws' mean, [sL], and v: their covariance has the trace of v (diag(mean) - mean meanᵀ).
 * @param kind of the robots that are meant; default: all
 */
export function localLawMoments(
  game: Game,
  kind?: number,
): { mean: Float64Array; variance: number } {
  const { localStates, initialLocal } = game;
  const { length } = localStates;
  const kinds = kindsOf(game);
  const zones = length / kinds.length;
  const shareOf = (s: number): number => kinds[kindOfState(game, s)].share;
  /** What all states of its kind have together, [sL]. */
  const parts = Float64Array.from(localStates, (_, s) =>
    kind === undefined ? shareOf(s) : Number(kindOfState(game, s) === kind),
  );
  if (initialLocal.kind === "dirichlet") {
    const square = inner(parts, parts) / zones;
    const scale = square < 1 ? (square - square / zones) / (1 - square / zones) : 1;
    const variance = scale / (zones * initialLocal.alpha + 1);
    return { mean: parts.map((part) => part / zones), variance };
  }
  const mean = new Float64Array(length);
  const probabilities = initialLocal.probabilities.map(
    (p, i) => p * (parts[i % length] / shareOf(i % length)),
  );
  const laws = probabilities.length / length;
  probabilities.forEach((p, i) => (mean[i % length] += p / laws));
  const [all, square] = [inner(probabilities, probabilities) / laws, inner(mean, mean)];
  return { mean, variance: square < 1 ? (all - square) / (1 - square) : 0 };
}

/** The states with which episode `episode` of a run with `seed` starts; robot i has the i-th kind. */
export function drawEpisodeStart(
  game: Game,
  agentIds: readonly string[],
  seed: number,
  episode: number,
): EpisodeStart {
  const law = drawLocalLaw(game, keyedUniform(seed, "initial-law", "", episode));
  const uniform = keyedUniform(seed, "initial-global", "", episode);
  const kinds = kindsOf(game);
  const zones = law.length / kinds.length;
  const stateOf = (id: string, robot: number): number => {
    const kind = kindOfRobot(kinds, robot);
    const u = kinds[kind].share * keyedUniform(seed, "initial-local", id, episode)();
    return kind * zones + drawIndex(u, law, kind * zones, zones);
  };
  return {
    globalState: drawIndex(uniform(), game.initialGlobal),
    localStates: Uint8Array.from([...agentIds.keys()], (robot) => stateOf(agentIds[robot], robot)),
  };
}
