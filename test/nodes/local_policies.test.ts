import { drawIndex } from "../../src/game/draws";
import { type LocalForm, localRow } from "../../src/game/model";
import { LocalPolicies } from "../../src/nodes/local_policies";
import { toLocalPolicy } from "../../src/nodes/policy_source";
import type { LocalPolicy } from "../../src/ros/messages";
import { randomGame, randomLocalPolicy } from "../games";
import { madeMetadata, madePair } from "../policy/policies";

const sizes = { sG: 2, aG: 3, sL: 4, aL: 2 };
const game = randomGame(sizes, 1);
const FORMS: LocalForm[] = ["state", "command"];

const random = (form: LocalForm, seed = 1): Float32Array =>
  Float32Array.from(randomLocalPolicy(sizes, seed, form));
/** The same rows with all of it on the likelier action. */
const settled = (form: LocalForm): Float32Array =>
  random(form).map((p, i, rows) => (p > rows[i ^ 1] ? 1 : 0));

function message(sha256: string, localPolicy: Float32Array): LocalPolicy {
  const pair = { ...madePair(game, 3), localPolicy };
  return toLocalPolicy({ pair, sizes, sha256, metadata: madeMetadata(game, 3) });
}

test.each(FORMS.flatMap((form) => [random(form), settled(form)].map((rows) => ({ form, rows }))))(
  "robots act by π_l as it was learned, in the form $form",
  ({ rows }) => {
    const policies = new LocalPolicies(game);
    expect(policies.hear(message("1", rows))).toBeUndefined();
    const rule = policies.get("1")!;
    const seen = new Set<string>();
    for (let s = 0; s < sizes.sL; s++) {
      for (let global_state = 0; global_state < sizes.sG; global_state++) {
        for (let action = 0; action < sizes.aG; action++) {
          const row = localRow(game, rows, s, global_state, action);
          for (let u = 0.005; u < 1; u += 0.01) {
            const chosen = rule(s, { global_state, action }, u);
            expect(chosen).toBe(drawIndex(u, rows, row, sizes.aL));
            seen.add(`${row} ${chosen}`);
          }
        }
      }
    }
    expect(seen.size).toBeGreaterThanOrEqual(rows.length / sizes.aL);
  },
);

test("where each row has one action alone, a byte for each row travels and nothing else", () => {
  for (const form of FORMS) {
    const { actions, local_policy, global_actions } = message("1", settled(form));
    const rows = sizes.sL * sizes.sG * (form === "command" ? sizes.aG : 1);
    expect([actions.length, local_policy.length]).toEqual([rows, 0]);
    expect(global_actions).toBe(form === "command" ? sizes.aG : 0);
  }
  const { actions, local_policy } = message("1", random("state"));
  expect([actions.length, local_policy.length]).toEqual([0, 16]);
});

test("the two newest are kept, and hearing an old one again makes it new", () => {
  const policies = new LocalPolicies(game);
  const hear = (sha: string) => policies.hear(message(sha, random("state", Number(sha))));
  const known = () => ["1", "2", "3"].filter((sha) => policies.get(sha));
  hear("1");
  hear("2");
  expect(known()).toEqual(["1", "2"]);
  hear("1");
  hear("3");
  expect(known()).toEqual(["1", "3"]);
});

const rows = (row: number[]): Float32Array => Float32Array.from(Array(8).fill(row).flat());
const ones = message("1", settled("state")).actions;

test.each<[string, Partial<LocalPolicy>, RegExp]>([
  ["for another scenario", { scenario_sha256: "f".repeat(64) }, /ffffffff .*start every node/],
  ["of another shape", { local_states: 2, global_states: 4 }, /is not 4 x 2 rows, or 4 x 2 x 3/],
  ["for other commands", { global_actions: 2 }, /or 4 x 2 x 3 with the command, of 2 prob.*learn/],
  ["without the command's rows", { global_actions: 3 }, /is not 4 x 2 rows.*; learn/],
  ["too short", { local_policy: rows([1, 0]).slice(1) }, /is not 4 x 2 rows, .*learn/],
  ["with a negative entry", { local_policy: rows([1.5, -0.5]) }, /probabilities.*; learn/],
  ["whose rows do not sum to 1", { local_policy: rows([0.5, 0.4]) }, /probabilities.*; learn/],
  ["that is not a number", { local_policy: rows([NaN, 1]) }, /probabilities.*; learn/],
  ["with an unknown action", { local_policy: [], actions: ones.map(() => 2) }, /one action; learn/],
  ["with too few actions", { local_policy: [], actions: ones.slice(1) }, /one action; learn/],
  ["said in both ways", { actions: ones }, /one action; learn/],
  ["that says nothing", { local_policy: [] }, /one action; learn/],
])("a policy %s is refused with what to do, and the old one stays", (_name, change, words) => {
  const policies = new LocalPolicies(game);
  policies.hear(message("1", random("state")));
  expect(policies.hear({ ...message("2", random("state")), ...change })).toMatch(words);
  expect(policies.get("2")).toBeUndefined();
  expect(policies.get("1")).toBeDefined();
});
