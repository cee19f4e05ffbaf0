/** Rows of several learning seeds as means with intervals. */
import { estimate } from "../../src/game/statistics";
import { type Curve, shown } from "./figure";
import type { Row } from "./store";

/** Two-sided 95 % quantiles of Student's t, by degrees of freedom from 1 on; then the normal law's, about. */
const T95 = [12.71, 4.3, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26];
const t95 = (freedom: number): number => T95[freedom - 1] ?? 1.96 + 2.7 / freedom;

export interface Mean {
  readonly mean: number;
  /** Half of the 95 % interval. */
  readonly half: number;
}

export function meanOf(values: readonly number[]): Mean {
  const { mean, standardError } = estimate(values);
  return { mean, half: values.length > 1 ? t95(values.length - 1) * standardError : 0 };
}

/** "111.5 ± 0.2": two digits of the interval. */
export function inWords({ mean, half }: Mean): string {
  if (!(half > 1e-9 * Math.abs(mean))) return shown(mean);
  const places = Math.min(4, Math.max(0, 1 - Math.floor(Math.log10(half))));
  const digits = { minimumFractionDigits: places, maximumFractionDigits: places };
  return [mean, half].map((value) => value.toLocaleString("en-US", digits)).join(" ± ");
}

export type Wanted = Partial<Pick<Row, "study" | "scenario" | "line" | "x" | "measure">>;

export class Summary {
  constructor(readonly rows: readonly Row[]) {}

  /** Those rows that agree with all that is given. */
  of(wanted: Wanted): Summary {
    const keys = Object.keys(wanted) as (keyof Wanted)[];
    return new Summary(this.rows.filter((row) => keys.every((key) => row[key] === wanted[key])));
  }

  /** Different values, in the order of the rows. */
  every<K extends keyof Row>(key: K): Row[K][] {
    return [...new Set(this.rows.map((row) => row[key]))];
  }

  /** Of the rows of each combination of values. */
  each<T>(keys: readonly (keyof Wanted)[], make: (own: Summary) => T): T[] {
    const [key, ...others] = keys;
    if (key === undefined) return [make(this)];
    return this.every(key).flatMap((value) => this.of({ [key]: value }).each(others, make));
  }

  get xs(): number[] {
    return this.every("x").sort((a, b) => a - b);
  }

  /** Over seeds. */
  get mean(): Mean {
    return meanOf(this.rows.map(({ value }) => value));
  }

  /** By seed, of this minus the other. */
  minus(other: Summary): Mean {
    const others = new Map(other.rows.map(({ seed, value }) => [seed, value]));
    return meanOf(this.rows.map(({ seed, value }) => value - (others.get(seed) ?? NaN)));
  }

  /** One for each line. @param scale what is drawn of a mean */
  curves(scale = (y: number): number => y): Curve[] {
    return this.each(["line"], (own) => ({
      name: own.rows[0].line,
      points: own.xs.map((x) => {
        const { mean, half } = own.of({ x }).mean;
        return { x, y: scale(mean), half };
      }),
    }));
  }
}

/** The least squares fit of a - b / √k to a line, by seed; the rest is by how much it misses a mean at most. */
export function rootFit(line: Summary) {
  const fits = line.every("seed").map((seed) => {
    const own = line.rows.filter((row) => row.seed === seed);
    const roots = own.map(({ x }) => 1 / Math.sqrt(x));
    const [root, value] = [meanOf(roots).mean, meanOf(own.map((row) => row.value)).mean];
    const both = own.reduce((sum, row, i) => sum + (roots[i] - root) * (row.value - value), 0);
    const b = -both / roots.reduce((sum, one) => sum + (one - root) ** 2, 0);
    return { a: value + b * root, b };
  });
  const [a, b] = [meanOf(fits.map((fit) => fit.a)), meanOf(fits.map((fit) => fit.b))];
  const missed = line.xs.map((x) => line.of({ x }).mean.mean - (a.mean - b.mean / Math.sqrt(x)));
  return { a, b, rest: Math.max(...missed.map(Math.abs)) };
}

export const isBelow = ({ mean, half }: Mean): boolean => mean < -half;
