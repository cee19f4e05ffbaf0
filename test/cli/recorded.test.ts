/** Arrays from a recording: what was played is counted, and what is no transition is not. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compareArrays } from "../../src/cli/counts";
import { explorer, readRecordings } from "../../src/cli/recorded";
import { keyedUniform } from "../../src/game/draws";
import { drawEpisodeStart } from "../../src/game/episode";
import { sizesOf } from "../../src/game/model";
import { TOPICS } from "../../src/ros/topics";
import { AbstractWorld } from "../../sim/world/abstract";
import { commandOf } from "../support/commands";
import { game, playedRecording, ROBOTS } from "../support/played_recording";

const { sG, aG, sL, aL } = sizesOf(game);

let folder: string;
let files = 0;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "recorded-"))));
afterAll(() => rmSync(folder, { recursive: true }));

function recording() {
  const file = join(folder, `${files++}.mcap`);
  const played = playedRecording(file);
  const read = async () => {
    await played.close();
    return readRecordings([file], game);
  };
  return { ...played, read };
}

/** How often P_g's and P_l's cells were counted, by name. */
function cellsOf({ globalCounts, localCounts }: Awaited<ReturnType<typeof readRecordings>>) {
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
  play(7, [1, 0], [[1, 0]]);
  const global = { "122": 1, "222": 1, "111": 1 };
  expect(cellsOf(await read())).toEqual({ global, local: { "0101": 1 } });
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

test("from one session of the global agent to the next nothing is counted, though epochs go on", async () => {
  const { play, read } = recording();
  play(4, [0, 1], [[1, 0]]);
  play(5, [1, 1], [[2, 0]]);
  play(6, [4, 4], [[3, 0]], { session: 2 });
  play(7, [4, 4], [[3, 0]], { session: 2 });
  const local = { "1002": 1, "3403": 1 };
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

test("a swarm that was recorded twice is counted over both, and a bag's files go on from each other", async () => {
  const bag = join(folder, "bag");
  mkdirSync(bag);
  const play = async (file: string, epoch: number): Promise<void> => {
    const part = playedRecording(file);
    part.play(epoch, [0, 1], [[1, 0]]);
    part.play(epoch + 1, [1, 1], [[2, 0]]);
    await part.close();
  };
  await play(join(bag, "bag_10.mcap"), 3);
  await play(join(bag, "bag_2.mcap"), 1);
  const alone = join(folder, "alone.mcap");
  await play(alone, 5);
  expect(cellsOf(await readRecordings([bag], game)).local).toEqual({ "1002": 2, "2101": 1 });
  // From epoch 4 to 5 nothing led: another recording begins.
  expect(cellsOf(await readRecordings([bag, alone], game)).local).toEqual({
    ...{ "1002": 3, "2101": 1 },
  });
});

describe("what cannot be used is refused", () => {
  const HASH = "of another game";
  const told = (scenario_sha256: string) => ({
    ...{ policy_sha256: "", scenario_sha256, local_states: 5, global_states: 5, local_actions: 3 },
    ...{ global_actions: 0, local_policy: new Float32Array(), actions: new Uint8Array() },
  });

  test.each<[string, (of: ReturnType<typeof recording>) => void, RegExp]>([
    [
      "another number of local states",
      ({ play }) => play(0, [0, 1], [], { histogram: [1, 0] }),
      /the recording is not of dock_dispatch: .* counts 2 /,
    ],
    [
      "a state that the game lacks",
      ({ play }) => play(0, [0, 1], [[5, 0]]),
      /the recording is not of dock_dispatch: robot_0 is in state 5 .* the scenario has 5, 5 and 3; give the scenario file/,
    ],
    [
      "other arrays",
      ({ write }) => write(TOPICS.localPolicy, told(HASH)),
      /is not of dock_dispatch: its policy is for the scenario of another .*; give the scenario file/,
    ],
    [
      "two swarms",
      ({ write, play }) => {
        play(0, [0, 1], []);
        const name = "/fleet_a/global_agent/command";
        write({ ...TOPICS.globalCommand, name }, commandOf(sizesOf(game), {}));
      },
      /it holds two swarms \(\/global_agent\/command, \/fleet_a\/.*\); record one alone/,
    ],
    [
      "no two epochs",
      ({ write, play }) => {
        write(TOPICS.localPolicy, told(game.sha256));
        play(0, [0, 1], [[1, 0]]);
        play(2, [0, 1], [[1, 0]]);
      },
      /mcap holds no transition of a robot: .*; record .*command and every robot's action/,
    ],
  ])("%s", async (_, play, message) => {
    const one = recording();
    play(one);
    await expect(one.read()).rejects.toThrow(message);
  });

  test.each<[string, (whole: Buffer) => Buffer, RegExp]>([
    ["no recording at all", () => Buffer.from("no recording at all"), /.*/],
    ["an empty one", () => Buffer.alloc(0), /it is empty/],
    ["a truncated one", (whole) => whole.subarray(0, whole.length - 40), /it ends too early/],
    ["one cut off at its beginning", (whole) => whole.subarray(0, 20), /it ends too early/],
  ])("%s", async (_, made, why) => {
    const one = recording();
    one.play(0, [0, 1], [[1, 0]]);
    one.play(1, [0, 1], [[1, 0]]);
    await one.close();
    const file = join(folder, "broken.mcap");
    writeFileSync(file, made(readFileSync(join(folder, `${files - 1}.mcap`))));
    const sentence = `broken.mcap cannot be read: ${why.source}; give a whole MCAP file without compression`;
    await expect(readRecordings([file], game)).rejects.toThrow(new RegExp(sentence));
  });

  test("a folder without recordings", async () => {
    const empty = join(folder, "empty");
    mkdirSync(empty);
    await expect(readRecordings([empty], game)).rejects.toThrow(/has no .mcap file/);
  });
});
