import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { histogramCount } from "../../src/game/histogram";
import { sizesOf } from "../../src/game/model";
import { InvalidInputError } from "../../src/base/errors";
import {
  decodePolicy,
  decodeSteps,
  encodePolicy,
  loadPolicy,
  requireScenario,
  savePolicy,
} from "../../src/policy/policy_file";
import { largestTableSize } from "../../src/learning/size";
import { mostPolicyBytes } from "../../src/policy/policy_header";
import { messageOf, randomGame, shipped } from "../games";
import { madeMetadata, madePair, tableOf } from "./policies";

const game = randomGame({ sG: 2, aG: 3, sL: 3, aL: 2 }, 1);
const pair = madePair(game, 4);
const metadata = madeMetadata(game, 4);
const bytes = encodePolicy(pair, metadata, sizesOf(game));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "policy-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The file with its header's text changed, lengths kept right. */
function withHeader(change: (header: string) => string): Uint8Array {
  const length = Number(Buffer.from(bytes).readBigUInt64LE(0));
  const text = Buffer.from(bytes.subarray(8, 8 + length))
    .toString()
    .trimEnd();
  const header = Buffer.from(change(text));
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(header.length));
  return new Uint8Array(Buffer.concat([prefix, header, bytes.subarray(8 + length)]));
}

test("what is written is read, to the bit, from a file written whole", () => {
  const file = join(folder, "a.safetensors");
  savePolicy(file, bytes);
  const loaded = loadPolicy(file);
  expect(loaded.pair).toEqual(pair);
  expect(loaded.metadata).toEqual(metadata);
  expect(loaded.sizes).toEqual(sizesOf(game));
  expect(loaded.sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(readdirSync(folder)).toEqual(["a.safetensors"]);
  requireScenario(loaded, game);
});

test("the header's length is a multiple of 8, so that the arrays are aligned", () => {
  expect(Buffer.from(bytes).readBigUInt64LE(0) % 8n).toBe(0n);
});

test("a file cut off at any byte, or with one too many, is refused", () => {
  for (let end = 0; end < bytes.length; end++) {
    expect(() => decodePolicy(bytes.subarray(0, end), "p")).toThrow(InvalidInputError);
  }
  expect(messageOf(() => decodePolicy(new Uint8Array(0), "p"))).toMatch(/^p is not.*0 bytes.*give/);
  expect(() => decodePolicy(new Uint8Array([...bytes, 0]), "p")).toThrow(/bytes instead of/);
});

test("any flipped bit is refused", () => {
  const bit = fc.integer({ min: 0, max: 8 * bytes.length - 1 });
  const refused = (at: number): void => {
    const flipped = bytes.slice();
    flipped[at >> 3] ^= 1 << (at & 7);
    expect(() => decodePolicy(flipped, "p")).toThrow(InvalidInputError);
  };
  fc.assert(fc.property(bit, refused), { seed: 1, numRuns: 1000 });
  for (let at = 0; at < 8 * 64; at++) refused(at);
});

test("any other bytes are refused with a sentence", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (other) => {
      expect(messageOf(() => decodePolicy(other, "p"))).toMatch(/^p is not a policy file.*; give/);
    }),
    { seed: 2 },
  );
});

test.each([
  [
    "a huge header",
    () => new Uint8Array(Buffer.from("ffffffffffffff7f00", "hex")),
    /header claims/,
  ],
  [
    "a key twice",
    () => withHeader((header) => header.replace("{", '{"local_policy":{"dtype":"F32"},')),
    /its header has the key local_policy twice/,
  ],
  ["a header of text", () => withHeader(() => "hello wo"), /header is not JSON/],
  ["another dtype", () => withHeader((h) => h.replace('"F32"', '"F64"')), /global_values\.dtype/],
  ["a wrong offset", () => withHeader((h) => h.replace('s":[0,', 's":[4,')), /lies at bytes 4/],
  ["a wrong shape", () => withHeader((h) => h.replace("[2,15]", "[15,2]")), /histograms/],
  ["a tensor too many", () => withHeader((h) => h.replace('"__meta', '"x":{},"__meta')), /x/],
  ["a missing key", () => withHeader((h) => h.replace('"seed":"3",', "")), /seed/],
  ["another seed", () => withHeader((h) => h.replace('"seed":"3"', '"seed":"4"')), /checksum/],
  ["another table size", () => withHeader((h) => h.replace('size":"4"', 'size":"5"')), /makes 21/],
  [
    "a huge table size",
    () => withHeader((h) => h.replace('size":"4"', 'size":"1e9"')),
    /table_size/,
  ],
])("%s is refused with what is wrong", (_name, make, message) => {
  const said = messageOf(() => decodePolicy(make(), "p"));
  expect(said).toMatch(message);
});

