/** Messages from the simulator's process to its parent, parsed from unknown. */
import { z } from "zod";
import { epochReport } from "../../sim/protocol";

const summarySchema = z.object({
  scenario: z.string(),
  fidelity: z.string(),
  robots: z.number(),
  epochs: z.number(),
  missedEpochs: z.number(),
  staleActions: z.number(),
  missingActions: z.number(),
  unreachedZones: z.number(),
  rewardPerEpoch: z.object({ mean: z.number().nullable(), standardError: z.number().nullable() }),
  samplesAsked: z.number(),
  samplesReceived: z.number(),
  /** Simulated seconds since the first command. */
  seconds: z.number(),
});

const reportSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("page"), url: z.string() }),
  epochReport,
  /** Somebody paused the world, or let it go on. */
  z.object({ type: z.literal("paused"), paused: z.boolean() }),
  z.object({ type: z.literal("summary"), summary: summarySchema }),
]);

export type RunSummary = z.infer<typeof summarySchema>;
export type SimulatorReport = z.infer<typeof reportSchema>;

/** A message as a report; undefined when it is something else. */
export function parseReport(message: unknown): SimulatorReport | undefined {
  const parsed = reportSchema.safeParse(message);
  return parsed.success ? parsed.data : undefined;
}
