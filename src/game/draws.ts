/**
 * Keyed random draws: each is a pure function of (seed, role, agent, epoch), never of a stream's
 * position or the order in which messages arrive.
 */
import seedrandom from "seedrandom";

/** What a draw is for; part of its key, so that no two uses share their numbers. */
export type DrawRole =
  | "sample"
  | "local-action"
  | "local-transition"
  | "global-transition"
  | "initial-law"
  | "initial-local"
  | "initial-global"
  | "job-end"
  | "wheel-slip"
  | "learn";

/** A source of uniforms in [0, 1). */
export type Uniform = () => number;

export function keyedUniform(
  seed: number,
  role: DrawRole,
  agent: string | number = "",
  epoch = 0,
): Uniform {
  return seedrandom(`${seed}/${role}/${agent}/${epoch}`);
}

/** Index drawn from `probabilities[offset .. offset + length)` by the uniform `u` in [0, 1). */
export function drawIndex(
  u: number,
  probabilities: ArrayLike<number>,
  offset = 0,
  length = probabilities.length,
): number {
  let left = u;
  let last = 0;
  for (let i = 0; i < length; i++) {
    const p = probabilities[offset + i];
    if (p <= 0) continue;
    last = i;
    if (left < p) return i;
    left -= p;
  }
  return last;
}

/** A gamma draw of scale 1 (Marsaglia and Tsang, ACM Trans. Math. Softw. 26, 2000), shape > 0. */
export function drawGamma(shape: number, uniform: Uniform): number {
  if (shape < 1) return drawGamma(shape + 1, uniform) * uniform() ** (1 / shape);
  const d = shape - 1 / 3;
  for (;;) {
    // Box and Muller's normal draw.
    const x = Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(uniform()) < (x * x) / 2 + d * (1 - v + Math.log(v))) return d * v;
  }
}

/** `size` of `items`, uniformly without replacement (partial Fisher-Yates); in the order drawn. */
export function drawWithoutReplacement<T>(
  uniform: Uniform,
  items: readonly T[],
  size: number,
): T[] {
  const pool = items.slice();
  const take = Math.min(size, pool.length);
  for (let i = 0; i < take; i++) {
    const j = i + Math.floor(uniform() * (pool.length - i));
    [pool[i], pool[j]] = [pool[j], pool[i]];
  }
  return pool.slice(0, take);
}

/** Kept, as localeCompare makes a collator for each comparison. */
const collator = new Intl.Collator("en", { numeric: true });

/** Robots in the order in which draws see them: by name, numbers in names by value. */
export const compareAgentIds = (a: string, b: string): number =>
  collator.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
