/** What an rclpy peer hears of a run in motion. abstract_statistics.test.ts has one in the abstract world. */
import { TOPICS } from "../../src/ros/topics";
import { decisions, expectWellFormed, lookingAt, overBudget, strangers } from "./heard_run";
import { Peer } from "./peer";
import { startSwarm } from "./swarm";

const ROBOTS = 30;
const K = 10;
/** Decisions after the first one that is heard. */
const EPOCHS = 6;

test("commands are repeated at 10 Hz with another stamp alone, only the sampled are subscribed, and a stop is heard both ways", async () => {
  const swarm = await startSwarm({ world: "motion", robots: ROBOTS, speed: 6, seed: 3 });
  const peer = new Peer(swarm.environment, lookingAt(ROBOTS));
  try {
    await peer.advertise(TOPICS.emergencyStop, 6);
    const { epoch } = (await peer.first("command")).message;
    await peer.first("command", 0, ({ message }) => message.epoch >= epoch + EPOCHS);
    const copies = peer.of("command");
    const heard = decisions(peer);
    heard.forEach(({ message }, i) => {
      expectWellFormed(message, swarm);
      expect(message.epoch).toBe(heard[0].message.epoch + i);
    });
    const gaps = copies.slice(1).map((copy, i) => copy.time - copies[i].time);
    const median = gaps.sort((a, b) => a - b)[gaps.length >> 1];
    console.log(
      `${copies.length} commands of ${heard.length} epochs, median ${median.toFixed(3)} s`,
    );
    expect(median).toBeGreaterThan(0.07);
    expect(median).toBeLessThan(0.13);
    // The peer may have heard only the first epoch's last copy, and the last epoch's first one.
    for (const { message } of heard.slice(1, -1)) {
      const same = copies.filter((copy) => copy.message.epoch === message.epoch);
      for (const copy of same) {
        expect(copy.message).toEqual({ ...message, header: copy.message.header });
      }
      // Copies sent at the same simulated time have the same stamp.
      const stamps = same.map(({ message }) => message.header.stamp);
      const times = stamps.map(({ sec, nanosec }) => sec + nanosec / 1e9);
      expect(times).toEqual([...times].sort((a, b) => a - b));
      expect(new Set(times).size).toBeGreaterThan(1);
    }

    const looks = peer.of("graph", heard[0].time);
    // The graph shows a subscription a moment before the name of its node.
    const nodes = new Set(looks.flatMap(({ live }) => live.map(([, node]) => node)));
    nodes.delete("_NODE_NAME_UNKNOWN_");
    expect([...nodes]).toEqual(["global_agent"]);
    expect(overBudget(looks, K)).toEqual([]);
    expect(strangers(looks, heard)).toEqual([]);
    // The check works: against commands that are three epochs too late it does find strangers.
    const late = heard.slice(3).map((command, i) => ({ ...command, time: heard[i].time }));
    expect(strangers(looks, late)).not.toEqual([]);

    const since = await peer.publish(TOPICS.emergencyStop, { source: "the peer, π" });
    await peer.first("command", since, ({ message }) => message.emergency_stop);
    expect(swarm.deaths).toEqual([]);
  } finally {
    await peer.end();
    await swarm.end();
  }
});
