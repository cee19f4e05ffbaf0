/** The global agent activated and deactivated a hundred times. */
import { setTimeout as wait } from "node:timers/promises";
import { type ProcessUsage, usageOf } from "../../bench/process_usage";
import { monotonic, Peer } from "./peer";
import { startSwarm } from "./swarm";

const CYCLES = 100;
/** Memory must not grow after so many cycles. */
const SETTLED = 30;
/** A garbage collection takes at most so long, ms. */
const COLLECTING_MS = 1000;

test("after 100 cycles of activate and deactivate nothing has leaked and epochs go on", async () => {
  const program = "test/graph/fixtures/collecting_global_agent.js";
  const swarm = await startSwarm({
    robots: 8,
    sampleSize: 3,
    tableSize: 3,
    programs: { global_agent: program },
  });
  const peer = new Peer(swarm.environment, []);
  const change = (id: number) =>
    peer.request("/global_agent/change_state", "lifecycle_msgs/srv/ChangeState", {
      transition: { id },
    });
  /** Memory and files in use, after a garbage collection. */
  const inUse = async (): Promise<ProcessUsage> => {
    swarm.kill("global_agent", "SIGWINCH");
    await wait(COLLECTING_MS);
    return usageOf(swarm.pid("global_agent"));
  };
  try {
    await peer.first("command");
    let settled = await inUse();
    const sessions = new Set<number>();
    for (let cycle = 1; cycle <= CYCLES; cycle++) {
      expect(await change(4)).toEqual({ success: true });
      const since = monotonic();
      expect(await change(3)).toEqual({ success: true });
      sessions.add((await peer.first("command", since)).message.session);
      if (cycle === SETTLED) settled = await inUse();
    }
    const { residentMegabytes: megabytes, files } = await inUse();
    console.log(
      `${settled.residentMegabytes.toFixed(0)} MB and ${settled.files} files after ${SETTLED} cycles, ${megabytes.toFixed(0)} MB and ${files} after ${CYCLES}`,
    );
    expect(sessions.size).toBe(CYCLES);
    expect(files).toBeLessThanOrEqual(settled.files);
    expect(megabytes).toBeLessThan(1.05 * settled.residentMegabytes);
    expect(swarm.deaths).toEqual([]);
  } finally {
    await peer.end();
    await swarm.end();
  }
}, 600_000);
