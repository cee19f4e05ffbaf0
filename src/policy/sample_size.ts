/** How many robots an epoch asks: k of a population of n. Pure. */
import type { PolicyPair } from "../game/model";

/** Robots that a pair without a table asks. */
const WITHOUT_TABLE = 20;

/** k: as asked; else the policy table's, 20 without one, or n if that is less. */
export function sampleSizeOf(
  asked: number | undefined,
  pair: PolicyPair | undefined,
  population: number,
): number {
  return (
    asked ?? Math.min(pair && "tableSize" in pair ? pair.tableSize : WITHOUT_TABLE, population)
  );
}

/**
 * Why k > n is refused, and what to do; undefined: k is possible.
 * @param name what sets k, such as sample_size
 */
export function sampleSizeProblem(
  name: string,
  sampleSize: number,
  population: number,
): string | undefined {
  if (sampleSize <= population) return undefined;
  const robots = population === 1 ? "is 1 robot" : `are ${population} robots`;
  return `${name} is ${sampleSize} and there ${robots}; ask at most as many as there are`;
}
