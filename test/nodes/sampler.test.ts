import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compareAgentIds } from "../../src/game/draws";
import { fewOf } from "../../src/nodes/overload";
import { drawSample } from "../../src/nodes/sampling";
import { K, none, ROBOTS, SEED, setup, TIMEOUT_MS } from "./played_agent";

/** So many silent robots are replaced at an epoch. */
const REPLACED = fewOf(K);

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

test("where fewer than k robots are there all are asked, and it is said once", () => {
  const { commands, warnings, tick } = setup({
    robots: () => ["robot_2", "robot_7"],
    acted: {
      acted: true,
    },
  });
  for (const seconds of [1, 2, 6, 12, 18]) tick(seconds);
  expect(commands.length).toBeGreaterThan(1);
  for (const command of commands) {
    expect([...command.sampled_agents].sort()).toEqual(["robot_2", "robot_7"]);
    expect(command).toMatchObject({ population: 2, sample_size: K, missing: 0 });
  }
  const said = warnings.filter((line) =>
    /only 2 robots can be asked and sample_size is 4: all of them are \(0 in quarantine\)/.test(
      line,
    ),
  );
  expect(said).toHaveLength(1);
});

test("without a k the table's is asked for, and no more robots than there are", () => {
  let robots = ROBOTS;
  const { commands, tick, set, wait, epochs, tellPopulation } = setup({ robots: () => robots });
  set({ sample_size: 0 });
  for (const seconds of [1, 6]) tick(seconds);
  expect(commands.at(-1)).toMatchObject({ sample_size: K, population: ROBOTS.length });
  robots = ROBOTS.slice(0, 2);
  tellPopulation(2);
  wait(50);
  for (const seconds of [11, 12, 18]) tick(seconds);
  expect(commands.at(-1)).toMatchObject({ sample_size: 2, population: 2, missing: 0 });
  expect(() => epochs.requireSampleSize(3)).toThrow(
    /sample_size is 3 and there are 2 robots; .* or give/,
  );
  expect(() => epochs.requireSampleSize(0)).not.toThrow();
});

test("as many may be asked as the parameter, the simulator or the graph knows", () => {
  const { epochs, tick, set, tellPopulation } = setup();
  set({ population: 2 });
  expect(() => epochs.requireSampleSize(2)).not.toThrow();
  expect(() => epochs.requireSampleSize(ROBOTS.length)).toThrow(/there are 2 robots/);
  tick(1);
  expect(() => epochs.requireSampleSize(ROBOTS.length)).not.toThrow();
  tellPopulation(20);
  expect(() => epochs.requireSampleSize(20)).not.toThrow();
  expect(() => epochs.requireSampleSize(21)).toThrow(/there are 20 robots/);
});

test("robots of the list are asked though the graph does not show them, and none twice", () => {
  const hidden = ["robot_20", "robot_21"];
  const { commands, tick, set } = setup();
  set({ robot_names: [...hidden, "robot_0"] });
  for (let epoch = 0; epoch <= 20; epoch++) tick(6 * epoch + 1);
  expect(commands.length).toBeGreaterThan(15);
  const asked = new Set(commands.flatMap(({ sampled_agents }) => sampled_agents));
  for (const robot of hidden) expect(asked).toContain(robot);
  for (const command of commands) {
    expect(command.population).toBe(ROBOTS.length + hidden.length);
    expect(new Set(command.sampled_agents).size).toBe(K);
  }
});

test("a robots file says who is in the swarm: nobody else is asked, and who is not there is named", () => {
  const folder = mkdtempSync(join(tmpdir(), "robots-"));
  const robots_file = join(folder, "robots.yaml");
  const listed = ["alice", "bob", "carol", "dave", "erin"];
  writeFileSync(robots_file, `robots: [${listed.map((name) => `{name: ${name}}`).join(", ")}]`);
  let there = [...listed.slice(1), "robot_0", "robot_1", "stranger"];
  const { commands, tick, epochs } = setup({
    robots: () => there,
    given: { robots_file, population: 2 },
  });
  for (const seconds of [1, 2]) tick(seconds);
  expect(commands).toEqual([]);
  expect(epochs.waiting).toContain("waiting for 5 robots: 4 are there; not there: alice");
  there = [...listed, "stranger"];
  for (let epoch = 1; epoch <= 20; epoch++) tick(6 * epoch + 1);
  expect(commands.length).toBeGreaterThan(15);
  const asked = new Set(commands.flatMap(({ sampled_agents }) => sampled_agents));
  expect([...asked].sort()).toEqual(listed);
  for (const { population } of commands) expect(population).toBe(5);
  rmSync(folder, { recursive: true });
});

