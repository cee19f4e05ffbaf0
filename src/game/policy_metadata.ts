/** What a learned pair of policies carries beside its arrays; learning fills it, the file keeps it. */

/**
 * How E[V(s_g', h')] was computed in G-LEARN: exactly, by the paper's sampled operator, or in the limit
 * of many robots, at points.
 */
export type BackupKind = "exact" | "sampled" | "points";

/** Discounted return from the scenario's start, all robots seen, against the π_l of the pair. */
export interface ReturnBounds {
  /** What the pair earns at least, for every n. */
  readonly lower: number;
  /** What no global agent exceeds, for n >= `upperPopulation`; and in the limit of many robots. */
  readonly upper: number;
  readonly upperPopulation: number;
  readonly limitUpper: number;
  /** The same over `horizon` epochs, not for ever. */
  readonly horizon: number;
  readonly horizonLower: number;
  readonly horizonUpper: number;
  readonly limitHorizonUpper: number;
  /** Largest standard error of these, which are means over drawn starts. */
  readonly error?: number;
}

/** How the backups at points ended. */
export interface PointsUsed {
  readonly points: number;
  readonly stop: "accuracy" | "points" | "time";
}

/** A confidence interval (95 %), [low, high]. */
export type Interval = readonly [number, number];

export interface PolicyMetadata {
  /** The scenario's name. */
  readonly scenario: string;
  readonly scenarioSha256: string;
  /** k of the table; undefined: there is none. */
  readonly tableSize?: number;
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
  /** With backups at points. */
  readonly pointsUsed?: PointsUsed;
  readonly bounds?: ReturnBounds;
  /** What a global agent that sees all robots gains at most against this π_l, for every n. */
  readonly globalGapBound?: number;
  /** What both players earn by one rule chosen together, and what none exceeds, all robots seen. */
  readonly teamEstimate?: number;
  readonly teamBound?: number;
  readonly packageVersion: string;
}
