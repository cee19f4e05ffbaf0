import { meanReward, readTrace, rewardQuantiles } from "./run_trace";
import { startSwarm } from "./swarm";

const SHIFTS = 6;

test("six shifts in motion miss no epoch and earn what evaluate says", async () => {
  const seconds = SHIFTS * 50 * 6;
  const swarm = await startSwarm({ fidelity: "motion", epoch: 6, speed: 4, seconds, seed: 7 });
  try {
    const summary = await swarm.summary;
    const trace = readTrace(swarm.trace);
    expect(swarm.deaths).toEqual([]);
    expect(summary).toMatchObject({ epochs: SHIFTS * 50, missedEpochs: 0, missingActions: 0 });
    const { low, high } = rewardQuantiles(trace, swarm.game, swarm.policy);
    expect(meanReward(trace)).toBeGreaterThan(low);
    expect(meanReward(trace)).toBeLessThan(high);
  } finally {
    await swarm.end();
  }
}, 900_000);