describe("a state that cannot be used is counted by what is wrong with it, and its robot replaced", () => {
  const [robot] = drawSample(SEED, 1, ROBOTS, K);
  /** At the boundary of epoch 1, with the first of its sample silent. */
  function atEpochOne() {
    const run = setup({ silent: new Set([robot]) });
    for (const seconds of [1, 6, 7]) run.tick(seconds);
    return run;
  }
  test.each([
    ["stale_states", 10],
    ["future_states", 14],
  ])("%s", (name, stamp) => {
    const { commands, epochs, tick, wait, answer, say } = atEpochOne();
    tick(12);
    say(robot, stamp);
    expect(commands).toHaveLength(1);
    wait(0.6 * TIMEOUT_MS);
    answer();
    expect(commands).toHaveLength(2);
    expect(commands[1].sampled_agents).not.toContain(robot);
    expect(epochs.troubles).toEqual({ ...none, [name]: 1 });
  });

  test("stale_states, by their arrival: stamped in time, and not heard again", () => {
    const { commands, epochs, wait, tick, say, answer } = atEpochOne();
    tick(11.5);
    say(robot, 11.5);
    wait(1100);
    tick(12);
    expect(commands).toHaveLength(1);
    wait(0.6 * TIMEOUT_MS);
    answer();
    expect(commands).toHaveLength(2);
    expect(epochs.troubles).toEqual({ ...none, stale_states: 1 });
  });

  test("late and unknown ones are passed over, repeats change nothing", () => {
    const { commands, epochs, tick, say } = atEpochOne();
    tick(11.5);
    expect(say(robot, 11.9, 3)).toMatch(/is in state 3 and the scenario has 3/);
    expect(say(robot, 11.9, 1)).toBeUndefined();
    expect(say(robot, 11.2, 0)).toBeUndefined();
    expect(say(robot, 11.9, 1)).toBeUndefined();
    tick(12);
    expect(commands[1]).toMatchObject({ missing: 0, histogram: [0, 1, K - 1] });
    expect(epochs.troubles).toEqual({ ...none, unknown_states: 1, late_states: 1 });
  });
});

test("where ROS time runs fast, the wait for a sample is half an epoch of it", () => {
  const silent = new Set<string>();
  const { commands, mostSubscriptions, tick } = setup({ silent });
  for (const seconds of [1, 6]) tick(seconds);
  ROBOTS.forEach((robot) => silent.add(robot));
  for (const seconds of [12, 13.4]) tick(seconds);
  expect(mostSubscriptions()).toBe(K);
  tick(13.6);
  expect(mostSubscriptions()).toBe(K + REPLACED);
  tick(14.9);
  expect(commands).toHaveLength(1);
  tick(15.1);
  expect(commands[1]).toMatchObject({ epoch: 1, missing: K });
});

test("a robot that left the graph is not waited for, and who is left is asked as soon as it is known", () => {
  let robots = ROBOTS;
  const silent = new Set<string>();
  const { commands, tick, answer, warnings } = setup({ silent, robots: () => robots });
  for (const seconds of [1, 6, 12]) tick(seconds);
  const leave = (rest: readonly string[]): void => {
    ROBOTS.filter((robot) => !rest.includes(robot)).forEach((robot) => silent.add(robot));
    robots = [...rest];
    // The graph is looked at anew.
    jest.advanceTimersByTime(50);
  };
  // After they were drawn: others are asked in their place.
  leave(ROBOTS.slice(0, 6));
  tick(13);
  tick(18);
  expect(warnings).toEqual([]);
  expect(commands[2]).toMatchObject({ epoch: 2, missing: 0, population: 6 });
  expect(new Set(commands[2].sampled_agents).size).toBe(K);
  for (const robot of commands[2].sampled_agents) expect(robots).toContain(robot);
  // Where fewer than k are left, and nobody is waited for.
  const next = drawSample(SEED, 3, robots, K);
  leave(next.slice(1, 3));
  tick(24);
  answer();
  expect(commands[3]).toMatchObject({ epoch: 3, missing: 0, population: 2, histogram: [0, 0, 2] });
  expect(commands[3].sampled_agents).toEqual(next.slice(1, 3));
});

