/** What a learned pair of policies carries beside its arrays; learning fills it, the file keeps it. */

/** How E[V(s_g', h')] was computed in G-LEARN: exactly, or by the paper's sampled operator. */
export type BackupKind = "exact" | "sampled";

/** A confidence interval (95 %), [low, high]. */
export type Interval = readonly [number, number];

export interface PolicyMetadata {
  /** The scenario's name. */
  readonly scenario: string;
  readonly scenarioSha256: string;
  /** k of the table. */
  readonly tableSize: number;
  /** The n it was learned for. */
  readonly population: number;
  readonly discount: number;
  readonly seed: number;
  readonly backup: BackupKind;
  /** Largest error of a backup on functions with a known answer, relative; 0 where not measured. */
  readonly backupError: number;
  /** Best-response gaps: discounted return that one player gains by deviating alone. */
  readonly globalGap: number;
  readonly localGap: number;
  readonly globalGapInterval: Interval;
  readonly localGapInterval: Interval;
  readonly packageVersion: string;
}
