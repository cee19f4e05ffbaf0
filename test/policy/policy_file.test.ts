import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { sizesOf } from "../../src/game/model";
import { InvalidInputError } from "../../src/base/errors";
import {
  decodePolicy,
  decodeSteps,
  encodePolicy,
  type LoadedPolicy,
  loadPolicy,
  requireScenario,
  savePolicy,
} from "../../src/policy/policy_file";
import { messageOf, shipped } from "../games";
import { madeMetadata, madePair, tableOf } from "./policies";
import {
  command,
  FILES,
  first,
  game,
  headerOf,
  metadata,
  pair,
  points,
  pointsMetadata,
  shifts,
  withTable,
} from "./policy_files";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "policy-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe.each(FILES)("a file %s", (_name, bytes, itsPair, itsMetadata, itsGame) => {
  test("is read to the bit as it was written, whole", () => {
    const file = join(folder, "a.safetensors");
    savePolicy(file, bytes);
    const loaded = loadPolicy(file);
    expect(loaded.pair).toEqual(itsPair);
    expect(loaded.metadata).toEqual(itsMetadata);
    expect(loaded.sizes).toEqual(sizesOf(itsGame));
    expect(loaded.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(readdirSync(folder)).toEqual(["a.safetensors"]);
    requireScenario(loaded, itsGame);
  });

  test("has every array at a multiple of its elements' size", () => {
    const [header, dataAt] = headerOf(bytes);
    expect(dataAt % 8).toBe(0);
    const tensors = Object.entries(JSON.parse(header) as Record<string, never>).slice(1);
    for (const [, { dtype, data_offsets }] of tensors) {
      expect(data_offsets[0] % ({ F64: 8, F32: 4, U16: 2, U8: 1 }[dtype as string] ?? NaN)).toBe(0);
    }
  });

  test("is refused with any flipped bit", () => {
    const bit = fc.integer({ min: 0, max: 8 * bytes.length - 1 });
    const refused = (at: number): void => {
      const flipped = bytes.slice();
      flipped[at >> 3] ^= 1 << (at & 7);
      expect(() => decodePolicy(flipped, "p")).toThrow(InvalidInputError);
    };
    fc.assert(fc.property(bit, refused), { seed: 1, numRuns: 400 });
    for (let at = 0; at < 8 * 64; at++) refused(at);
  });
});

test.each([FILES[0], FILES[3]])(
  "a file %s, cut off at any byte or with one too many, is refused",
  (_name, bytes) => {
    for (let end = 0; end < bytes.length; end++) {
      expect(() => decodePolicy(bytes.subarray(0, end), "p")).toThrow(InvalidInputError);
    }
    expect(() => decodePolicy(new Uint8Array([...bytes, 0]), "p")).toThrow(/bytes instead of/);
  },
);

test("any other bytes are refused with a sentence", () => {
  expect(messageOf(() => decodePolicy(new Uint8Array(0), "p"))).toMatch(/^p is not.*0 bytes.*give/);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (other) => {
      expect(messageOf(() => decodePolicy(other, "p"))).toMatch(/^p is not a policy file.*; give/);
    }),
    { seed: 2 },
  );
});

function countedSteps(bytes: Uint8Array): [count: number, read: LoadedPolicy] {
  const steps = decodeSteps(bytes, "p");
  for (let count = 0; ; count++) {
    const step = steps.next();
    if (step.done) return [count, step.value];
  }
}

test("a large table is read in many short steps", () => {
  const large = madePair(game, 1500);
  const file = encodePolicy(large, madeMetadata(game, 1500), game);
  const [few] = countedSteps(withTable);
  const [many, read] = countedSteps(file);
  const { globalValues, globalPolicy } = tableOf(read);
  expect(globalValues.at(-1)).toBe(large.globalValues.at(-1));
  expect(Buffer.compare(globalPolicy, large.globalPolicy)).toBe(0);
  // A hash goes through 4 MiB at a time, a check through half a million values.
  const checked = globalValues.length + globalPolicy.length;
  expect(many - few).toBeGreaterThan(file.length / 2 ** 22 + checked / 2 ** 19);
});

test("what could not be read is not written", () => {
  const many = {
    ...points,
    vectors: new Float32Array(131_073 * sizesOf(game).sL),
    vectorState: new Uint16Array(131_073).fill(1, 1),
    vectorAction: new Uint16Array(131_073),
  };
  expect(messageOf(() => encodePolicy(many, pointsMetadata, game))).toMatch(
    /^the policy is not .* vectors is F32 \[131073,3\] .* instead of F32 \[131072,3\]/,
  );
  const globalStates = ["x".repeat(70_000), "y".repeat(70_000)];
  expect(messageOf(() => encodePolicy(pair, metadata, { ...game, globalStates }))).toMatch(
    /^the policy is not .* its header claims \d+ bytes and at most 65536 are read/,
  );
  const nowhere = { ...metadata, globalGap: NaN };
  expect(messageOf(() => encodePolicy(pair, nowhere, game))).toMatch(/global_gap: /);
  const short = { ...pair, globalValues: pair.globalValues.subarray(1) };
  expect(() => encodePolicy(short, metadata, game)).toThrow(RangeError);
});

test("a policy of another scenario is refused", () => {
  const policy = decodePolicy(withTable, "p");
  expect(messageOf(() => requireScenario(policy, shipped("ring_dispatch")))).toMatch(/2\/3\/3\/2/);
  const other = { ...game, sha256: "0".repeat(64) };
  expect(messageOf(() => requireScenario(policy, other))).toMatch(/learn it again with this/);
});