describe("where fewer than k are eligible, robots in quarantine are asked too", () => {
  const FEW = ROBOTS.slice(0, 3);

  test("a swarm of fewer than k that is silent once is seen again at the next epoch", () => {
    const silent = new Set<string>();
    const { commands, warnings, epochs, tick, wait } = setup({
      silent,
      robots: () => FEW,
      acted: { acted: true },
    });
    for (const seconds of [1, 6]) tick(seconds);
    FEW.forEach((robot) => silent.add(robot));
    tick(12);
    wait(TIMEOUT_MS);
    expect(commands.at(-1)).toMatchObject({ missing: 3, histogram: [0, 0, 0] });
    expect(epochs.values.quarantined).toBe(3);
    silent.clear();
    for (const seconds of [13, 18]) tick(seconds);
    expect(commands.at(-1)).toMatchObject({ missing: 0, histogram: [0, 0, 3] });
    expect([...commands.at(-1)!.sampled_agents].sort()).toEqual(FEW);
    expect(epochs.values.quarantined).toBe(0);
    expect(warnings.join()).not.toMatch(/0 robots can be asked/);
  });

  test("one that stays silent is not waited for while others are asked, and counts when it is back", () => {
    const silent = new Set<string>();
    const { commands, epochs, tick, wait, health } = setup({
      silent,
      robots: () => FEW,
      acted: { acted: true },
    });
    for (const seconds of [1, 6]) tick(seconds);
    silent.add("robot_1");
    tick(12);
    expect(commands).toHaveLength(1);
    wait(TIMEOUT_MS);
    for (const seconds of [18, 24]) tick(seconds);
    expect(commands).toHaveLength(4);
    for (const command of commands.slice(1)) {
      expect(command).toMatchObject({ missing: 1, histogram: [0, 0, 2] });
    }
    health();
    expect(health().message).toMatch(/^only 3 of 4 robots .*all of them are \(1 in quarantine\)/);
    silent.clear();
    for (const seconds of [25, 30]) tick(seconds);
    expect(commands[4]).toMatchObject({ missing: 0, histogram: [0, 0, 3] });
    expect(epochs.values.quarantined).toBe(0);
  });

  test("whoever is silent at an epoch's end goes there too, and who went first is asked first", () => {
    const silent = new Set<string>();
    const { commands, epochs, tick, wait } = setup({ silent });
    for (const seconds of [1, 6]) tick(seconds);
    const asked = (epoch: number): string[] => {
      tick(6 * (epoch + 1));
      wait(TIMEOUT_MS);
      return [...commands[epoch].sampled_agents];
    };
    ROBOTS.forEach((robot) => silent.add(robot));
    const silenced = drawSample(SEED, 1, ROBOTS, K).slice(0, REPLACED).sort(compareAgentIds);
    const first = asked(1).sort(compareAgentIds);
    expect(epochs.values.quarantined).toBe(REPLACED + K);
    const rest = asked(2);
    expect(epochs.values.quarantined).toBe(2 * (REPLACED + K));
    expect(new Set([...silenced, ...first, ...rest]).size).toBe(REPLACED + 2 * K);
    expect(asked(3)).toEqual([...silenced, ...first.slice(0, REPLACED)]);
    expect(asked(4).slice(0, REPLACED)).toEqual(first.slice(REPLACED));
  });
});

test("where two speak in a robot's name neither counts, until one has been silent for 2.5 s", () => {
  const forged = new Set<string>();
  const { commands, tick, wait } = setup({ forged });
  for (const seconds of [1, 6]) tick(seconds);
  ROBOTS.slice(0, 6).forEach((robot) => forged.add(robot));
  for (const seconds of [7, 12]) tick(seconds);
  wait(TIMEOUT_MS);
  const { sampled_agents, histogram, missing } = commands.at(-1)!;
  expect(commands).toHaveLength(2);
  const asked = sampled_agents.filter((robot) => forged.has(robot)).length;
  expect({ missing, histogram }).toEqual({ missing: asked, histogram: [0, 0, K - asked] });
  forged.clear();
  wait(11_000);
  for (const seconds of [18, 24]) tick(seconds);
  expect(commands.at(-1)).toMatchObject({ missing: 0, histogram: [0, 0, K] });
});
