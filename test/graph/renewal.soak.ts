/** Weeks of subscriptions: fresh participants keep the global agent's memory in bounds. */
import { setTimeout as wait } from "node:timers/promises";
import { usageOf } from "../../bench/process_usage";
import type { EventOf } from "./peer";
import { Peer } from "./peer";
import { startSwarm } from "./swarm";

const [ROBOTS, ASKED] = [100, 40];
const SUBSCRIPTIONS = 100_000;
/** Of one participant. */
const KEPT = 4000;
const LINES = 25;
/** A line waits for a garbage collection of so long, ms. */
const COLLECTING_MS = 500;
const WIDTH = 60;

/** New subscriptions for each command: robots that are asked again keep theirs. */
function countedBy(commands: readonly EventOf<"command">[]): number {
  const samples = new Map(
    commands.map(({ message }) => [message.epoch, message.sampled_agents] as const),
  );
  let before = new Set<string>();
  let count = 0;
  for (const sample of samples.values()) {
    count += sample.filter((robot) => !before.has(robot)).length;
    before = new Set(sample);
  }
  return count;
}

test("over 100,000 subscriptions no epoch is missed, no state is missing, and memory stays", async () => {
  const swarm = await startSwarm({
    robots: ROBOTS,
    sampleSize: ASKED,
    tableSize: 3,
    programs: { global_agent: "test/graph/fixtures/collecting_global_agent.js" },
    overrides: { global_agent: { subscriptions_kept: KEPT } },
  });
  const peer = new Peer(swarm.environment, []);
  const seen: { subscriptions: number; megabytes: number }[] = [];
  const process = swarm.pid("global_agent");
  try {
    while (seen.length < LINES) {
      const due = ((seen.length + 1) * SUBSCRIPTIONS) / LINES;
      await peer.until(
        `${due} subscriptions`,
        () => peer.of("command").length > 0 && countedBy(peer.of("command")) >= due,
        120,
      );
      swarm.kill("global_agent", "SIGWINCH");
      await wait(COLLECTING_MS);
      const { residentMegabytes: megabytes } = usageOf(process);
      seen.push({ subscriptions: countedBy(peer.of("command")), megabytes });
    }
    const epochs = [...new Set(peer.of("command").map(({ message }) => message.epoch))];
    const sessions = new Set(peer.of("command").map(({ message }) => message.session));
    const missing = peer.of("command").filter(({ message }) => message.missing > 0);
    const times = peer.of("command").map(({ time }) => time);
    const longestGap = Math.max(...times.map((time, i) => time - (times[i - 1] ?? time)));
    const most = Math.max(...seen.map(({ megabytes }) => megabytes));
    for (const { subscriptions, megabytes } of seen) {
      const bar = "#".repeat(Math.round((WIDTH * megabytes) / most));
      console.log(
        `${String(subscriptions).padStart(7)} ${megabytes.toFixed(1).padStart(6)} MB ${bar}`,
      );
    }
    expect(epochs).toEqual(epochs.map((_, i) => epochs[0] + i));
    expect([sessions.size, missing]).toEqual([1, []]);
    console.log(`commands at most ${longestGap.toFixed(3)} s apart`);
    // Robots would stand: the end of a participant must not hold the agent up.
    expect(longestGap).toBeLessThan(0.5);
    expect(swarm.deaths).toEqual([]);
    // The second half against the first, once a fresh participant has taken over.
    const [first, second] = [seen.slice(2, LINES / 2), seen.slice(LINES / 2)];
    const highest = (of: typeof seen): number => Math.max(...of.map(({ megabytes }) => megabytes));
    expect(highest(second)).toBeLessThan(1.03 * highest(first));
  } finally {
    await peer.end();
    await swarm.end();
  }
}, 1_800_000);
