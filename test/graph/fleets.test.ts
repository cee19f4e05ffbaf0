/** Two swarms in one ROS domain, each in its namespace and with its page. */
import { readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { parseServerMessage, type WorldState } from "../../sim/protocol";
import { TOPICS } from "../../src/ros/topics";
import { TestPage } from "../sim/visitors";
import { Peer } from "./peer";
import { shared } from "./shared";
import { PACED, startSwarm, type Swarm } from "./swarm";

const FLEETS = ["fleet_a", "fleet_b"] as const;
const ROBOTS = 4;
let swarms: readonly Swarm[] = [];
let pages: readonly TestPage[] = [];
let peer: Peer;

shared(
  async (own) => {
    const options = { programs: PACED, robots: ROBOTS, tableSize: 3, headless: false };
    // Where its odometry begins one fleet takes from the simulator's static transforms.
    const inTf = { pose_source: "tf" };
    const overrides = { local_agents_0: inTf, lead_agent: inTf };
    const first = own(await startSwarm({ ...options, overrides, fleet: FLEETS[0] }));
    const second = own(await startSwarm({ ...options, fleet: FLEETS[1], beside: first, seed: 3 }));
    swarms = [first, second];
    peer = own(new Peer(first.environment, []));
    pages = await Promise.all(swarms.map(async ({ page }) => commanding(await page)));
  },
  () => Promise.resolve(),
);

function commanding(address: string): TestPage {
  const { port, hash } = new URL(address);
  return new TestPage({ port: Number(port) }, { token: hash.slice("#token=".length) });
}

/** The first state of the world from here on that the page is told and that fits. */
async function told(page: TestPage, fits: (world: WorldState) => boolean): Promise<WorldState> {
  for (;;) {
    const data = await page.next();
    if (data[0] !== "{".charCodeAt(0)) continue;
    const message = parseServerMessage(data.toString());
    if (message.type === "world" && fits(message)) return message;
  }
}

const isStopped = ({ emergencyStop }: WorldState): boolean => emergencyStop;

const command = (page: TestPage, what: string): void =>
  page.say({ type: "command", id: 1, command: { do: what } });

test("each fleet asks and rewards its own robots, every epoch", async () => {
  await Promise.all(swarms.map((swarm) => swarm.epochs(20)));
  for (const { trace } of swarms) {
    const epochs = readFileSync(trace, "utf8").trim().split("\n");
    const told = epochs.map((line) => JSON.parse(line) as { epoch: number; sampled: string[] });
    expect(told.map(({ epoch }) => epoch)).toEqual([...told.keys()]);
    expect(new Set(told.flatMap(({ sampled }) => sampled))).toEqual(
      new Set([...Array(ROBOTS).keys()].map((i) => `robot_${i}`)),
    );
  }
});

test("a page stops and releases its own fleet, /emergency_stop stops all, best effort too", async () => {
  const [a, b] = pages;
  command(a, "stop");
  await told(a, isStopped);
  command(b, "pause");
  expect(isStopped(await told(b, ({ paused }) => paused))).toBe(false);
  command(b, "resume");
  command(a, "release");
  await told(a, (world) => !isStopped(world));
  // The global agent, the lead agent and the host of each fleet.
  await peer.advertise(TOPICS.emergencyStop, 3 * FLEETS.length, true);
  let areTold = false;
  const all = Promise.all(pages.map((page) => told(page, isStopped))).then(() => (areTold = true));
  // What is sent best effort may be lost: it is said until all have heard it.
  while (!areTold) {
    await peer.publish(TOPICS.emergencyStop, { source: "a person" });
    await Promise.race([all, setTimeout(100)]);
  }
});
