/**
 * What the page says to the simulator's server: commands, each answered under its `id`. JSON objects
 * told apart by `do`.
 *
 * Runs in Node.js and in the browser.
 */
import * as z from "zod/mini";
import { count, parsed } from "./checked_values";
import { FAULTS, MODES, ROBOTS_LIMIT } from "./protocol";

/** Faults to set; "none" repairs. */
export const FAULT_CHOICES = ["none", ...FAULTS] as const;
export type FaultChoice = (typeof FAULT_CHOICES)[number];

/** Speeds that can be asked for, simulated seconds a second. */
export const SPEEDS = { slowest: 0.01, fastest: 1000 } as const;

const robots = count.check(z.maximum(ROBOTS_LIMIT));

const command = z.discriminatedUnion("do", [
  z.object({ do: z.enum(["pause", "resume", "step", "stop", "release"]) }),
  /** Simulated seconds a second. */
  z.object({
    do: z.literal("speed"),
    factor: z.number().check(z.minimum(SPEEDS.slowest), z.maximum(SPEEDS.fastest)),
  }),
  /** The robots placed anew by this seed, the statistics from zero. */
  z.object({ do: z.literal("reset"), seed: count.check(z.maximum(2 ** 31 - 1)) }),
  /** k of the next epochs. */
  z.object({ do: z.literal("sampleSize"), size: robots }),
  /** n from the next epoch on. */
  z.object({ do: z.literal("population"), robots }),
  z.object({ do: z.literal("observation"), mode: z.enum(MODES) }),
  z.object({ do: z.literal("fault"), robot: count, fault: z.enum(FAULT_CHOICES) }),
]);
export type PageCommand = z.infer<typeof command>;

const pageMessage = z.object({ type: z.literal("command"), id: count, command });
export type PageMessage = z.infer<typeof pageMessage>;

export const parsePageMessage = (text: string): PageMessage => parsed(pageMessage, text);
