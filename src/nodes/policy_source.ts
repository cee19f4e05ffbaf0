/** The policy that the global agent follows: from a file, or from the policy topic. */
import { readFile } from "node:fs/promises";
import type { Game } from "../game/model";
import { InvalidInputError } from "../base/errors";
import { inTurns, type Steps } from "../base/steps";
import { decodeSteps, type LoadedPolicy, loadPolicy } from "../policy/policy_file";
import { readPolicy, requireScenario } from "../policy/policy_file";
import type { LocalPolicy, Policy } from "../ros/messages";

/**
 * A policy file, checked for `game`.
 * @throws InvalidInputError that says what is wrong with it
 */
export const policyFromFile = (file: string, game: Game): LoadedPolicy =>
  requireScenario(loadPolicy(file), game);

/** The same while commands go on. */
export async function policyFromFileInTurns(file: string, game: Game): Promise<LoadedPolicy> {
  // What is wrong is said by the other way of reading it.
  const bytes = await readFile(file).catch(() => readPolicy(file));
  return requireScenario(await inTurns(decodeSteps(bytes, file)), game);
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
  return requireScenario(policy, game);
}

export function toLocalPolicy({ sha256, metadata, sizes, pair }: LoadedPolicy): LocalPolicy {
  const { sG, aG, sL, aL } = sizes;
  const actions = onlyActions(pair.localPolicy, aL);
  return {
    policy_sha256: sha256,
    scenario_sha256: metadata.scenarioSha256,
    local_states: sL,
    global_states: sG,
    local_actions: aL,
    global_actions: pair.localPolicy.length > sL * sG * aL ? aG : 0,
    local_policy: actions.length > 0 ? [] : pair.localPolicy,
    actions,
  };
}

/** The action of each row of π_l; none where a row has several. */
function onlyActions(localPolicy: Float32Array, aL: number): Uint8Array {
  const actions = new Uint8Array(localPolicy.length / aL);
  for (let i = 0; i < localPolicy.length; i++) {
    if (localPolicy[i] === 1) actions[Math.floor(i / aL)] = i % aL;
    else if (localPolicy[i] !== 0) return new Uint8Array();
  }
  return actions;
}
