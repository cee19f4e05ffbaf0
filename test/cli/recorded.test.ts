/** Arrays from a recording: what was played is counted, and what is no transition is not. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compareArrays } from "../../src/cli/calibration";
import { explorer, readRecording } from "../../src/cli/recorded";
import { keyedUniform } from "../../src/game/draws";
import { drawEpisodeStart } from "../../src/game/episode";
import { sizesOf } from "../../src/game/model";
import { loadScenario } from "../../src/game/scenario_file";
import { codecOf } from "../../src/ros/codec";
import { fromSeconds, type GlobalCommand, type MessageTypes, toTime } from "../../src/ros/messages";
import { Recording } from "../../src/ros/recording";
import { type Topic, TOPICS, topicOf } from "../../src/ros/topics";
import { robotNames } from "../../sim/run";
import { AbstractWorld } from "../../sim/world/abstract";
import { commandOf } from "../support/commands";

const game = loadScenario("dock_dispatch");
const { sG, aG, sL, aL } = sizesOf(game);
const ROBOTS = robotNames(20);
const EPOCH_S = 6;
const HEADER = { stamp: toTime(0n), frame_id: "map" };

let folder: string;
let files = 0;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "recorded-"))));
afterAll(() => rmSync(folder, { recursive: true }));

/** A recording that is written message by message. */
function recording() {
  const file = join(folder, `${files++}.mcap`);
  const written = new Recording(file, {}, fail);
  const write = <Type extends keyof MessageTypes>(
    topic: Topic<Type>,
    message: MessageTypes[Type],
  ): void => written.write(topic, codecOf(topic.type).encode(message), 0n);
  /** An epoch: a_g in s_g, and each robot's state and action. */
  const play = (
    epoch: number,
    [global_state, action]: readonly [number, number],
    robots: readonly (readonly [number, number])[],
    more: Partial<GlobalCommand> = {},
  ): void => {
    const decision_time = toTime(fromSeconds(epoch * EPOCH_S));
    const command = commandOf(sizesOf(game), {
      epoch,
      global_state,
      action,
      decision_time,
      ...more,
    });
    write(TOPICS.globalCommand, command);
    // Its copies are the same epoch's.
    write(TOPICS.globalCommand, command);
    robots.forEach(([state, does], i) =>
      write(topicOf(ROBOTS[i], TOPICS.localAction), {
        ...{ header: HEADER, epoch, agent_id: ROBOTS[i], state, global_state, action: does },
        policy_sha256: "",
      }),
    );
  };
  const shift = (begin: number): void =>
    write(TOPICS.population, {
      ...{ header: HEADER, population: 20, next_shift: toTime(0n) },
      shift: toTime(fromSeconds(begin * EPOCH_S)),
    });
  const read = async () => {
    await written.close();
    return readRecording(file, game);
  };
  return { play, shift, read };
}

function fail(why: string): never {
  throw new Error(why);
}

/** How often P_g's and P_l's cells were counted, by name. */
function cellsOf({ globalCounts, localCounts }: Awaited<ReturnType<typeof readRecording>>) {
  const named = (counts: Float64Array, widths: readonly number[]): Record<string, number> => {
    const cells = [...counts.entries()].filter(([, count]) => count > 0);
    const nameOf = (cell: number): string =>
      widths.reduceRight((name, width) => {
        const digit = cell % width;
        cell = (cell - digit) / width;
        return `${digit}${name}`;
      }, "");
    return Object.fromEntries(cells.map(([cell, count]) => [nameOf(cell), count]));
  };
  return { global: named(globalCounts, [sG, aG, sG]), local: named(localCounts, [sL, sG, aL, sL]) };
}

test("what led from an epoch to the next is counted, once for its command's copies", async () => {
  const { play, read } = recording();
  play(
    7,
    [0, 3],
    [
      [1, 0],
      [2, 2],
    ],
  );
  play(
    8,
    [3, 1],
    [
      [1, 1],
      [1, 0],
    ],
  );
  expect(cellsOf(await read())).toEqual({ global: { "033": 1 }, local: { "1001": 1, "2021": 1 } });
});

test("a missed epoch, a robot that did not act, a stop and a new shift are no transitions", async () => {
  const { play, shift, read } = recording();
  play(
    0,
    [0, 1],
    [
      [1, 0],
      [2, 0],
    ],
  );
  // Epoch 1 was missed; in epoch 3 robot_0 did not act.
  play(
    2,
    [1, 2],
    [
      [1, 0],
      [2, 0],
    ],
  );
  play(3, [2, 2], []);
  play(4, [2, 0], [[3, 0]], { emergency_stop: true });
  // The stop was released within the epoch.
  play(4, [2, 0], [[3, 0]]);
  play(5, [4, 0], [[3, 0]]);
  shift(6);
  play(6, [1, 1], [[0, 0]]);
  expect(cellsOf(await read())).toEqual({ global: { "122": 1, "222": 1 }, local: {} });
});

test("a swarm that was started anew begins to count anew", async () => {
  const { play, read } = recording();
  play(0, [0, 1], [[1, 0]]);
  play(1, [1, 1], [[1, 0]]);
  play(0, [4, 4], [[3, 0]], { session: 2 });
  play(1, [4, 4], [[3, 0]], { session: 2 });
  const local = { "1001": 1, "3403": 1 };
  expect(cellsOf(await read())).toEqual({ global: { "011": 1, "444": 1 }, local });
});

test("a world that draws by the scenario's arrays is measured as having them, and every row is seen by the exploring policy", async () => {
  const { play, read } = recording();
  const world = new AbstractWorld(game, ROBOTS, 5, drawEpisodeStart(game, ROBOTS, 5, 0));
  const { localPolicy, globalPolicy, tableSize } = explorer(game);
  expect(tableSize).toBe(1);
  for (let epoch = 0; epoch < 800; epoch++) {
    const uniform = keyedUniform(9, "sample", "", epoch);
    const states = Array.from(world.localStates());
    const globalState = world.globalState();
    // One robot is asked; (0, ..., 0, 1) is the first histogram.
    const asked = states[Math.floor(uniform() * ROBOTS.length)];
    const action = globalPolicy[globalState * sL + (sL - 1 - asked)];
    expect(localPolicy[epoch % localPolicy.length]).toBeCloseTo(1 / aL, 6);
    const actions = states.map(() => Math.floor(uniform() * aL));
    play(
      epoch,
      [globalState, action],
      states.map((state, i) => [state, actions[i]] as const),
    );
    world.step(epoch, action, actions);
  }
  const { global, local } = compareArrays(game, await read());
  for (const { distance, samples, samplingError } of [...global.rows, ...local.rows]) {
    expect(samples).toBeGreaterThan(5);
    expect(distance).toBeLessThan(5 * samplingError);
  }
  expect(local.meanDistance).toBeLessThan(0.05);
});

test("a recording of another game, and what is no recording, are refused", async () => {
  const { play, read } = recording();
  play(0, [0, 1], [], { histogram: [1, 0] });
  await expect(read()).rejects.toThrow(/the recording is not of dock_dispatch: .* counts 2 /);
  const file = join(folder, "none.mcap");
  writeFileSync(file, "no recording at all");
  await expect(readRecording(file, game)).rejects.toThrow(
    /none.mcap cannot be read: .*; give an MCAP file without compression$/,
  );
});
