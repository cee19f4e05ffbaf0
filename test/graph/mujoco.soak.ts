/**
 * 30 robots in MuJoCo: its arrays are those of the fixture, and a shift's reward is one that evaluate
 * knows from them.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { compareArrays } from "../../src/cli/counts";
import { explorer, readRecordings } from "../../src/cli/recorded";
import { measuredScenario, quantilesOfShift } from "./measured";
import { MovingSwarm, ROBOTS, WATCHDOG_BOUND } from "./moving_swarm";
import { monotonic } from "./peer";
import { startSwarm } from "./swarm";

const [EPOCHS, EPOCH] = [50, 6];

test("what fit measures in a recording agrees with the arrays measured before", async () => {
  const folder = mkdtempSync(join(tmpdir(), "measured-"));
  const record = join(folder, "explored.mcap");
  const swarm = await startSwarm({
    ...{ world: "mujoco", scenario: measuredScenario, robots: ROBOTS, speed: 2, record },
    ...{ seconds: EPOCHS * EPOCH, pair: explorer },
  });
  try {
    const summary = await swarm.summary;
    console.log(JSON.stringify(summary));
    expect(summary).toMatchObject({ missedEpochs: 0, unseenEpochs: 0 });
    await swarm.end();
    const { global, local } = compareArrays(swarm.game, await readRecordings([record], swarm.game));
    const rows = [...global.rows, ...local.rows].filter(({ samples }) => samples > 0);
    expect(rows.length).toBeGreaterThan(90);
    expect(global.largestDistance).toBe(0);
    for (const { distance, samplingError } of rows)
      expect(distance).toBeLessThan(5 * samplingError);
    // Sampling errors of the rows' mean, those of the fixture included.
    expect(local.meanDistance).toBeLessThan(0.1);
  } finally {
    await swarm.end();
    rmSync(folder, { recursive: true });
  }
}, 400_000);

test.each([1, 2])(
  "a shift of dock_dispatch from seed %i earns what evaluate says of its measured arrays",
  async (seed) => {
    const swarm = await startSwarm({
      ...{ world: "mujoco", scenario: measuredScenario, robots: ROBOTS, seed, speed: 2 },
      ...{ seconds: EPOCHS * EPOCH },
    });
    try {
      const summary = await swarm.summary;
      console.log(JSON.stringify(summary));
      expect(swarm.deaths).toEqual([]);
      expect(summary).toMatchObject({ epochs: EPOCHS, missedEpochs: 0, unseenEpochs: 0 });
      expect(summary).toMatchObject({ staleActions: 0, samplesReceived: summary.samplesAsked });
      expect(summary.realTimeFactor).toBeGreaterThan(1);
      // Of about 150 drives hardly one is late.
      expect(summary.unreachedZones).toBeLessThanOrEqual(3);
      const { low, high } = quantilesOfShift(swarm.game, swarm.policy, {
        ...{ robots: ROBOTS, seed, epochs: EPOCHS },
      });
      expect(summary.rewardPerEpoch.mean).toBeGreaterThan(low);
      expect(summary.rewardPerEpoch.mean).toBeLessThan(high);
    } finally {
      await swarm.end();
    }
  },
  400_000,
);

test("a world that is slowed down goes slower and skips nothing, and its robots arrive", async () => {
  const epochs = 20;
  const swarm = await startSwarm({
    ...{ world: "mujoco", scenario: measuredScenario, robots: ROBOTS, speed: 2 },
    ...{ seconds: epochs * EPOCH },
  });
  let isOver = false;
  const over = swarm.summary.finally(() => (isOver = true));
  try {
    await swarm.epochs(1);
    // As by a machine that gives it a core for a third of the time.
    while (!isOver) {
      swarm.kill("mujoco_world", "SIGSTOP");
      await sleep(200);
      swarm.kill("mujoco_world", "SIGCONT");
      await sleep(100);
    }
    const summary = await over;
    console.log(JSON.stringify(summary));
    expect(summary).toMatchObject({ epochs, missedEpochs: 0, unseenEpochs: 0, staleActions: 0 });
    expect(summary.realTimeFactor).toBeLessThan(1.7);
    expect(summary.unreachedZones).toBeLessThanOrEqual(3);
    const of = { robots: ROBOTS, seed: 0, epochs };
    const { low, high } = quantilesOfShift(swarm.game, swarm.policy, of);
    expect(summary.rewardPerEpoch.mean).toBeGreaterThan(low);
    expect(summary.rewardPerEpoch.mean).toBeLessThan(high);
  } finally {
    await swarm.end();
  }
}, 400_000);

test("driving robots stand within 0.5 s where the world halts or dies, and go on with it, or a new one", async () => {
  const owned: { end(): Promise<unknown> }[] = [];
  const own = <T extends { end(): Promise<unknown> }>(one: T): T => {
    owned.unshift(one);
    return one;
  };
  try {
    const run = await MovingSwarm.start(own, [], "mujoco");
    const { swarm } = run;
    const halted = monotonic();
    swarm.kill("mujoco_world", "SIGSTOP");
    await run.expectZeroWithin(WATCHDOG_BOUND, halted, "world halted");
    swarm.kill("mujoco_world", "SIGCONT");
    await run.moving();
    const killed = monotonic();
    swarm.kill("mujoco_world", "SIGKILL");
    await run.expectZeroWithin(WATCHDOG_BOUND, killed, "world killed");
    // The new one's time begins at 0 again, and its bodies at their starts.
    swarm.restart("mujoco_world");
    await run.moving();
  } finally {
    for (const one of owned) await one.end();
  }
}, 200_000);
