/** The global agent activated and deactivated a hundred times. */
import { usageOf } from "../../bench/process_usage";
import { monotonic, Peer } from "./peer";
import { startSwarm } from "./swarm";

const CYCLES = 100;
/** Cycles after which memory is taken as settled. */
const SETTLED = 30;

test("after 100 cycles of activate and deactivate nothing has leaked and epochs go on", async () => {
  const swarm = await startSwarm({ robots: 8, sampleSize: 3, tableSize: 3 });
  const peer = new Peer(swarm.environment, []);
  const change = (id: number) =>
    peer.request("/global_agent/change_state", "lifecycle_msgs/srv/ChangeState", {
      transition: { id },
    });
  try {
    await peer.first("command");
    const pid = swarm.pid("global_agent");
    let settled = usageOf(pid);
    const sessions = new Set<number>();
    for (let cycle = 1; cycle <= CYCLES; cycle++) {
      expect(await change(4)).toEqual({ success: true });
      const since = monotonic();
      expect(await change(3)).toEqual({ success: true });
      sessions.add((await peer.first("command", since)).message.session);
      if (cycle === SETTLED) settled = usageOf(pid);
    }
    const { megabytes, files } = usageOf(pid);
    console.log(
      `${settled.megabytes.toFixed(0)} MB and ${settled.files} files after ${SETTLED} cycles, ${megabytes.toFixed(0)} MB and ${files} after ${CYCLES}`,
    );
    expect(sessions.size).toBe(CYCLES);
    expect(files).toBeLessThanOrEqual(settled.files);
    expect(megabytes).toBeLessThan(1.05 * settled.megabytes);
    expect(swarm.deaths).toEqual([]);
  } finally {
    await peer.end();
    await swarm.end();
  }
}, 600_000);
