/** The global agent where robots are sampled by kind. */
import { kindOfRobot } from "../../src/game/kinds";
import { messageOf, shipped } from "../games";
import { K, ROBOTS, setup, TIMEOUT_MS } from "./played_agent";

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const game = shipped("dock_dispatch_mixed");
const kindOf = (robot: string): number => kindOfRobot(game.kinds!, Number(robot.split("_")[1]));
const BY_KIND = { game, given: { sampling: "by_kind" } };
/** Robots 0 to 11: seven are fast, and five are slow. */
const SLOW = ROBOTS.filter((robot) => kindOf(robot) === 1);

const asked = (robots: readonly string[]): number[] =>
  [0, 1].map((kind) => robots.filter((robot) => kindOf(robot) === kind).length);

test("each epoch asks of each kind in proportion, and believes by its share of the robots", () => {
  expect(SLOW).toHaveLength(5);
  const { commands, tick, set } = setup({ ...BY_KIND, saidState: (robot) => 5 * kindOf(robot) });
  for (let epoch = 0; epoch <= 10; epoch++) tick(6 * epoch + 1);
  expect(commands.length).toBeGreaterThan(8);
  for (const { sampled_agents, histogram, belief } of commands) {
    expect(asked(sampled_agents)).toEqual([2, 2]);
    expect(histogram).toEqual([2, 0, 0, 0, 0, 2, 0, 0, 0, 0]);
    expect([belief[0], belief[5]]).toEqual([7 / 12, 5 / 12]);
  }
  expect(new Set(commands.flatMap(({ sampled_agents }) => sampled_agents)).size).toBe(12);
  // From the epoch after the next on all are drawn alike, and counts are shares.
  set({ sampling: "uniform" });
  for (let epoch = 11; epoch <= 20; epoch++) tick(6 * epoch + 1);
  const { histogram, belief } = commands.at(-1)!;
  expect(belief).toEqual(Array.from(histogram, (count) => count / K));
  const splits = commands.slice(-8).map(({ sampled_agents }) => asked(sampled_agents).join());
  expect(new Set(splits).size).toBeGreaterThan(1);
});

test("robots that say another kind count as that from then on", () => {
  const [liar] = SLOW;
  const saidState = (robot: string): number => (robot === liar ? 0 : 5 * kindOf(robot));
  const { commands, tick } = setup({ ...BY_KIND, saidState });
  for (let epoch = 0; epoch <= 20; epoch++) tick(6 * epoch + 1);
  expect(commands.some(({ sampled_agents }) => sampled_agents.includes(liar))).toBe(true);
  const { belief } = commands.at(-1)!;
  expect([belief[0], belief[5]]).toEqual([8 / 12, 4 / 12]);
});

test("one that joins with another kind counts from its first epoch on", () => {
  let robots: readonly string[] = ROBOTS.filter((robot) => kindOf(robot) === 0);
  const { commands, tick, wait, tellPopulation } = setup({
    ...BY_KIND,
    robots: () => robots,
    saidState: (robot) => 5 * kindOf(robot),
  });
  tellPopulation(7);
  for (const seconds of [1, 6, 12]) tick(seconds);
  expect(commands.at(-1)!.belief[0]).toBe(1);
  robots = [...robots, SLOW[0]];
  tellPopulation(8);
  wait(100);
  for (const seconds of [13, 18, 24]) tick(seconds);
  const { belief, sampled_agents } = commands.at(-1)!;
  expect([belief[0], belief[5]]).toEqual([7 / 8, 1 / 8]);
  expect(sampled_agents).toContain(SLOW[0]);
});

test("in the place of a silent robot one of its kind is asked", () => {
  const silent = new Set<string>();
  const { commands, tick, wait, answer } = setup({
    ...BY_KIND,
    silent,
    saidState: (robot) => 5 * kindOf(robot),
  });
  for (const seconds of [1, 6]) tick(seconds);
  silent.add(SLOW[0]).add(SLOW[1]);
  for (let epoch = 2; epoch <= 12; epoch++) {
    tick(6 * epoch);
    wait(TIMEOUT_MS / 2 + 1);
    answer();
    wait(TIMEOUT_MS / 2);
  }
  expect(commands.length).toBeGreaterThan(8);
  for (const { sampled_agents } of commands) expect(asked(sampled_agents)).toEqual([2, 2]);
});

test("a silent robot whose kind has no other keeps its place, and its late answer counts", () => {
  const [fast] = ROBOTS.filter((robot) => kindOf(robot) === 0);
  const silent = new Set<string>();
  const { commands, tick, wait, answer } = setup({
    ...BY_KIND,
    given: { sampling: "by_kind", population: 6 },
    robots: () => [fast, ...SLOW],
    silent,
    saidState: (robot) => 5 * kindOf(robot),
  });
  for (const seconds of [1, 6]) tick(seconds);
  const before = commands.length;
  // Asked are the only fast one, and of the five slow ones three.
  for (const robot of [fast, ...SLOW.slice(0, 3)]) silent.add(robot);
  tick(12);
  wait(TIMEOUT_MS / 2 + 1);
  silent.delete(fast);
  answer();
  wait(TIMEOUT_MS / 2);
  const { sampled_agents, histogram } = commands[before];
  expect(asked(sampled_agents)).toEqual([1, 3]);
  expect(histogram[0]).toBe(1);
});

test("robots in quarantine fill the sample up by kind", () => {
  const fast = ROBOTS.filter((robot) => kindOf(robot) === 0);
  const robots = [...fast, SLOW[0]];
  const silent = new Set<string>();
  const { commands, tick, wait } = setup({
    ...BY_KIND,
    given: { sampling: "by_kind", population: robots.length },
    robots: () => robots,
    silent,
    saidState: (robot) => 5 * kindOf(robot),
  });
  for (const seconds of [1, 6]) tick(seconds);
  for (const robot of fast.slice(0, 3)) silent.add(robot);
  for (let epoch = 2; epoch <= 12; epoch++) {
    tick(6 * epoch);
    // Some fast ones are in quarantine for longer by then.
    silent.add(SLOW[0]);
    wait(TIMEOUT_MS);
  }
  const later = commands.slice(3);
  expect(later.length).toBeGreaterThan(3);
  for (const { sampled_agents } of later) expect(sampled_agents).toContain(SLOW[0]);
});

test("where nobody knows of which kind robots are, it is said, with what to do", () => {
  const robots = ["cart_1", "cart_2"];
  const { commands, tick, epochs } = setup({
    ...BY_KIND,
    given: { sampling: "by_kind", population: 2 },
    robots: () => robots,
  });
  for (const seconds of [1, 6, 12]) tick(seconds);
  expect(commands).toEqual([]);
  expect(epochs.waiting).toMatch(
    /the kind of cart_1, cart_2 is not known: set robot_kinds, or sample uniform/,
  );
});

test("what cannot be sampled by kind is refused, with what to do", () => {
  const { epochs } = setup(BY_KIND);
  expect(messageOf(() => epochs.requireSampleSize(1))).toMatch(/1 of 2 kinds .* ask at least 2/);
  expect(() => epochs.requireSampleSize(1, "uniform")).not.toThrow();
  const { epochs: alike } = setup();
  expect(messageOf(() => alike.requireSampleSize(0, "by_kind"))).toMatch(/has no kinds/);
});
