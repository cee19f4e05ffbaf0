import { decodePolicy, encodePolicy } from "../../src/policy/policy_file";
import { messageOf } from "../games";
import { game, metadata, pair, points, pointsMetadata } from "./policy_files";

describe("arrays that no learner writes are refused although their checksum is right", () => {
  const said = (change: object, gameChange: object = {}): string => {
    const changed = { ...("vectors" in change ? points : pair), ...change };
    const about = "vectors" in changed ? pointsMetadata : metadata;
    const bytes = encodePolicy(changed, about, { ...game, ...gameChange });
    return messageOf(() => decodePolicy(bytes, "p"));
  };
  const put = <Numbers extends Float32Array | Float64Array | Uint8Array>(
    array: Numbers,
    at: number,
    value: number,
  ): Numbers => {
    const changed = array.slice() as Numbers;
    changed[at] = value;
    return changed;
  };

  test("of a table", () => {
    const { localPolicy, globalValues, globalPolicy } = pair;
    const one = localPolicy[1];
    expect(said({ localPolicy: put(localPolicy, 1, one + 0.01) })).toMatch(
      /row 0 of local_policy sums to 1\.0.*learn/,
    );
    expect(said({ localPolicy: put(localPolicy, 3, -0.5) })).toMatch(/row 1 .* holds -0\.5, not a/);
    expect(said({ globalValues: put(globalValues, 3, NaN) })).toMatch(/global_values\[3\] is NaN/);
    expect(said({ globalPolicy: put(globalPolicy, 5, 3) })).toMatch(
      /global_policy\[5\] is action 3.*only 3/,
    );
  });

  test("of vectors", () => {
    const { vectors } = points;
    expect(said({ vectors: put(vectors, 8, Infinity) })).toMatch(/vectors\[8\] is Infinity/);
    expect(said({ vectors, vectorAction: Uint16Array.of(0, 1, 3) })).toMatch(
      /vector_action\[2\] is action 3, of only 3/,
    );
  });

  test.each([
    ["of s_g that does not begin at the first", [1, 1, 1], 0],
    ["of s_g that descends", [0, 1, 0], 2],
    ["without any for the last s_g", [0, 0, 0], 2],
    ["without any for one in between, or beyond the last s_g", [0, 0, 2], 2],
  ])("of vectors %s", (_name, states, at) => {
    const said0 = said({ vectors: points.vectors, vectorState: Uint16Array.from(states) });
    const expected = `p: vector_state[${at}] is ${states[at]}; each of the 2 has vectors, in their order`;
    expect(said0).toBe(`${expected}; learn the policy again`);
  });

  test("of a game", () => {
    const { globalTransition, localReward, initialGlobal } = game;
    expect(said({}, { globalTransition: put(globalTransition, 4, 2) })).toMatch(
      /row 2 of global_transition sums to/,
    );
    expect(said({}, { localReward: put(localReward, 4, NaN) })).toMatch(/local_reward\[4\] is NaN/);
    expect(said({}, { initialGlobal: put(initialGlobal, 0, 1) })).toMatch(
      /row 0 of initial_global sums/,
    );
    expect(said({}, { localReward: put(localReward, 4, 0.125) })).toMatch(
      /^p: its game is not the one that scenario_sha256 names; learn the policy again$/,
    );
  });
});
