import { keyedUniform } from "../../src/game/draws";
import { sizesOf } from "../../src/game/model";
import { parseScenario, scenarioOf } from "../../src/game/scenario";
import { read } from "../docs/documents";
import { messageOf } from "../games";

/** Two bays and a yard between them. */
const MAP = {
  zones: [
    { name: "bay_0", at: [0, 0] },
    { name: "yard", at: [5, 0], radius: 2 },
    { name: "bay_1", at: [10, 0] },
  ],
  lanes: [{ along: ["bay_0", "yard", "bay_1"], actions: ["east", "west"], probability: 0.8 }],
  jobs: [{ zones: "bay_*", end: 0.5 }],
  rewards: [{ lead: "here", reward: 10 }],
};

const gameOf = (change: object, others: object = {}) =>
  scenarioOf(
    {
      ...{ name: "bays", discount: 0.9, initial: { local: { dirichlet: 1 } } },
      ...{ map: { ...MAP, ...change }, ...others },
    },
    "bays.yaml",
  );

/** The innermost rows of an array. */
const rowsOf = (flat: Float64Array, width: number): number[][] =>
  Array.from({ length: flat.length / width }, (_, row) =>
    Array.from(flat.slice(row * width, (row + 1) * width)),
  );

test("a map's arrays, by hand", () => {
  const game = gameOf({ move_reward: -1, lead_rewards: [{ lead: "yard", reward: 3 }] });
  expect(game).toMatchObject({
    ...{ localStates: ["bay_0", "yard", "bay_1"], localActions: ["stay", "east", "west"] },
    globalStates: ["bay_0", "yard", "bay_1"],
    globalActions: ["to_bay_0", "to_yard", "to_bay_1"],
  });
  const [bay0, yard, bay1] = [0, 9, 18].map((row) =>
    rowsOf(game.localTransition, 3).slice(row, row + 3),
  );
  // A job ends in half of the epochs, and a lane is then driven in 0.8 of them.
  expect(bay0).toEqual([
    [1, 0, 0],
    [0.6, 0.4, 0],
    [1, 0, 0],
  ]);
  expect(yard[1].map((p) => Number(p.toFixed(9)))).toEqual([0, 0.2, 0.8]);
  expect(yard[2].map((p) => Number(p.toFixed(9)))).toEqual([0.8, 0.2, 0]);
  expect(bay1).toEqual([
    [0, 0, 1],
    [0, 0, 1],
    [0, 0.4, 0.6],
  ]);
  // By the lead's place: the same laws.
  expect(rowsOf(game.localTransition, 3).slice(3, 6)).toEqual(bay0);
  expect(rowsOf(game.globalTransition, 3).slice(3, 6)).toEqual([
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ]);
  expect(Array.from(game.globalReward)).toEqual([0, 0, 0, 3, 3, 3, 0, 0, 0]);
  // bay_0 has no lane west: that is to stay, and costs nothing.
  expect(rowsOf(game.localReward, 3).slice(0, 3)).toEqual([
    [10, 9, 10],
    [0, -1, 0],
    [0, -1, 0],
  ]);
  expect(Array.from(game.initialGlobal)).toEqual([1 / 3, 1 / 3, 1 / 3]);
  expect(game.arena).toMatchObject({
    zones: [
      { x: 0, y: 0, radius: 1.6 },
      { x: 5, y: 0, radius: 2 },
      { x: 10, y: 0, radius: 1.6 },
    ],
    targets: [
      [0, 1, 0],
      [1, 2, 0],
      [2, 2, 1],
    ],
    jobEndProbability: [0.5, 1, 0.5],
    isLeadPlaced: true,
  });
});

