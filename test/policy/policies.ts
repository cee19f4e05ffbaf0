import { HistogramIndex } from "../../src/game/histogram";
import {
  type Game,
  type LocalForm,
  type PointsPair,
  type PolicyPair,
  sizesOf,
  type TablePair,
} from "../../src/game/model";
import type { PolicyMetadata } from "../../src/policy/policy_file";
import { randomLocalPolicy } from "../games";

/** A pair with made-up values, for a game. */
export function madePair(game: Game, tableSize: number, form?: LocalForm): TablePair {
  const sizes = sizesOf(game);
  const entries = sizes.sG * new HistogramIndex(sizes.sL, tableSize).count;
  return {
    tableSize,
    localPolicy: Float32Array.from(randomLocalPolicy(sizes, 1, form)),
    globalPolicy: Uint8Array.from({ length: entries }, (_, i) => (i * 7) % sizes.aG),
    globalValues: Float32Array.from({ length: entries }, (_, i) => Math.sin(i) * 100),
  };
}

/** The same with vectors: one more for each s_g than for the one before. */
export function madePoints(game: Game, form?: LocalForm): PointsPair {
  const sizes = sizesOf(game);
  const states = game.globalStates.flatMap((_, g) => Array<number>(g + 1).fill(g));
  return {
    localPolicy: Float32Array.from(randomLocalPolicy(sizes, 1, form)),
    vectors: Float32Array.from({ length: states.length * sizes.sL }, (_, i) => Math.cos(i) * 100),
    vectorState: Uint16Array.from(states),
    vectorAction: Uint16Array.from(states, (_, i) => (i * 7) % sizes.aG),
  };
}

/** @param tableSize undefined: of a pair without a table */
export function madeMetadata(game: Game, tableSize?: number): PolicyMetadata {
  return {
    scenario: game.name,
    scenarioSha256: game.sha256,
    tableSize,
    population: 30,
    discount: game.discount,
    seed: 3,
    backup: "exact",
    backupError: 3.1e-15,
    globalGap: 0.25,
    localGap: 0,
    globalGapInterval: [0, 0.5],
    localGapInterval: [0, 1e-7],
    packageVersion: "0.1.0",
  };
}

/** The pair of a policy that has a table. */
export function tableOf({ pair }: { readonly pair: PolicyPair }): TablePair {
  if ("tableSize" in pair) return pair;
  throw new Error("the policy has no table");
}