test("a file that cannot be written or read is told with its reason, and nothing is left", () => {
  const missing = join(folder, "none", "a.safetensors");
  expect(messageOf(() => savePolicy(missing, first))).toMatch(/ENOENT.*nothing was written/);
  expect(messageOf(() => loadPolicy(missing))).toMatch(/cannot be read.*npm run learn/);
  // The name is taken by a folder: renaming fails after the temporary file was written.
  expect(messageOf(() => savePolicy(folder, first))).toMatch(/cannot be written/);
  expect(readdirSync(folder)).toEqual([]);
});

test("the safetensors library of Python reads the files, and recomputes their checksums", () => {
  const files = FILES.map(([, bytes], i) => {
    const file = join(folder, `${i}.safetensors`);
    writeFileSync(file, bytes);
    return file;
  });
  const script = `
import hashlib, json, sys
from safetensors import safe_open
DTYPES = {"float64": "F64", "float32": "F32", "uint16": "U16", "uint8": "U8"}
compact = {"separators": (",", ":"), "ensure_ascii": False}
def read(file):
    with safe_open(file, "numpy") as f:
        meta = f.metadata()
        arrays = {name: f.get_tensor(name) for name in f.offset_keys()}
    checksum = meta.pop("checksum")
    digest = hashlib.sha256(json.dumps(meta, sort_keys=True, **compact).encode())
    for name, a in arrays.items():
        shape = json.dumps(list(a.shape), **compact)
        digest.update((name + DTYPES[str(a.dtype)] + shape).encode())
        digest.update(a.tobytes())
    return {"same": digest.hexdigest() == checksum, "meta": meta,
      "arrays": {name: a.ravel().tolist() for name, a in arrays.items()},
      "shapes": {name: list(a.shape) for name, a in arrays.items()}}
print(json.dumps([read(file) for file in sys.argv[1:]]))
`;
  const python = process.env.ALTERNATING_MARL_PYTHON ?? "python3";
  const run = spawnSync(python, ["-c", script, ...files], { encoding: "utf8" });
  expect(run.stderr).toBe("");
  const read = JSON.parse(run.stdout) as Record<"meta" | "arrays" | "shapes", object>[];
  expect(read).toMatchObject(FILES.map(() => ({ same: true })));
  const intervals = { population: "30", global_gap_interval: "[0,0.5]" };
  expect(read[0]).toMatchObject({
    meta: { scenario: game.name, table_size: "4", ...intervals },
    shapes: { global_values: [2, 15], local_policy: [3, 2, 2], global_policy: [2, 15] },
  });
  expect(read[0].arrays).toEqual(
    numbersOf({
      global_values: pair.globalValues,
      local_policy: pair.localPolicy,
      global_policy: pair.globalPolicy,
    }),
  );
  expect(read[4].meta).toEqual({
    ...{ format: "alternating_marl policy 2", kind: "points", local_form: "command" },
    ...{ timing: "current", horizon: "50", initial_alpha: "0.3", discount: "0.9", seed: "3" },
    global_states: JSON.stringify(shifts.globalStates),
    global_actions: '["c_0","c_1","c_2"]',
    local_states: '["s_0","s_1","s_2"]',
    local_actions: '["a_0","a_1"]',
    ...{ scenario: "random_1", scenario_sha256: shifts.sha256, package_version: "0.1.0" },
    ...{ backup: "points", backup_error: "3.1e-15", points: "200", stop: "accuracy" },
    ...{ lower_bound: "1.25", upper_bound: "1e+21", upper_bound_population: "1" },
    ...{ limit_upper_bound: "-1e-7", bounds_horizon: "50", horizon_lower: "0.1" },
    ...{ horizon_upper: "0.3", limit_horizon_upper: "0.2", bounds_error: "0.001" },
    ...{ global_gap: "0.25", local_gap: "0", local_gap_interval: "[0,1e-7]", ...intervals },
    ...{ global_gap_bound: "0.5", team_estimate: "3", team_bound: "3.5" },
  });
  expect(read[4].shapes).toEqual({
    ...{ global_transition: [2, 3, 2], local_transition: [3, 2, 2, 3] },
    ...{ global_reward: [2, 3], local_reward: [3, 2, 2], initial_global: [2] },
    ...{ local_policy: [3, 2, 3, 2], vectors: [3, 3], vector_state: [3], vector_action: [3] },
  });
  expect(read[4].arrays).toEqual(
    numbersOf({
      ...{ global_transition: shifts.globalTransition, local_transition: shifts.localTransition },
      ...{ global_reward: shifts.globalReward, local_reward: shifts.localReward },
      ...{ initial_global: shifts.initialGlobal, local_policy: command.localPolicy },
      ...{ vectors: command.vectors, vector_state: command.vectorState },
      vector_action: command.vectorAction,
    }),
  );
  expect(read[5]).toMatchObject({
    shapes: { initial_local: [2, 3] },
    arrays: { initial_local: [0.5, 0.5, 0, 0, 0.25, 0.75] },
  });
  expect(Object.keys(read[1].arrays)).toEqual([
    ...["global_transition", "local_transition", "global_reward", "local_reward"],
    ...["initial_global", "initial_local", "global_values", "local_policy", "global_policy"],
  ]);
});

const numbersOf = (arrays: Record<string, ArrayLike<number>>): Record<string, number[]> =>
  Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, Array.from(array)]));
