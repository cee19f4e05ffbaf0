import { parseScenario } from "../../src/game/scenario";
import { messageOf, randomScenario, shipped } from "../games";

const sizes = { sG: 2, aG: 2, sL: 3, aL: 2 };
const row = [0.5, 0.3, 0.2];
const ring = { radius: 4, zone_radius: 1 };
const at = { x: 0, y: 0 };
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
  ["no names", { local_states: undefined }, /local_states is missing; give a list of names, or a/],
  ["two states of a name", { local_states: ["a", "a", "b"] }, /local_states\[1\]: .*unique/],
  ["a law with a word", { initial: { local: ["all"] } }, /initial\.local\[0\] is all: .*number/],
  ["a law without a name", { initial: { local: { alpha: 1 } } }, /initial\.local\.dirichlet: /],
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
  ["two kinds of zones", { arena: { zones: [], ring } }, /both zones and ring; keep one/],
  ["too few zones", { arena: { zones: [{ x: 0, y: 0, radius: 1 }] } }, /has 1 zones; give one for/],
  ["two kinds of targets", { arena: { zone_offsets: [], targets: [] } }, /both zone_offsets and/],
  [
    "too many offsets",
    { arena: { zone_offsets: [0, 1, 2] } },
    /3 zone_offsets; give .* of 2 local/,
  ],
  ["a target for one action", { arena: { targets: [[0], [1], [2]] } }, /has 1 targets of a zone/],
  [
    "a target that is no zone",
    { arena: { targets: [[0, 3]] } },
    /zone 3; its 3 zones count from 0/,
  ],
  ["a job's end too few", { arena: { job_end_probability: [1, 1] } }, /has 2 job_end_probability/],
  ["a job that never ends", { arena: { job_end_probability: [1, 0, 1] } }, /job_end_probability/],
  [
    "one place too many",
    { arena: { lead_places: [at, at, at] } },
    /3 lead_places; give .* of 2 glo/,
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

test("an arena may say for each zone where actions lead and how long jobs last, and the lead's places", () => {
  const arenaOf = (arena: object) =>
    parseScenario(JSON.stringify({ ...randomScenario(sizes, 1), arena }), "x").arena;
  const guessed = arenaOf({});
  expect(guessed).toMatchObject({ jobEndProbability: [1, 1, 1], isLeadPlaced: false });
  const byOffsets = [
    [0, 1],
    [1, 2],
    [2, 0],
  ];
  expect(guessed.targets).toEqual(byOffsets);
  const backward = [
    [2, 0],
    [0, 1],
    [1, 2],
  ];
  expect(arenaOf({ zone_offsets: [-1, 3] }).targets).toEqual(backward);
  const targets = [
    [2, 2],
    [0, 1],
    [1, 1],
  ];
  const places = [at, { x: 9, y: 0 }];
  expect(
    arenaOf({ targets, job_end_probability: [1, 0.5, 0.1], lead_places: places }),
  ).toMatchObject({
    ...{ targets, jobEndProbability: [1, 0.5, 0.1], leadZones: places },
    ...{ isLeadPlaced: true, leadStandoff: 0 },
  });
});
