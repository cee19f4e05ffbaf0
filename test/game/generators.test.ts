import { softmaxRing } from "../../src/game/generators";

const flat = {
  kind: "softmax_ring" as const,
  base_logit: 0,
  lead_target_logit: 0,
  lead_stay_logit: 0,
  robot_stay_logit: 0,
  robot_move_logit: 0,
  robot_lead_logit: 0,
  global_reward: 2,
  together_reward: 5,
  apart_reward: 4,
  action_rewards: [0, -1, -2],
};

test("without logits every zone is alike", () => {
  const { globalTransition, localTransition } = softmaxRing(flat, 4);
  expect([globalTransition.length, localTransition.length]).toEqual([64, 192]);
  for (const p of [...globalTransition, ...localTransition]) expect(p).toBeCloseTo(1 / 4, 12);
});

test("logits weigh where the lead is sent and where a robot goes", () => {
  const { globalTransition, localTransition } = softmaxRing(
    { ...flat, lead_target_logit: Math.log(3), robot_move_logit: Math.log(2) },
    3,
  );
  // s_g = 0, a_g = 2: weights 1, 1, 3.
  const sent = [...globalTransition.subarray(6, 9)];
  [0.2, 0.2, 0.6].forEach((p, i) => expect(sent[i]).toBeCloseTo(p, 12));
  // s_l = 2, s_g = 0, up: weights 2, 1, 1, as the ring closes.
  const up = [...localTransition.subarray(57, 60)];
  [0.5, 0.25, 0.25].forEach((p, i) => expect(up[i]).toBeCloseTo(p, 12));
});

test("rewards fall with the distance on the ring and with the action's cost", () => {
  const { globalReward, localReward } = softmaxRing(flat, 4);
  expect(new Set(globalReward)).toEqual(new Set([2]));
  // s_l = 0 at the lead, then one, two and one zones away: 4 / (1 + distance).
  const wanted = [5, 4, 3, 2, 1, 0, 4 / 3, 1 / 3, -2 / 3, 2, 1, 0];
  wanted.forEach((reward, i) => expect(localReward[i]).toBeCloseTo(reward, 12));
});
