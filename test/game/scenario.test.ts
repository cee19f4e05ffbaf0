import { parseScenario } from "../../src/game/scenario";
import { messageOf, randomScenario, shipped } from "../games";

const sizes = { sG: 2, aG: 2, sL: 3, aL: 2 };
const row = [0.5, 0.3, 0.2];
const locals = (entry: unknown) => [0, 1, 2].map(() => [0, 1].map(() => [row, entry]));

const faults: [string, object, RegExp][] = [
  [
    "a row that does not sum to 1",
    { local_transition: locals([0.5, 0.3, 0.3]) },
    /sums to 1\.1.*make/,
  ],
  ["a negative probability", { local_transition: locals([1.5, -0.5, 0]) }, /holds -0\.5/],
  ["a row too short", { local_transition: locals([0.5, 0.5]) }, /has 2 entries and needs 3/],
  [
    "a text for a number",
    {
      global_reward: [
        ["one", 0],
        [0, 0],
      ],
    },
    /global_reward/,
  ],
  ["a missing array", { global_reward: undefined }, /global_reward is missing; give/],
  ["an unknown key", { globel_reward: [] }, /globel_reward/],
  ["a discount of 0", { discount: 0 }, /discount/],
  ["a discount of 1", { discount: 1 }, /discount/],
  ["a negative discount", { discount: -0.1 }, /discount/],
  ["a horizon of 0", { horizon: 0 }, /horizon/],
  [
    "an initial law that does not sum to 1",
    { initial: { global: [1, 1], local: row } },
    /sums to 2/,
  ],
  [
    "one of several initial laws that does not sum to 1",
    { initial: { global: [0.5, 0.5], local: { one_of: [row, [0.5, 0.5, 0.5]] } } },
    /initial\.local\.one_of\[1\] sums to 1\.5/,
  ],
  [
    "initial laws of which there is one",
    { initial: { global: [0.5, 0.5], local: { one_of: [row] } } },
    /initial\.local/,
  ],
  ["a name with a space", { name: "two words" }, /lower-case/],
];

test.each(faults)(
  "%s is refused with the file, the key and what to do",
  (_name, change, message) => {
    const text = JSON.stringify({ ...randomScenario(sizes, 1), ...change });
    const said = messageOf(() => parseScenario(text, "game.yaml"));
    expect(said).toMatch(/^game\.yaml: /);
    expect(said).toMatch(message);
  },
);

test("NaN and text that is not YAML are refused", () => {
  const text = JSON.stringify({ ...randomScenario(sizes, 1), global_reward: "NOT" });
  const nan = text.replace('"NOT"', "[[.nan, 0], [0, 0]]");
  expect(messageOf(() => parseScenario(nan, "game.yaml"))).toMatch(/global_reward/);
  expect(messageOf(() => parseScenario("a: [1", "game.yaml"))).toMatch(/is not YAML.*mend/s);
  expect(messageOf(() => parseScenario("", "game.yaml"))).toMatch(/game\.yaml: the file/);
});

test("the hash tells games apart by arrays, names and discount, not by arena or horizon", () => {
  const hashOf = (change: object): string =>
    parseScenario(JSON.stringify({ ...randomScenario(sizes, 1), ...change }), "x").sha256;
  expect(hashOf({ horizon: 9, arena: { epoch: 9 } })).toBe(hashOf({}));
  expect(hashOf({ discount: 0.5 })).not.toBe(hashOf({}));
  expect(hashOf({ name: "other" })).not.toBe(hashOf({}));
  expect(shipped("ring_dispatch").sha256).not.toBe(shipped("dock_dispatch").sha256);
});
