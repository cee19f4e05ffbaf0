/** An emergency stop holds while the processes that heard it are killed and started again. */
import { RESET_SERVICE, TOPICS } from "../../src/ros/topics";
import { secondsOfProduct } from "./lateness";
import { type EventOf, monotonic, type Peer } from "./peer";
import { isMoving, MovingSwarm, ROBOTS, STOP_BOUND, WATCHED } from "./moving_swarm";
import { shared } from "./shared";
import type { Swarm } from "./swarm";

const STOP = { header: { stamp: { sec: 0, nanosec: 0 }, frame_id: "" }, source: "the test" };
/** The stop is published again this often, ms. */
const AGAIN_MS = 100;

let run: MovingSwarm;
let swarm: Swarm;
let peer: Peer;

shared(
  async (own) => {
    run = await MovingSwarm.start(own, ["--states"]);
    ({ swarm, peer } = run);
  },
  () => run.mend(),
);

function respawn(...names: readonly string[]): number {
  const since = monotonic();
  for (const name of names) swarm.kill(name, "SIGKILL");
  for (const name of names) swarm.restart(name);
  return since;
}

/** Waits until all robots' agents, started after `since`, have published that they are stopped. */
async function allHold(since: number): Promise<number> {
  const holding = new Set<string>();
  const { time } = await peer.first("state", since, ({ message }) => {
    if (message.stopped && !message.acted) holding.add(message.agent_id);
    return holding.size === ROBOTS;
  });
  return time;
}

/** Whether the first command of a global agent started after `since` carries the stop. */
async function resumedStopped(since: number, before: number): Promise<boolean> {
  const isNew = ({ message }: EventOf<"command">): boolean => message.session !== before;
  return (await peer.first("command", since, isNew)).message.emergency_stop;
}

/** Waits for a command with a stop, then until the newest velocity of every body is zero. */
async function allStand(): Promise<number> {
  await peer.first("command", monotonic(), ({ message }) => message.emergency_stop);
  const standing = new Set<string>();
  const { time } = await peer.first("velocity", monotonic(), (heard) => {
    if (isMoving(heard)) standing.delete(heard.body);
    else standing.add(heard.body);
    return standing.size === ROBOTS + 1;
  });
  return time;
}

async function release(): Promise<void> {
  const released = monotonic();
  expect((await peer.call(RESET_SERVICE)).success).toBe(true);
  await run.moving(released);
  expect(run.newestCommand).toMatchObject({ emergency_stop: false, resets: 1 });
}

test("an emergency stop holds where all who heard it but the lead vehicle's agent are respawned at once", async () => {
  // Killed processes count as subscribers for a while, so the stop is repeated until it is heard.
  const again = setInterval(() => peer.publishBytes(TOPICS.emergencyStop, STOP), AGAIN_MS);
  const start = await allStand().finally(() => clearInterval(again));

  await allHold(respawn("local_agents_0"));
  const { session } = run.newestCommand;
  expect(await resumedStopped(respawn("global_agent"), session)).toBe(true);

  const newer = run.newestCommand.session;
  const killed = respawn("local_agents_0", "global_agent");
  expect(await resumedStopped(killed, newer)).toBe(true);
  const held = await allHold(killed);
  await run.heardUntil(held + WATCHED);
  expect(peer.of("velocity", start).filter(isMoving)).toEqual([]);
  await release();
});

test("it holds through the restart of the global agent, then of the robots', until it is released", async () => {
  // The robots' process, the lead agent and the global agent, each reliable and best effort.
  await peer.advertise(TOPICS.emergencyStop, 6);
  await run.moving();
  const start = await peer.publish(TOPICS.emergencyStop, { source: "the test" });
  await run.expectZeroWithin(STOP_BOUND, start, "emergency stop");
  const { session } = run.newestCommand;
  expect(run.newestCommand.emergency_stop).toBe(true);

  expect(await resumedStopped(respawn("global_agent"), session)).toBe(true);

  const held = await allHold(respawn("local_agents_0"));
  await run.heardUntil(held + WATCHED);
  const stood = start + run.secondsToZero(start, held + WATCHED);
  expect(secondsOfProduct("through both: zero", start, stood)).toBeLessThan(STOP_BOUND);
  await release();
});
