/**
 * The game of ALTERNATING-MARL (arXiv 2603.03759): one global agent and n homogeneous local agents.
 * The one table of symbols; every other file uses the identifiers of its second column.
 *
 * | paper                  | identifier                                | shape (flat arrays, row-major)       |
 * | ---------------------- | ----------------------------------------- | ------------------------------------ |
 * | n, k                   | `population`, `sampleSize`                | k of n drawn without replacement     |
 * | s_g, a_g               | `globalState`, `globalAction`             |                                      |
 * | s_i, a_i               | `localState`, `localAction`               |                                      |
 * | P_g(s_g' | s_g, a_g)   | `globalTransition`                        | [sG][aG][sG'], rows sum to 1         |
 * | P_l(s_i' | s_i,s_g,a_i)| `localTransition`                         | [sL][sG][aL][sL'], by the current s_g |
 * | r_g(s_g, a_g)          | `globalReward`                            | [sG][aG]                             |
 * | r_l(s_i, s_g, a_i)     | `localReward`                             | [sL][sG][aL]                         |
 * | γ                      | `discount`                                | in [0, 1)                            |
 * | h                      | `histogram`                               | counts [sL], sum k                   |
 * | π_g(s_g, h)            | `globalPolicy`                            | [sG][H], H histograms of tableSize   |
 * | π_l(a | s_l, s_g)      | `localPolicy`                             | [sL][sG][aL], rows sum to 1          |
 *
 * System reward of a step: r = r_g(s_g, a_g) + (1/n) Σ_i r_l(s_i, s_g, a_i).
 */
import type { Arena } from "./arena";

/** How the local states of an episode start. */
export type InitialLocal =
  | { readonly kind: "fixed"; readonly probabilities: Float64Array }
  /** One draw of p ~ Dirichlet(alpha, ..., alpha) an episode; then every robot independently by p. */
  | { readonly kind: "dirichlet"; readonly alpha: number };

/** A checked game; made by `parseScenario`, which guarantees shapes and that rows sum to 1. */
export interface Game {
  readonly name: string;
  readonly discount: number;
  readonly globalStates: readonly string[];
  readonly globalActions: readonly string[];
  readonly localStates: readonly string[];
  readonly localActions: readonly string[];
  readonly globalTransition: Float64Array;
  readonly localTransition: Float64Array;
  readonly globalReward: Float64Array;
  readonly localReward: Float64Array;
  readonly initialGlobal: Float64Array;
  readonly initialLocal: InitialLocal;
  /** Epochs after which a new episode (shift) starts; undefined: never. */
  readonly horizon?: number;
  readonly arena: Arena;
  /** SHA-256 (hex) of the canonical JSON of expanded arrays, names and discount; not of the arena. */
  readonly sha256: string;
}

export interface Sizes {
  readonly sG: number;
  readonly aG: number;
  readonly sL: number;
  readonly aL: number;
}

export function sizesOf(game: Game): Sizes {
  return {
    sG: game.globalStates.length,
    aG: game.globalActions.length,
    sL: game.localStates.length,
    aL: game.localActions.length,
  };
}

/** A pair of policies with the k of its table. What learning gives and the policy file holds. */
export interface PolicyPair {
  /** k of the histograms by which `globalPolicy` is indexed (see histogram.ts for the order). */
  readonly tableSize: number;
  /** π_l, [sL][sG][aL], rows sum to 1. */
  readonly localPolicy: Float32Array;
  /** π_g as an action's index, [sG][H]. */
  readonly globalPolicy: Uint8Array;
  /** max_a Q(s_g, h, a), [sG][H]. */
  readonly globalValues: Float32Array;
}

/** Makes the weights of a law sum to 1. Returns whether they can: not all are 0. */
export function scaleToOne(law: Float64Array): boolean {
  const total = law.reduce((sum, weight) => sum + weight, 0);
  if (total <= 0) return false;
  for (let i = 0; i < law.length; i++) law[i] /= total;
  return true;
}

/**
 * M_{s_g}[s][s'] = Σ_a π_l(a|s,s_g) P_l(s'|s,s_g,a): how one local agent moves while the global
 * state is `globalState`. Returns [sL][sL'], rows sum to 1.
 */
export function localKernel(
  game: Game,
  localPolicy: ArrayLike<number>,
  globalState: number,
): Float64Array {
  const { sG, sL, aL } = sizesOf(game);
  const kernel = new Float64Array(sL * sL);
  for (let s = 0; s < sL; s++) {
    for (let a = 0; a < aL; a++) {
      const row = (s * sG + globalState) * aL + a;
      const probability = localPolicy[row];
      for (let t = 0; t < sL; t++) {
        kernel[s * sL + t] += probability * game.localTransition[row * sL + t];
      }
    }
    // π_l in float32 misses 1 by 1e-7, which the check of a backup would see.
    scaleToOne(kernel.subarray(s * sL, (s + 1) * sL));
  }
  return kernel;
}

/** r̄_l(s, s_g) = Σ_a π_l(a|s,s_g) r_l(s,s_g,a) for one s_g; returns [sL]. */
export function meanLocalReward(
  game: Game,
  localPolicy: ArrayLike<number>,
  globalState: number,
): Float64Array {
  const { sG, sL, aL } = sizesOf(game);
  const reward = new Float64Array(sL);
  for (let s = 0; s < sL; s++) {
    for (let a = 0; a < aL; a++) {
      const row = (s * sG + globalState) * aL + a;
      reward[s] += localPolicy[row] * game.localReward[row];
    }
  }
  return reward;
}
