/** The key `map` of a scenario file, as it is written. Metres. */
import { z } from "zod";
import { kindsSchema } from "./kinds";

const name = z.string().min(1);
const positive = z.number().positive();
const probability = z.number().gt(0).max(1).default(1);
const at = z.tuple([z.number(), z.number()]);
/** Names, of which `bay_*` is all that begin with `bay_`; a single one needs no brackets. */
const names = z.preprocess((one) => (typeof one === "string" ? [one] : one), z.array(name).min(1));

export const mapSchema = z.strictObject({
  /** Of robots; each has local states of its own, `<kind>/<zone>`. */
  kinds: kindsSchema.optional(),
  /** Of each zone that says nothing else, m. */
  radius: positive.default(1.6),
  /** Row by row, `spacing` m apart, from (0, 0) to the east and to the south; ~ leaves a gap. */
  rows: z
    .strictObject({
      spacing: positive,
      zones: z.array(z.array(name.nullable())),
      /** Groups within which neighbours have no lanes. */
      apart: z.array(names).default([]),
    })
    .optional(),
  /** About (0, 0), the first on the x axis, then to its left. */
  ring: z.strictObject({ radius: positive, zones: z.array(name) }).optional(),
  zones: z.array(z.strictObject({ name, at, radius: positive.optional() })).default([]),
  /** From each of a list of zones to the next by the first action, and back by the second, if any. */
  lanes: z
    .array(
      z.strictObject({
        along: names,
        actions: z.array(name).min(1).max(2),
        probability,
      }),
    )
    .default([]),
  /** A robot at work is held: its job ends at an epoch's start with probability `end`. */
  jobs: z
    .array(z.strictObject({ zones: names, kinds: names.optional(), end: probability }))
    .default([]),
  /** By default the zones. A place with a point of its own serves the zone that has its name. */
  places: z
    .array(
      z.preprocess(
        (one) => (typeof one === "string" ? { name: one } : one),
        z.strictObject({ name, at: at.optional(), serves: names.optional() }),
      ),
    )
    .min(1)
    .optional(),
  /** r_l is the sum of all that fit the robot's kind, its zone and the lead's place. */
  rewards: z
    .array(
      z.strictObject({
        ...{ kinds: names.optional(), zones: names.optional(), lead: names.optional() },
        reward: z.number(),
      }),
    )
    .default([]),
  /** Part of r_l where a robot's action is a lane. */
  move_reward: z.number().default(0),
  /** r_g is the sum of all that fit the lead's place. */
  lead_rewards: z.array(z.strictObject({ lead: names, reward: z.number() })).default([]),
});

export type MapFile = z.infer<typeof mapSchema>;
export type LaneFile = MapFile["lanes"][number];
export type PlaceFile = NonNullable<MapFile["places"]>[number];