test("the lead's own places serve the zones of their names, or those that they say", () => {
  const game = gameOf({
    places: [
      { name: "bay_0", at: [0, 3] },
      { name: "gate", at: [5, 3], serves: ["yard", "bay_1"] },
    ],
    rewards: [
      { lead: "here", zones: ["bay_*"], reward: 10 },
      { lead: "gate", reward: 1 },
      { zones: "yard", reward: 2 },
    ],
  });
  expect(game.globalActions).toEqual(["to_bay_0", "to_gate"]);
  expect(rowsOf(game.localReward, 3).map(([stay]) => stay)).toEqual([10, 1, 2, 3, 0, 11]);
  expect(game.arena).toMatchObject({
    leadZones: [
      { x: 0, y: 3 },
      { x: 5, y: 3 },
    ],
    leadStandoff: 0,
  });
});

test("rows and rings make lanes to neighbours; a gap, and zones that are apart, have none", () => {
  const game = gameOf({
    ...{ zones: [], lanes: [], jobs: [] },
    rows: {
      spacing: 3,
      zones: [
        ["a", null, "b"],
        ["c", "d", "e"],
      ],
      apart: [["d", "e"]],
    },
    ring: { radius: 4, zones: ["r_0", "r_1", "r_2"] },
    lanes: [
      { along: ["e", "d"], actions: ["slip", "climb"] },
      { along: ["c", "r_0"], actions: ["out", "in"] },
    ],
    places: ["r_*"],
  });
  expect(game.localActions.join()).toBe("stay,south,north,east,out,west,climb,slip,up,down,in");
  const leads = game.arena.targets.map((row) => row.map((zone) => game.localStates[zone]).join());
  expect([0, 2, 3, 4, 5].map((zone) => leads[zone])).toEqual([
    "a,c,a,a,a,a,a,a,a,a,a",
    "c,c,a,d,r_0,c,c,c,c,c,c",
    "d,d,d,d,d,c,e,d,d,d,d",
    "e,e,b,e,e,e,e,d,e,e,e",
    "r_0,r_0,r_0,r_0,r_0,r_0,r_0,r_0,r_1,r_2,c",
  ]);
  expect(game.arena.zones.slice(0, 3).map(({ x, y }) => [x, y])).toEqual([
    [0, -0],
    [6, -0],
    [0, -3],
  ]);
  // Zones that are places are served from beside them.
  expect(game.arena.leadZones).toHaveLength(3);
  expect(game.arena.leadZones[0]).not.toEqual(game.arena.zones[5]);
});

