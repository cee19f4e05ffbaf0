/** The policy that the global agent follows: from a file, or from the policy topic. */
import { readFile } from "node:fs/promises";
import type { Game } from "../game/model";
import { InvalidInputError } from "../base/errors";
import { inTurns, type Steps } from "../base/steps";
import {
  decodeSteps,
  type LoadedPolicy,
  loadPolicy,
  requireScenario,
  unreadable,
} from "../policy/policy_file";
import type { LocalPolicy, Policy } from "../ros/messages";

/**
 * A policy file, checked for `game`.
 * @throws InvalidInputError that says what is wrong with it
 */
export function policyFromFile(file: string, game: Game): LoadedPolicy {
  const policy = loadPolicy(file);
  requireScenario(policy, game);
  return policy;
}

/** The same while commands go on. */
export async function policyFromFileInTurns(file: string, game: Game): Promise<LoadedPolicy> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw unreadable(file, error);
  });
  const policy = await inTurns(decodeSteps(bytes, file));
  requireScenario(policy, game);
  return policy;
}

/**
 * A policy heard on the topic, checked for `game`.
 * @throws InvalidInputError that says what is wrong with it
 */
export function* policyFromMessage(message: Policy, game: Game): Steps<LoadedPolicy> {
  const policy = yield* decodeSteps(message.data, "the policy topic");
  if (policy.sha256 !== message.policy_sha256) {
    throw new InvalidInputError(
      `the policy topic: the bytes have the hash ${policy.sha256.slice(0, 8)} and the message says ${message.policy_sha256.slice(0, 8)}; publish the file's own hash`,
    );
  }
  requireScenario(policy, game);
  return policy;
}

export function toLocalPolicy(policy: LoadedPolicy): LocalPolicy {
  return {
    policy_sha256: policy.sha256,
    scenario_sha256: policy.metadata.scenarioSha256,
    local_states: policy.sizes.sL,
    global_states: policy.sizes.sG,
    local_actions: policy.sizes.aL,
    local_policy: policy.pair.localPolicy,
  };
}
