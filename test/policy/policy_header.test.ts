import { histogramCount } from "../../src/game/histogram";
import { sizesOf } from "../../src/game/model";
import { decodePolicy } from "../../src/policy/policy_file";
import { largestTableSize } from "../../src/learning/size";
import { mostPolicyBytes } from "../../src/policy/policy_header";
import { messageOf, randomGame, shipped } from "../games";
import { first, withHeader, withPoints } from "./policy_files";

test.each<[string, [from: string, to: string], RegExp]>([
  [
    "a key twice",
    ["{", '{"local_policy":{"dtype":"F32"},'],
    /its header has the key local_policy twice/,
  ],
  [
    "a key twice, once escaped",
    ['"seed":"3",', '"seed":"3","se\\u0065d":"3",'],
    /its header has the key seed twice/,
  ],
  ["another dtype", ['"F32"', '"F64"'], /global_values is F64 .* instead of F32/],
  ["a wrong offset", ['s":[0,', 's":[4,'], /at bytes 4 to .* instead of .* at bytes 0 to/],
  [
    "a wrong shape",
    ["[2,15]", "[15,2]"],
    /global_values is F32 \[15,2\] .* instead of F32 \[2,15\]/,
  ],
  ["a tensor too many", ['"__meta', '"x":{},"__meta'], /x/],
  ["a missing key", ['"seed":"3",', ""], /seed/],
  ["another seed", ['"seed":"3"', '"seed":"4"'], /checksum/],
  ["another table size", ['size":"4"', 'size":"5"'], /instead of F32 \[2,21\]/],
  ["a huge table size", ['size":"4"', 'size":"1e9"'], /table_size/],
  [
    "huge sizes",
    ["[3,2,2]", "[9007199254740991,2,2]"],
    /local_policy has the shape .* at most 255/,
  ],
  [
    "another format",
    ['policy 1"', 'policy 3"'],
    /its format is "alternating_marl policy 3" and this version reads "alternating_marl policy 1" and "alternating_marl policy 2"; use the version that wrote it, or learn/,
  ],
])("%s of a file of format 1 is refused with what is wrong", (_name, [from, to], message) => {
  const changed = withHeader(first, (header) => header.replace(from, to));
  expect(messageOf(() => decodePolicy(changed, "p"))).toMatch(message);
});

test("a header that is huge or no JSON is refused with what is wrong", () => {
  const huge = new Uint8Array(Buffer.from("ffffffffffffff7f00", "hex"));
  expect(messageOf(() => decodePolicy(huge, "p"))).toMatch(/header claims/);
  const text = withHeader(first, () => "hello wo");
  expect(messageOf(() => decodePolicy(text, "p"))).toMatch(/header is not JSON/);
});

const tensorX = '"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"__meta';
test.each<[string, [from: string, to: string], RegExp]>([
  ["another kind", ['"kind":"points"', '"kind":"tree"'], /kind: /],
  ["vectors and a table's size", ['"seed"', '"table_size":"4","seed"'], /table_size: /],
  ["a table without its size", ['"kind":"points"', '"kind":"table"'], /table_size: /],
  ["a key of another spelling", ['"local_form"', '"localForm"'], /unknown key localForm/],
  ["a key too many", ['"seed"', '"speed":"1","seed"'], /"speed"/],
  ["half of the bounds", ['"lower_bound":"1.25",', ""], /lower_bound: /],
  ["a bound that is no number", ['"lower_bound":"1.25"', '"lower_bound":"low"'], /lower_bound: /],
  ["a bound that is infinite", ['"lower_bound":"1.25"', '"lower_bound":"1e999"'], /lower_bound: /],
  ["another stop", ['"stop":"accuracy"', '"stop":"luck"'], /stop: /],
  ["another timing", ['"timing":"current"', '"timing":"next"'], /timing: /],
  ["a list of names cut off", ['\\"c_2\\"]"', '\\"c_2\\""'], /global_actions: /],
  ["a name too few", [',\\"c_2\\"]"', ']"'], /global_transition is F64 \[2,3,2\] .* instead of/],
  ["another local form", ['form":"state"', 'form":"command"'], /local_policy .* F32 \[3,2,3,2\]/],
  [
    "an initial law too many",
    ['"seed"', '"initial_alpha":"1","seed"'],
    /local_policy is .*instead/,
  ],
  ["a missing tensor", ['"vectors":', '"other":'], /vectors is missing instead of F32 \[1,3\]/],
  ["a tensor too many", ['"__meta', tensorX], /unknown tensor x/],
])("%s of a file with points is refused with what is wrong", (_name, [from, to], message) => {
  const changed = withHeader(withPoints, (header) => header.replace(from, to));
  const said = messageOf(() => decodePolicy(changed, "p"));
  expect(said).toMatch(message);
  expect(said).toMatch(/^p is not a policy file that can be used: .*; give a file written by/);
});

test.each(["dock_dispatch", "ring_dispatch", "random"])(
  "the largest table that can be learned for %s is no longer than a policy may be",
  (name) => {
    const its = name === "random" ? randomGame({ sG: 9, aG: 9, sL: 2, aL: 2 }, 1) : shipped(name);
    const { sG, aG, sL, aL } = sizesOf(its);
    const largest = largestTableSize(its, Infinity, { draws: 0, localForm: "state" });
    const numbers = sG * aG * (sG + 1) + sL * sG * aL * (sL + 1) + sG + 255 * sL;
    const vectors = 131_072 * (4 * sL + 4);
    const table = 5 * sG * histogramCount(sL, largest);
    const most = mostPolicyBytes(sizesOf(its));
    expect(most).toBeGreaterThan(8 * numbers + table + 4 * sL * sG * aG * aL + 3000);
    expect(most).toBeLessThan(8 * numbers + Math.max(2 * table, vectors) + 70_000);
    expect(most).toBeLessThan(65e6);
  },
);

test.each([100, 255])("a policy of 12,000 vectors may have %d zones", (zones) => {
  const most = mostPolicyBytes({ sG: zones, aG: zones, sL: zones, aL: 3 });
  const game = 8 * (zones ** 3 + zones ** 3 * 3 + zones ** 2 * 4 + 2 * zones);
  expect(most).toBeGreaterThan(game + 4 * zones ** 3 * 3 + 12_000 * (4 * zones + 4) + 30_000);
});
