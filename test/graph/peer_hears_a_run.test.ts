/** What an rclpy peer, which shares no code with the nodes, hears of a run. */
import { sizesOf } from "../../src/game/model";
import { TOPICS } from "../../src/ros/topics";
import { inclusionQuantile, overlapFit } from "../support/sampling_fit";
import { type EventOf, type HeardCommand, Peer } from "./peer";
import { startSwarm, type Swarm, type SwarmOptions } from "./swarm";

const ROBOTS = [...Array(30).keys()].map((i) => `robot_${i}`);
const K = 10;
const EPOCHS = 300;
/** Probability of each tail; the seed is fixed. */
const TAIL = 0.001;
/** The peer's threads may read simultaneous events this far apart, s. */
const SAME_MOMENT = 0.3;
/** How often the peer looks at the graph, s. */
const LOOK = 0.02;

async function hearing(
  options: SwarmOptions,
  work: (peer: Peer, swarm: Swarm) => Promise<void>,
): Promise<void> {
  const swarm = await startSwarm({ robots: ROBOTS.length, sampleSize: K, ...options });
  const peer = new Peer(swarm.environment, [
    ...["--robots", `${ROBOTS.length}`],
    ...["--graph", `${LOOK}`],
  ]);
  try {
    await work(peer, swarm);
    expect(swarm.deaths).toEqual([]);
  } finally {
    await peer.end();
    await swarm.end();
  }
}

/** The first copy of each decision. */
function decisions(peer: Peer): EventOf<"command">[] {
  return peer
    .of("command")
    .filter(({ message }, i, all) => message.epoch !== all[i - 1]?.message.epoch);
}

/** Waits until `count` decisions after the first one were heard. */
async function heardEpochs(peer: Peer, count: number): Promise<void> {
  const first = (await peer.first("command")).message.epoch;
  await peer.first("command", 0, ({ message }) => message.epoch >= first + count, 55);
}

function expectWellFormed(command: HeardCommand, { game, policy }: Swarm): void {
  const { sL, sG, aG } = sizesOf(game);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  expect(command.sampled_agents).toHaveLength(K);
  expect(new Set(command.sampled_agents).size).toBe(K);
  for (const robot of command.sampled_agents) expect(ROBOTS).toContain(robot);
  expect(command.histogram).toHaveLength(sL);
  expect(sum(command.histogram)).toBe(K - command.missing);
  expect(command.belief).toHaveLength(sL);
  expect(sum(command.belief)).toBeCloseTo(1, 5);
  expect(command.global_state).toBeLessThan(sG);
  expect(command.action).toBeLessThan(aG);
  expect(command.header.frame_id).toBe("map");
  expect(command).toMatchObject({
    sample_size: K,
    population: ROBOTS.length,
    policy_sha256: policy.sha256,
    emergency_stop: false,
    resets: 0,
  });
}

/** Looks with more than 2k subscriptions to states. */
const overBudget = (looks: readonly EventOf<"graph">[]) =>
  looks.filter(({ live }) => live.length > 2 * K);

/** Subscribed robots that are in none of the previous, the current and the next sample. */
function strangers(
  looks: readonly EventOf<"graph">[],
  heard: readonly EventOf<"command">[],
): string[] {
  return looks.flatMap(({ time, live }) => {
    const now = heard.findLastIndex((command) => command.time <= time);
    // A look and a command of the same moment may come in either order.
    const last = heard.findLastIndex((command) => command.time <= time + SAME_MOMENT);
    if (now < 1 || last + 1 >= heard.length) return [];
    const around = heard.slice(now - 1, last + 2);
    const known = new Set(around.flatMap(({ message }) => message.sampled_agents));
    return live.map(([robot]) => robot).filter((robot) => !known.has(robot));
  });
}

test("the commands of 300 epochs are well-formed, their samples uniform, the policy is the one they name", async () => {
  await hearing({ fidelity: "abstract", seed: 3 }, async (peer, swarm) => {
    await heardEpochs(peer, EPOCHS);
    const heard = decisions(peer).map(({ message }) => message);
    heard.forEach((command, i) => {
      expectWellFormed(command, swarm);
      expect(command.epoch).toBe(heard[0].epoch + i);
      expect(command.missing).toBe(0);
    });
    const samples = heard.map(({ sampled_agents }) => sampled_agents);
    const quantile = inclusionQuantile(samples, ROBOTS);
    const overlaps = overlapFit(samples, ROBOTS.length);
    const looks = peer.of("graph");
    const most = Math.max(...looks.map(({ live }) => live.length));
    console.log(
      `${samples.length} samples: inclusion at quantile ${quantile.toFixed(3)}, overlaps p = ${overlaps.toFixed(3)}; at most ${most} live subscriptions in ${looks.length} looks`,
    );
    expect(quantile).toBeGreaterThan(TAIL);
    expect(quantile).toBeLessThan(1 - TAIL);
    expect(overlaps).toBeGreaterThan(TAIL);
    expect(overBudget(looks)).toEqual([]);

    const policies = peer.of("policy");
    expect(policies).toHaveLength(1);
    const { sL, sG, aL } = sizesOf(swarm.game);
    expect(policies[0].message).toMatchObject({
      policy_sha256: heard[0].policy_sha256,
      scenario_sha256: swarm.game.sha256,
      local_states: sL,
      global_states: sG,
      local_actions: aL,
      local_policy: Array.from(swarm.policy.pair.localPolicy),
    });
  });
});

test("commands are repeated at 10 Hz with another stamp alone, only the sampled are subscribed, and a stop is heard both ways", async () => {
  await hearing({ fidelity: "motion", speed: 6, seed: 3 }, async (peer, swarm) => {
    await peer.advertise(TOPICS.emergencyStop, 3);
    await heardEpochs(peer, 6);
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
    expect(overBudget(looks)).toEqual([]);
    expect(strangers(looks, heard)).toEqual([]);
    // The check works: against commands that are three epochs too late it does find strangers.
    const late = heard.slice(3).map((command, i) => ({ ...command, time: heard[i].time }));
    expect(strangers(looks, late)).not.toEqual([]);

    const since = await peer.publish(TOPICS.emergencyStop, { source: "the peer, π" });
    await peer.first("command", since, ({ message }) => message.emergency_stop);
  });
});
