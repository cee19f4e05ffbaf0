import { claimDomain } from "../../src/ros/domain";
import { TOPICS } from "../../src/ros/topics";
import { Child } from "./child";
import { monotonic, Peer } from "./peer";
import { environmentOf } from "./swarm";

/** Starts a fixture and a peer of it; ends both. */
async function withFixture(
  file: string,
  work: (child: Child, peer: Peer) => Promise<void>,
): Promise<void> {
  const domain = await claimDomain();
  const environment = environmentOf(domain);
  const child = new Child(environment, `test/graph/fixtures/${file}.js`);
  const peer = new Peer(environment, []);
  try {
    await peer.advertise(TOPICS.emergencyStop, 1);
    await work(child, peer);
  } finally {
    await child.end();
    await peer.end();
    domain.release();
  }
}

test("a node whose subscription, service and timers throw stays alive, answers and ends cleanly", async () => {
  await withFixture("throwing_node", async (child, peer) => {
    await peer.publish(TOPICS.emergencyStop, { source: "a test" });
    const failure = await peer.call("/fail");
    expect(failure).toMatchObject({ success: false, message: expect.stringContaining("log") });
    const deadline = monotonic() + 30;
    let counts: Record<string, number> = {};
    while (!(counts.subscription > 0 && counts.service > 0 && counts.timer > 2)) {
      expect(monotonic()).toBeLessThan(deadline);
      const answer = await peer.call("/count");
      expect(answer.success).toBe(true);
      counts = JSON.parse(answer.message);
    }
    const { status, lines } = await child.end("SIGTERM");
    expect(status).toBe(0);
    for (const where of ["subscription", "service", "timer"]) {
      expect(lines.some((line) => line.includes(`Error: thrown in a ${where}`))).toBe(true);
    }
  });
});

test("in rclnodejs alone a throw in a callback aborts the process, past uncaughtException", async () => {
  await withFixture("plain_throwing_node", async (child, peer) => {
    await peer.publish(TOPICS.emergencyStop, { source: "a test" });
    const { signal, lines } = await child.ended;
    expect(signal).toBe("SIGABRT");
    expect(lines.join("\n")).toContain("thrown in a subscription");
  });
});