test("a large table is read in many short steps", () => {
  const large = madePair(game, 1500);
  const file = encodePolicy(large, madeMetadata(game, 1500), sizesOf(game));
  const steps = decodeSteps(file, "p");
  let count = 0;
  let step = steps.next();
  for (; !step.done; step = steps.next()) count++;
  const { globalValues, globalPolicy } = tableOf(step.value);
  expect(globalValues.at(-1)).toBe(large.globalValues.at(-1));
  expect(Buffer.compare(globalPolicy, large.globalPolicy)).toBe(0);
  // Both hashes go through all bytes, 4 MiB at a time.
  expect(count).toBeGreaterThan((2 * file.length) / 2 ** 22);
});

test.each(["dock_dispatch", "ring_dispatch", "random"])(
  "the largest table that can be learned for %s is no longer than a policy may be",
  (name) => {
    const its = name === "random" ? randomGame({ sG: 9, aG: 9, sL: 2, aL: 2 }, 1) : shipped(name);
    const sizes = sizesOf(its);
    const largest = largestTableSize(its, Infinity, 0);
    const { sG, sL, aL } = sizes;
    const arrays = 5 * sG * histogramCount(sL, largest) + 4 * sL * sG * aL;
    expect(mostPolicyBytes(sizes)).toBeGreaterThan(arrays + 2000);
    expect(mostPolicyBytes(sizes)).toBeLessThan(2 * arrays + 70_000);
    expect(mostPolicyBytes(sizes)).toBeLessThan(65e6);
  },
);

test("arrays that no learner writes are refused although their checksum is right", () => {
  const local = pair.localPolicy.slice();
  local[1] += 0.01;
  const values = pair.globalValues.slice();
  values[3] = NaN;
  const actions = pair.globalPolicy.slice();
  actions[5] = 3;
  const said = (change: object): string =>
    messageOf(() =>
      decodePolicy(encodePolicy({ ...pair, ...change }, metadata, sizesOf(game)), "p"),
    );
  expect(said({ localPolicy: local })).toMatch(/row 0 of local_policy sums to 1\.0.*learn/);
  expect(said({ globalValues: values })).toMatch(/global_values\[3\] is NaN/);
  expect(said({ globalPolicy: actions })).toMatch(/global_policy\[5\] is action 3.*only 3/);
});

test("a policy of another scenario is refused", () => {
  const policy = decodePolicy(bytes, "p");
  expect(messageOf(() => requireScenario(policy, shipped("ring_dispatch")))).toMatch(/2\/3\/3\/2/);
  const other = { ...game, sha256: "0".repeat(64) };
  expect(messageOf(() => requireScenario(policy, other))).toMatch(/learn it again with this/);
});

test("a file that cannot be written or read is told with its reason, and nothing is left", () => {
  const missing = join(folder, "none", "a.safetensors");
  expect(messageOf(() => savePolicy(missing, bytes))).toMatch(/ENOENT.*nothing was written/);
  expect(messageOf(() => loadPolicy(missing))).toMatch(/cannot be read.*npm run learn/);
  // The name is taken by a folder: renaming fails after the temporary file was written.
  expect(messageOf(() => savePolicy(folder, bytes))).toMatch(/cannot be written/);
  expect(readdirSync(folder)).toEqual([]);
});

test("the safetensors library of Python reads the file, and its checksum can be recomputed", () => {
  const file = join(folder, "a.safetensors");
  writeFileSync(file, bytes);
  const script = `
import hashlib, json, sys
from safetensors import safe_open
with safe_open(sys.argv[1], "numpy") as f:
    meta = f.metadata()
    checksum = meta.pop("checksum")
    names = ["global_values", "local_policy", "global_policy"]
    arrays = [f.get_tensor(name) for name in names]
digest = hashlib.sha256(json.dumps(meta, sort_keys=True, separators=(",", ":")).encode())
for name, a in zip(names, arrays):
    dtype = {"float32": "F32", "uint8": "U8"}[str(a.dtype)]
    digest.update((name + dtype + json.dumps(list(a.shape), separators=(",", ":"))).encode())
    digest.update(a.tobytes())
print(json.dumps({"same": digest.hexdigest() == checksum, "meta": meta,
  "arrays": [a.ravel().tolist() for a in arrays], "shapes": [list(a.shape) for a in arrays]}))
`;
  const python = process.env.ALTERNATING_MARL_PYTHON ?? "python3";
  const run = spawnSync(python, ["-c", script, file], { encoding: "utf8" });
  expect(run.stderr).toBe("");
  const seen: unknown = JSON.parse(run.stdout);
  expect(seen).toMatchObject({
    same: true,
    meta: {
      scenario: game.name,
      table_size: "4",
      population: "30",
      global_gap_interval: "[0,0.5]",
    },
    shapes: [
      [2, 15],
      [3, 2, 2],
      [2, 15],
    ],
    arrays: [pair.globalValues, pair.localPolicy, pair.globalPolicy].map((a) => Array.from(a)),
  });
  expect(readFileSync(file).length).toBe(bytes.length);
});
