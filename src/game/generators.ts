/** Built-in generators: a shipped scenario may name one and its numbers instead of nested lists. */
import { z } from "zod";

/** Numbers of the `softmax_ring` generator; logits of transitions and terms of rewards. */
export const softmaxRingSchema = z.strictObject({
  kind: z.literal("softmax_ring"),
  base_logit: z.number(),
  lead_target_logit: z.number(),
  lead_stay_logit: z.number(),
  robot_stay_logit: z.number(),
  robot_move_logit: z.number(),
  robot_lead_logit: z.number(),
  global_reward: z.number(),
  together_reward: z.number(),
  apart_reward: z.number(),
  action_rewards: z.array(z.number()).length(3),
});

export interface GameArrays {
  readonly globalTransition: Float64Array;
  readonly localTransition: Float64Array;
  readonly globalReward: Float64Array;
  readonly localReward: Float64Array;
}

function softmax(logits: readonly number[]): number[] {
  const most = Math.max(...logits);
  const weights = logits.map((logit) => Math.exp(logit - most));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** Steps along the ring by local action: stay, up, down. */
const STEPS = [0, 1, -1];

/**
 * The authors' tabular task (repository emiletimothy/alternating-marl): zones on a ring, every
 * transition a softmax of logits.
 */
export function softmaxRing(ring: z.infer<typeof softmaxRingSchema>, zones: number): GameArrays {
  const range = [...Array(zones).keys()];
  const lawOf = (logitOf: (next: number) => number) => softmax(range.map(logitOf));
  const globalTransition = range.flatMap((sG) =>
    range.flatMap((aG) =>
      lawOf(
        (next) =>
          ring.base_logit +
          (next === aG ? ring.lead_target_logit : 0) +
          (next === sG ? ring.lead_stay_logit : 0),
      ),
    ),
  );
  const localTransition: number[] = [];
  const localReward: number[] = [];
  for (const sL of range) {
    for (const sG of range) {
      const apart = Math.min((sL - sG + zones) % zones, (sG - sL + zones) % zones);
      const together = sL === sG ? ring.together_reward : ring.apart_reward / (1 + apart);
      for (const [aL, reward] of ring.action_rewards.entries()) {
        const towards = (sL + STEPS[aL] + zones) % zones;
        const law = lawOf(
          (next) =>
            ring.base_logit +
            (next === sL ? ring.robot_stay_logit : 0) +
            (aL !== 0 && next === towards ? ring.robot_move_logit : 0) +
            (next === sG ? ring.robot_lead_logit : 0),
        );
        localTransition.push(...law);
        localReward.push(together + reward);
      }
    }
  }
  return {
    globalTransition: Float64Array.from(globalTransition),
    localTransition: Float64Array.from(localTransition),
    globalReward: new Float64Array(zones * zones).fill(ring.global_reward),
    localReward: Float64Array.from(localReward),
  };
}
