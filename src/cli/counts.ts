/** Samples of transitions, and a scenario's arrays estimated from them. Pure. */
import { type Game, sizesOf } from "../game/model";
import { nest } from "../game/scenario";
import { sumOf } from "../game/statistics";

/** Samples of each transition, [sG][aG][sG'] and [sL][sG][aL][sL']. */
export class Counts {
  readonly globalCounts: Float64Array;
  readonly localCounts: Float64Array;

  constructor(protected readonly game: Game) {
    this.globalCounts = new Float64Array(game.globalTransition.length);
    this.localCounts = new Float64Array(game.localTransition.length);
  }

  /** Transitions of robots. */
  get samples(): number {
    return sumOf(this.localCounts);
  }

  countGlobal(from: number, action: number, to: number): void {
    const { sG, aG } = sizesOf(this.game);
    this.globalCounts[(from * aG + action) * sG + to]++;
  }

  /** @param globalState s_g at the decision */
  countLocal(from: number, globalState: number, action: number, to: number): void {
    const { sG, sL, aL } = sizesOf(this.game);
    this.localCounts[((from * sG + globalState) * aL + action) * sL + to]++;
  }
}

/** Total variation (half the L1 distance) of two rows of probabilities, in [0, 1]. */
export const rowDistance = (a: readonly number[], b: readonly number[]): number =>
  sumOf(a.map((p, i) => Math.abs(p - b[i]) / 2));

/**
 * Expected total variation of a measured row from the true one by chance: half the sum of the cells'
 * standard errors, and at least that of one sample.
 */
export function rowError(counts: readonly number[]): number {
  const samples = Math.max(1, sumOf(counts));
  const errors = counts.map((count) => {
    const p = count / samples;
    return Math.sqrt((p * (1 - p)) / samples) / 2;
  });
  return Math.max(sumOf(errors), 1 / samples);
}

/** A row of a scenario's array against the world's. */
export interface ComparedRow {
  /** As a person reads it. */
  readonly row: string;
  /** Total variation of what was measured from the scenario's row. */
  readonly distance: number;
  readonly samples: number;
  readonly samplingError: number;
  /** Probabilities of the same cells; without samples and prior the scenario's are kept. */
  readonly given: readonly number[];
  readonly measured: readonly number[];
}

export interface ComparedArray {
  readonly largestDistance: number;
  readonly meanDistance: number;
  readonly rows: readonly ComparedRow[];
}

export interface WorldDistance {
  readonly global: ComparedArray;
  readonly local: ComparedArray;
}

/**
 * How far a scenario's arrays are from what was measured.
 * @param prior samples as which each of the scenario's rows counts besides (the mean of a Dirichlet law)
 */
export function compareArrays(game: Game, measurement: Counts, prior = 0): WorldDistance {
  const { globalStates, globalActions, localStates, localActions } = game;
  const compare = (key: "global" | "local", names: string[]): ComparedArray => {
    const array = game[`${key}Transition`];
    const shape = [names.length, array.length / names.length];
    const flat = [array, measurement[`${key}Counts`]];
    const [given, counts] = flat.map((one) => nest(one, shape) as number[][]);
    const rows = names.map((row, i) => {
      const samples = sumOf(counts[i]);
      const all = samples + prior;
      const smoothed = counts[i].map((count, s) => (count + prior * given[i][s]) / all);
      const measured = samples > 0 ? smoothed : given[i];
      const distance = rowDistance(given[i], measured);
      const samplingError = rowError(counts[i]);
      return { row, distance, samples, samplingError, given: given[i], measured };
    });
    const distances = rows.map(({ distance }) => distance);
    const meanDistance = sumOf(distances) / distances.length;
    return { largestDistance: Math.max(...distances), meanDistance, rows };
  };
  const globalNames = globalStates.flatMap((s) => globalActions.map((a) => `${s}, ${a}`));
  const localNames = localStates.flatMap((s) =>
    globalStates.flatMap((g) => localActions.map((a) => `${s}, lead ${g}, ${a}`)),
  );
  return { global: compare("global", globalNames), local: compare("local", localNames) };
}

/** Decimals of a measured probability. */
const DECIMALS = 5;

/** A row in whole units that still sums to 1: the largest entry takes the rounding error. */
export function rounded(row: readonly number[]): number[] {
  const unit = 10 ** DECIMALS;
  const units = row.map((p) => Math.round(p * unit));
  units[units.indexOf(Math.max(...units))] += unit - sumOf(units);
  return units.map((p) => p / unit);
}

/** The game with what was measured in place of its transitions, as it is written to a file. */
export function withMeasured(game: Game, { global, local }: WorldDistance): Game {
  const flat = ({ rows }: ComparedArray): Float64Array =>
    Float64Array.from(rows.flatMap(({ measured }) => rounded(measured)));
  return { ...game, globalTransition: flat(global), localTransition: flat(local) };
}

/**
 * Epochs like those counted until the sampling error of each row that was seen is `error`: it falls with
 * the root of the samples, and is that of one sample at least. A row never seen is not promised.
 */
export function epochsUntil(error: number, { global, local }: WorldDistance) {
  const epochs = sumOf(global.rows.map(({ samples }) => samples));
  const seen = [...global.rows, ...local.rows].filter(({ samples }) => samples > 0);
  const needs = seen.map(({ samples, samplingError }) => {
    const byRoot = samplingError * samples > 1 ? samples * (samplingError / error) ** 2 : 0;
    return Math.ceil((epochs * Math.max(0, byRoot - samples, 1 / error - samples)) / samples);
  });
  const moreEpochs = Math.max(...needs);
  return { epochs, moreEpochs, slowestRow: seen[needs.indexOf(moreEpochs)].row };
}
