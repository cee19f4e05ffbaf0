import { sizesOf } from "../../src/game/model";
import { LocalPolicies } from "../../src/nodes/local_policies";
import type { LocalPolicy } from "../../src/ros/messages";
import { randomGame, randomLocalPolicy } from "../games";

const game = randomGame({ sG: 2, aG: 2, sL: 3, aL: 2 }, 1);

function message(sha: string, change: Partial<LocalPolicy> = {}): LocalPolicy {
  return {
    policy_sha256: sha,
    scenario_sha256: game.sha256,
    local_states: 3,
    global_states: 2,
    local_actions: 2,
    local_policy: Float32Array.from(randomLocalPolicy(sizesOf(game), Number(sha))),
    ...change,
  };
}

test("a policy heard is given by its hash alone", () => {
  const policies = new LocalPolicies(game);
  expect(policies.hear(message("1"))).toBeUndefined();
  expect(Array.from(policies.get("1")!)).toEqual(Array.from(message("1").local_policy));
  expect(policies.get("2")).toBeUndefined();
});

test("the two newest are kept, and hearing an old one again makes it new", () => {
  const policies = new LocalPolicies(game);
  const known = () => ["1", "2", "3"].filter((sha) => policies.get(sha));
  policies.hear(message("1"));
  policies.hear(message("2"));
  expect(known()).toEqual(["1", "2"]);
  policies.hear(message("1"));
  policies.hear(message("3"));
  expect(known()).toEqual(["1", "3"]);
});

const rows = (row: number[]): Float32Array => Float32Array.from(Array(6).fill(row).flat());

test.each<[string, Partial<LocalPolicy>, RegExp]>([
  ["for another scenario", { scenario_sha256: "f".repeat(64) }, /ffffffff .*start every node/],
  ["of another shape", { local_states: 2, global_states: 3 }, /is not 3 x 2 rows of 2/],
  ["too short", { local_policy: rows([1, 0]).slice(1) }, /is not 3 x 2 rows .*learn/],
  ["with a negative entry", { local_policy: rows([1.5, -0.5]) }, /probabilities; learn/],
  ["whose rows do not sum to 1", { local_policy: rows([0.5, 0.4]) }, /probabilities; learn/],
  ["that is not a number", { local_policy: rows([NaN, 1]) }, /probabilities; learn/],
])("a policy %s is refused with what to do, and the old one stays", (_name, change, words) => {
  const policies = new LocalPolicies(game);
  policies.hear(message("1"));
  expect(policies.hear(message("2", change))).toMatch(words);
  expect(policies.get("2")).toBeUndefined();
  expect(policies.get("1")).toBeDefined();
});
