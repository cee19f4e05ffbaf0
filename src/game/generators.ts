/** Built-in generators: a shipped scenario may name one and its numbers instead of nested lists. */

/** Numbers of the `softmax_ring` generator; logits of transitions and terms of rewards. */
export interface SoftmaxRing {
  readonly zones: number;
  readonly baseLogit: number;
  readonly leadTargetLogit: number;
  readonly leadStayLogit: number;
  readonly robotStayLogit: number;
  readonly robotMoveLogit: number;
  readonly robotLeadLogit: number;
  readonly globalReward: number;
  readonly togetherReward: number;
  readonly apartReward: number;
  readonly actionRewards: readonly number[];
}

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

/**
 * The authors' tabular task (repository emiletimothy/alternating-marl): zones on a ring, actions
 * 0 stay, 1 up, 2 down, every transition a softmax of logits.
 */
export function softmaxRing(ring: SoftmaxRing): GameArrays {
  const { zones } = ring;
  const actions = ring.actionRewards.length;
  const steps = [0, 1, -1];
  const range = [...Array(zones).keys()];
  const globalTransition: number[] = [];
  const localTransition: number[] = [];
  const localReward: number[] = [];
  for (const sG of range) {
    for (const aG of range) {
      const logits = range.map(
        (next) =>
          ring.baseLogit +
          (next === aG ? ring.leadTargetLogit : 0) +
          (next === sG ? ring.leadStayLogit : 0),
      );
      globalTransition.push(...softmax(logits));
    }
  }
  for (const sL of range) {
    for (const sG of range) {
      const apart = Math.min((sL - sG + zones) % zones, (sG - sL + zones) % zones);
      const together = sL === sG ? ring.togetherReward : ring.apartReward / (1 + apart);
      for (let aL = 0; aL < actions; aL++) {
        const towards = (sL + steps[aL] + zones) % zones;
        const logits = range.map(
          (next) =>
            ring.baseLogit +
            (next === sL ? ring.robotStayLogit : 0) +
            (aL !== 0 && next === towards ? ring.robotMoveLogit : 0) +
            (next === sG ? ring.robotLeadLogit : 0),
        );
        localTransition.push(...softmax(logits));
        localReward.push(together + ring.actionRewards[aL]);
      }
    }
  }
  return {
    globalTransition: Float64Array.from(globalTransition),
    localTransition: Float64Array.from(localTransition),
    globalReward: new Float64Array(zones * zones).fill(ring.globalReward),
    localReward: Float64Array.from(localReward),
  };
}
