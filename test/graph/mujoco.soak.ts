/** A shift of 30 robots in MuJoCo: no epoch is missed, and its reward is one that evaluate knows. */
import { robotNames } from "../../sim/run";
import { drawEpisodeStart } from "../../src/game/episode";
import { MovingSwarm, ROBOTS, WATCHDOG_BOUND } from "./moving_swarm";
import { monotonic } from "./peer";
import { rewardQuantiles } from "./run_trace";
import { startSwarm } from "./swarm";

const [EPOCHS, EPOCH] = [50, 6];

test.each([1, 2])(
  "a shift of dock_dispatch from seed %i earns what evaluate says of its arrays",
  async (seed) => {
    const swarm = await startSwarm({
      ...{ world: "mujoco", robots: ROBOTS, seed, speed: 2, seconds: EPOCHS * EPOCH },
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
      const { globalState, localStates } = drawEpisodeStart(
        swarm.game,
        robotNames(ROBOTS),
        seed,
        0,
      );
      const start = { globalState, localStates: Array.from(localStates) };
      const shift = new Array<typeof start>(EPOCHS).fill(start);
      const { low, high } = rewardQuantiles(shift, swarm.game, swarm.policy);
      expect(summary.rewardPerEpoch.mean).toBeGreaterThan(low);
      expect(summary.rewardPerEpoch.mean).toBeLessThan(high);
    } finally {
      await swarm.end();
    }
  },
  400_000,
);

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
