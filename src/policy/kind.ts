/** What kind of global policy a pair has, and how large it can be. */
import { POLICY } from "../game/generated/policy";
import type { PolicyPair } from "../game/model";

/** No table has more robots: learning averages a line of the lattice in O(k²). */
export const LARGEST_TABLE = POLICY.tableSize.maximum;
/** Vectors of a policy: to act is to look at all of them, which takes 13 ms with 100 zones. */
export const MOST_VECTORS = 131_072;

/** In words, such as "k = 10" or "320 vectors". */
export const kindOf = (pair: PolicyPair): string =>
  "vectors" in pair ? `${pair.vectorState.length} vectors` : `k = ${pair.tableSize}`;