test("who is held stays, whatever it does: rows are laws, with any jobs and lanes", () => {
  const uniform = keyedUniform(1, "learn", "map");
  for (let trial = 0; trial < 50; trial++) {
    const [end, probability] = [0.01 + 0.99 * uniform(), 0.01 + 0.99 * uniform()];
    const lanes = [{ ...MAP.lanes[0], probability }];
    const { localTransition } = gameOf({ lanes, jobs: [{ zones: "*", end }] });
    for (const row of rowsOf(localTransition, 3)) {
      expect(row.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
      expect(Math.max(...row)).toBeGreaterThanOrEqual(1 - end);
    }
  }
});

const lane = (along: string[], actions: string[], probability?: number) => ({
  lanes: [...MAP.lanes, { along, actions, probability }],
});
const faults: [string, object, RegExp][] = [
  [
    "a lane to no zone",
    lane(["yard", "bay_7"], ["on"]),
    /lanes\[1\] names bay_7, which is no zone; its zones are bay_0, yard, bay_1$/,
  ],
  [
    "a lane to itself",
    lane(["yard", "yard"], ["on"]),
    /lanes\[1\] leads from yard to itself; leave it out/,
  ],
  ["a lane that stays", lane(["yard", "bay_0"], ["stay"]), /by stay, which is not to move; name/],
  [
    "two lanes of an action",
    lane(["yard", "bay_0"], ["east"]),
    /from yard to bay_0 by east, as another lane does; rename/,
  ],
  [
    "a probability over 1",
    lane(["yard", "bay_0"], ["on"], 1.5),
    /map\.lanes\[1\]\.probability is 1\.5: .*<=1/,
  ],
  [
    "a probability below 0",
    lane(["yard", "bay_0"], ["on"], -0.1),
    /map\.lanes\[1\]\.probability is -0\.1: .*>0/,
  ],
  [
    "a job that never ends",
    { jobs: [{ zones: "yard", end: 0 }] },
    /map\.jobs\[0\]\.end is 0: .*>0/,
  ],
  [
    "a job nowhere",
    { jobs: [{ zones: "dock_*", end: 1 }] },
    /jobs\[0\] names dock_\*, which is no zone/,
  ],
  [
    "a zone nobody leaves",
    {
      lanes: [MAP.lanes[0], { along: ["yard", "pit"], actions: ["in"] }],
      zones: [...MAP.zones, { name: "pit", at: [5, 5] }],
    },
    /leads nobody from pit to bay_0, .*; add a lane from pit/,
  ],
  [
    "a zone nobody reaches",
    {
      lanes: [MAP.lanes[0], { along: ["pit", "yard"], actions: ["out"] }],
      zones: [...MAP.zones, { name: "pit", at: [5, 5] }],
    },
    /leads nobody from bay_0 to pit, .*; add a lane to pit/,
  ],
  [
    "two zones of a name",
    { zones: [...MAP.zones, MAP.zones[0]] },
    /two zones of the name bay_0; give each/,
  ],
  [
    "two places of a name",
    { places: ["bay_0", "bay_*"] },
    /two places of the name bay_0; give each/,
  ],
  ["no zones", { zones: [] }, /has no zones; give some/],
  ["a place nowhere", { places: ["gate"] }, /places\[0\] names gate, which is no zone/],
  [
    "a place that serves nothing known",
    { places: [{ name: "gate", at: [0, 0], serves: "x" }] },
    /places\[0\] names x/,
  ],
  [
    "a reward of no zone",
    { rewards: [{ zones: "bay_7", reward: 1 }] },
    /rewards\[0\] names bay_7, which is no zone/,
  ],
  [
    "a reward of no place",
    { rewards: [{ lead: "gate", reward: 1 }] },
    /rewards\[0\] names gate, which is no place; its places are/,
  ],
  [
    "a reward of the lead nowhere",
    { lead_rewards: [{ lead: "gate", reward: 1 }] },
    /lead_rewards\[0\] names gate/,
  ],
  [
    "a reward that nobody earns",
    { places: [{ name: "gate", at: [0, 0] }] },
    /rewards\[0\] fits no zone and place; say which/,
  ],
  [
    "zones apart, each for itself",
    { rows: { spacing: 3, zones: [["a", "b"]], apart: ["a", "b"] } },
    /rows\.apart\[0\] is a alone, which parts nothing; give lists such as \[\[a, another\]\]/,
  ],
  ["a lane along nothing", lane([], ["on"]), /map\.lanes\[1\]\.along: .*>=1 items/],
  ["an unknown key", { lane: [] }, /: map: .*"lane"; docs\/scenario_files\.md says/],
];
test.each(faults)("%s is refused with what is wrong and what to do", (_, change, message) => {
  const said = messageOf(() => gameOf(change));
  expect(said).toMatch(/^bays\.yaml: map/);
  expect(said).toMatch(message);
});

test.each([
  ["local_reward", { local_reward: [] }],
  ["zones", { arena: { zones: [] } }],
  ["targets", { arena: { targets: [] } }],
  ["lead_places", { arena: { lead_places: [] } }],
])("a map beside %s is refused", (key, others) => {
  expect(messageOf(() => gameOf({}, others))).toBe(
    `bays.yaml: map stands beside ${key}, which it makes; keep one of them`,
  );
});

test("the example in the documents is a map", () => {
  const [, example] = /```yaml\n(.*?)```/s.exec(read("docs/scenario_files.md"))!;
  const game = parseScenario(example, "two_bays.yaml");
  expect(sizesOf(game)).toEqual({ sG: 3, aG: 3, sL: 3, aL: 3 });
  expect(rowsOf(game.localTransition, 3)[1]).toEqual([0.9, 0.1, 0]);
  expect(rowsOf(game.localReward, 3)[0]).toEqual([10, 9.7, 10]);
});
