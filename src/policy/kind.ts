/** What kind of global policy a pair has. */
import type { PolicyPair } from "../game/model";

/** In words, such as "k = 10" or "320 vectors". */
export const kindOf = (pair: PolicyPair): string =>
  "vectors" in pair ? `${pair.vectorState.length} vectors` : `k = ${pair.tableSize}`;
