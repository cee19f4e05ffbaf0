/**
 * What a learned pair of policies carries beside its arrays. Learning fills it; the policy file keeps each
 * value as text, which these schemas read.
 */
import { z } from "zod";
import { attempt } from "../base/errors";

/** Text that is JSON of a value. */
export const json = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .string()
    .transform((text): unknown => attempt(() => JSON.parse(text) as unknown) ?? text)
    .pipe(schema);
const number = json(z.number());
export const positive = json(z.int().positive());
/** A confidence interval (95 %), [low, high]. */
const interval = json(z.tuple([z.number(), z.number()]).readonly());
export const hash = z.string().regex(/^[0-9a-f]{64}$/, "is not a SHA-256");

/**
 * Discounted return from the scenario's start, all robots seen, against the π_l of the pair. Every n: of
 * several kinds, each n of which each kind's share is whole, and in the limit of many robots.
 */
const returnBounds = z.strictObject({
  /** What the pair earns at least, for every n. */
  lower: number,
  /** What no global agent exceeds, for every n >= `upperPopulation`; and in the limit of many robots. */
  upper: number,
  upperPopulation: positive,
  limitUpper: number,
  /** The same over `horizon` epochs, not for ever. */
  horizon: positive,
  ...{ horizonLower: number, horizonUpper: number, limitHorizonUpper: number },
  /** Largest standard error of these, which are means over drawn starts. */
  error: number,
});

const pointsUsed = z.strictObject({
  points: positive,
  stop: z.enum(["accuracy", "points", "time"]),
});

export const metadataSchema = z.object({
  scenario: z.string().min(1),
  scenarioSha256: hash,
  /** k of the table; undefined: there is none. */
  tableSize: positive.optional(),
  /** The n it was learned for. */
  population: positive,
  discount: number,
  seed: json(z.int()),
  /**
   * How E[V(s_g', h')] was computed in G-LEARN: exactly, by the paper's sampled operator, or in the limit
   * of many robots, at points.
   */
  backup: z.enum(["exact", "sampled", "points"]),
  /** Largest error of a backup on functions with a known answer, relative; 0 where not measured. */
  backupError: number,
  /** Best-response gaps: discounted return that one player gains by deviating alone. */
  ...{ globalGap: number.optional(), localGap: number.optional() },
  ...{ globalGapInterval: interval.optional(), localGapInterval: interval.optional() },
  /** With backups at points. */
  pointsUsed: pointsUsed.optional(),
  bounds: returnBounds.optional(),
  /** What a global agent that sees all robots gains at most (95 %) against this π_l, with `population`. */
  globalGapBound: number.optional(),
  /**
   * What a_g and one local rule that are chosen together earn at least, and what no pair exceeds, for ever and
   * for every n as in the bounds, all robots seen; the larger of their standard errors.
   */
  ...{ teamEstimate: number.optional(), teamBound: number.optional() },
  teamError: number.optional(),
  packageVersion: z.string().min(1),
});

export type PolicyMetadata = Readonly<z.infer<typeof metadataSchema>>;
export type BackupKind = PolicyMetadata["backup"];
export type Interval = Readonly<z.infer<typeof interval>>;
export type ReturnBounds = Readonly<z.infer<typeof returnBounds>>;
export type PointsUsed = Readonly<z.infer<typeof pointsUsed>>;
