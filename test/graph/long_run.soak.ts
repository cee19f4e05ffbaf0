import { meanReward, readTrace, rewardQuantiles } from "./run_trace";
import { startSwarm } from "./swarm";

const KINDS = { scenario: "dock_dispatch_mixed", sampling: "by_kind", tableSize: 0 } as const;
/** Epochs in s; a table of 0: learned at points. */
const RUNS = [
  { ...KINDS, robots: 30, epoch: 6, shifts: 1, speed: 12 },
  { scenario: "dock_dispatch", robots: 30, epoch: 6, shifts: 6, speed: 4, tableSize: 10 },
  { scenario: "warehouse", robots: 300, epoch: 18, shifts: 1, speed: 2, tableSize: 0 },
];

test.each(RUNS)(
  "$shifts shifts of $scenario in motion, $robots robots, miss no epoch and earn what evaluate says",
  async ({ shifts, ...run }) => {
    const seconds = shifts * 50 * run.epoch;
    const swarm = await startSwarm({ world: "motion", seed: 7, ...run, seconds });
    try {
      const summary = await swarm.summary;
      const trace = readTrace(swarm.trace);
      expect(swarm.deaths).toEqual([]);
      expect(summary).toMatchObject({ epochs: shifts * 50, missedEpochs: 0, missingActions: 0 });
      const { low, high } = rewardQuantiles(
        trace,
        swarm.game,
        swarm.policy,
        swarm.settings.sampling,
      );
      console.log(`reward ${meanReward(trace)}, ${low} to ${high} by evaluate`);
      expect(meanReward(trace)).toBeGreaterThan(low);
      expect(meanReward(trace)).toBeLessThan(high);
    } finally {
      await swarm.end();
    }
  },
  900_000,
);
