/** Means with their errors. */

/** Two-sided 95 % quantile of the normal law; the samples here are hundreds of rollouts. */
export const Z95 = 1.96;

export const sumOf = (numbers: ArrayLike<number>): number =>
  Array.from(numbers).reduce((sum, number) => sum + number, 0);

export interface Estimate {
  readonly mean: number;
  readonly standardError: number;
}

/** Mean of independent samples; standard error 0 for fewer than two. */
export function estimate(samples: ArrayLike<number>): Estimate {
  const count = samples.length;
  let mean = 0;
  for (let i = 0; i < count; i++) mean += samples[i] / count;
  let squares = 0;
  for (let i = 0; i < count; i++) squares += (samples[i] - mean) ** 2;
  return { mean, standardError: count < 2 ? 0 : Math.sqrt(squares / (count - 1) / count) };
}

/** Estimate of E[a - b] from samples paired on common random numbers. */
export const pairedDifference = (a: Float64Array, b: Float64Array): Estimate =>
  estimate(a.map((value, i) => value - b[i]));
