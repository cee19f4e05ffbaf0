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
 * | (not in the paper)     | the same, form `command`                  | [sL][sG][aG][aL], rows sum to 1      |
 *
 * System reward of a step: r = r_g(s_g, a_g) + (1/n) Σ_i r_l(s_i, s_g, a_i).
 */
import { InvalidInputError } from "../base/errors";
import type { Arena } from "./arena";

export type InitialLocal =
  | { readonly kind: "fixed"; readonly probabilities: Float64Array }
  /** One of several laws an episode, all equally likely, [laws][sL]. */
  | { readonly kind: "one_of"; readonly probabilities: Float64Array }
  /** One draw of p ~ Dirichlet(alpha, ..., alpha) an episode for each kind; then every robot by its kind's. */
  | { readonly kind: "dirichlet"; readonly alpha: number };

/** Robots of kind c have local states of their own, one for each zone: those from c · zones on. */
export interface Kind {
  readonly name: string;
  /** Of all robots; the kinds' shares sum to 1. */
  readonly share: number;
}

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
  /** Undefined: all robots are of one kind. */
  readonly kinds?: readonly Kind[];
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

export type Names = Pick<Game, `${"global" | "local"}${"States" | "Actions"}`>;
export type GameArrays = Pick<Game, `${"global" | "local"}${"Transition" | "Reward"}`>;

export function sizesOf(game: Names): Sizes {
  return {
    sG: game.globalStates.length,
    aG: game.globalActions.length,
    sL: game.localStates.length,
    aL: game.localActions.length,
  };
}

/** `state`: π_l(a | s_l, s_g), the paper's; `command`: π_l(a | s_l, s_g, a_g). */
export type LocalForm = "state" | "command";

interface LocalSide {
  /** π_l, [sL][sG][aL], or in the form `command` [sL][sG][aG][aL]; rows sum to 1. */
  readonly localPolicy: Float32Array;
}

/** A pair with a table for π_g. */
export interface TablePair extends LocalSide {
  /** k of the histograms by which `globalPolicy` is indexed (see histogram.ts for the order). */
  readonly tableSize: number;
  /** π_g as an action's index, [sG][H]. */
  readonly globalPolicy: Uint8Array;
  /** max_a Q(s_g, h, a), [sG][H]. */
  readonly globalValues: Float32Array;
}

/** A pair whose π_g looks one step ahead over vectors (policy/lookahead.ts). */
export interface PointsPair extends LocalSide {
  /** What plans earn from each local state, [V][sL]: at most V of the pair, for every n. */
  readonly vectors: Float32Array;
  /** s_g in which each vector's plan begins, ascending, and its first a_g, [V]. */
  readonly vectorState: Uint16Array;
  readonly vectorAction: Uint16Array;
}

/** A pair of policies. What learning gives and the policy file holds. */
export type PolicyPair = TablePair | PointsPair;

/** Makes the weights of a law sum to 1. Returns whether they can: not all are 0. */
export function scaleToOne(law: Float64Array): boolean {
  const total = law.reduce((sum, weight) => sum + weight, 0);
  if (total <= 0) return false;
  for (let i = 0; i < law.length; i++) law[i] /= total;
  return true;
}

/** @throws InvalidInputError where the number of entries is that of neither form */
export function localFormOf(game: Game, localPolicy: ArrayLike<number>): LocalForm {
  const { sG, aG, sL, aL } = sizesOf(game);
  const entries = sL * sG * aL;
  if (localPolicy.length === entries) return "state";
  if (localPolicy.length === entries * aG) return "command";
  throw new InvalidInputError(
    `the local policy has ${localPolicy.length} entries and the scenario ${game.name} needs ${entries}, or ${entries * aG} with the command; use a policy learned for it`,
  );
}

/** Index of π_l(· | s_l, s_g, a_g), in either form. */
export function localRow(
  game: Game,
  localPolicy: ArrayLike<number>,
  localState: number,
  globalState: number,
  globalAction: number,
): number {
  const { sG, aG, sL, aL } = sizesOf(game);
  const row = localState * sG + globalState;
  return localPolicy.length > sL * sG * aL ? (row * aG + globalAction) * aL : row * aL;
}
