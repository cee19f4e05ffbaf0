/** What an rclpy peer hears of a run, and sees of its graph. The peer shares no code with the nodes. */
import { robotNames } from "../../sim/run";
import { sizesOf } from "../../src/game/model";
import type { EventOf, HeardCommand, Peer } from "./peer";
import type { Swarm } from "./swarm";

/** How often the peer looks at the graph, s. */
const LOOK = 0.02;
/** The peer's threads may read simultaneous events this far apart, s. */
const SAME_MOMENT = 0.3;

/** Options of a peer that looks at the graph of so many robots. */
export const lookingAt = (robots: number): string[] => [
  ...["--robots", `${robots}`],
  ...["--graph", `${LOOK}`],
];

/** The first copy of each decision. */
export function decisions(peer: Peer): EventOf<"command">[] {
  return peer
    .of("command")
    .filter(({ message }, i, all) => message.epoch !== all[i - 1]?.message.epoch);
}

/** A command of a swarm that asks as many robots as its policy table has, and is not stopped. */
export function expectWellFormed(command: HeardCommand, { game, policy, settings }: Swarm): void {
  const k = policy.metadata.tableSize!;
  const { sL, sG, aG } = sizesOf(game);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  expect(command.sampled_agents).toHaveLength(k);
  expect(new Set(command.sampled_agents).size).toBe(k);
  for (const robot of command.sampled_agents) expect(robotNames(settings.robots)).toContain(robot);
  expect(command.histogram).toHaveLength(sL);
  expect(sum(command.histogram)).toBe(k - command.missing);
  expect(command.belief).toHaveLength(sL);
  expect(sum(command.belief)).toBeCloseTo(1, 5);
  expect(command.global_state).toBeLessThan(sG);
  expect(command.action).toBeLessThan(aG);
  expect(command.header.frame_id).toBe("map");
  expect(command).toMatchObject({
    sample_size: k,
    population: settings.robots,
    policy_sha256: policy.sha256,
    emergency_stop: false,
    resets: 0,
  });
}

/** Looks with more than 2k subscriptions to states. */
export const overBudget = (looks: readonly EventOf<"graph">[], k: number) =>
  looks.filter(({ live }) => live.length > 2 * k);

/** Subscribed robots that are in none of the previous, the current and the next sample. */
export function strangers(
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
