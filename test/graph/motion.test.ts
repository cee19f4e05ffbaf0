import { drawEpisodeStart } from "../../src/game/episode";
import { meanReward, readTrace, rewardQuantiles } from "./run_trace";
import { startSwarm } from "./swarm";

test("a shift of dock_dispatch in motion over ROS earns what evaluate says, and another follows", async () => {
  const swarm = await startSwarm({
    world: "motion",
    epoch: 6,
    speed: 12,
    seconds: 306,
    seed: 1,
  });
  try {
    const summary = await swarm.summary;
    const all = readTrace(swarm.trace);
    const trace = all.slice(0, 50);
    expect(swarm.deaths).toEqual([]);
    expect(summary).toMatchObject({ epochs: 51, missedEpochs: 0, missingActions: 0 });
    expect(summary.samplesReceived).toBe(510);
    const ids = [...Array(30).keys()].map((i) => `robot_${i}`);
    for (const [epoch, episode] of [
      [0, 0],
      [50, 1],
    ]) {
      const start = drawEpisodeStart(swarm.game, ids, 1, episode);
      expect(all[epoch].globalState).toBe(start.globalState);
      expect(all[epoch].localStates).toEqual(Array.from(start.localStates));
    }
    const { low, high } = rewardQuantiles(trace, swarm.game, swarm.policy);
    expect(meanReward(trace)).toBeGreaterThan(low);
    expect(meanReward(trace)).toBeLessThan(high);
  } finally {
    await swarm.end();
  }
}, 120_000);
