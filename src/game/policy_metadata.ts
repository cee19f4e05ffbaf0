/** What a learned pair of policies carries beside its arrays (config/policy.schema.yaml). */
import type { FromSchema } from "json-schema-to-ts";
import type { POLICY } from "./generated/policy";

/** Learning fills it. */
export type PolicyMetadata = Readonly<FromSchema<(typeof POLICY)["metadata"]>>;
export type BackupKind = PolicyMetadata["backup"];
/** A confidence interval (95 %), [low, high]. */
export type Interval = NonNullable<PolicyMetadata["globalGapInterval"]>;
export type ReturnBounds = NonNullable<PolicyMetadata["bounds"]>;
export type PointsUsed = Readonly<NonNullable<PolicyMetadata["pointsUsed"]>>;
