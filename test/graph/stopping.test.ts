/** One motion swarm, robots on the move, and everything that must make them stand. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RESET_SERVICE, TOPICS } from "../../src/ros/topics";
import { writeCarousel } from "./carousel";
import { type EventOf, monotonic, Peer } from "./peer";
import { startSwarm, type Swarm } from "./swarm";

const ROBOTS = 30;
/** Robots commanded to move at least, when something is to stop them. */
const MOVING = 15;
/** From the fault until the last zero, s; by the robots' own watchdogs, and by a stop that is heard. */
const WATCHDOG_BOUND = 0.6;
const STOP_BOUND = 0.1;
/** Robots may hear the second of two global agents this much after the test does, s. */
const CONFLICT_BOUND = 0.3;
/** From the death of its agent until a base has stopped, s. */
const BASE_BOUND = 1.6;
/** How long robots are seen to stand, s. */
const WATCHED = 1.5;
/** Wall time of an epoch, s, and simulated seconds a second. */
const EPOCH = 2;
const SPEED = 3;

let folder: string;
let swarm: Swarm;
let peer: Peer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "carousel-"));
  const scenario = writeCarousel(folder);
  swarm = await startSwarm({
    scenario,
    fidelity: "motion",
    robots: ROBOTS,
    tableSize: 2,
    epoch: EPOCH * SPEED,
    speed: SPEED,
  });
  peer = new Peer(swarm.environment, [
    "--robots",
    `${ROBOTS}`,
    "--velocities",
    "--states",
    "--odometry",
  ]);
  await peer.first("command");
});

afterAll(async () => {
  await peer?.end();
  await swarm?.end();
  rmSync(folder, { recursive: true, force: true });
});

const isMoving = ({ linear, angular }: EventOf<"velocity">): boolean =>
  linear !== 0 || angular !== 0;

/** Waits until several robots were commanded to move since now. */
async function moving(since = monotonic()): Promise<void> {
  const bodies = new Set<string>();
  await peer.first("velocity", since, (heard) => {
    if (isMoving(heard)) bodies.add(heard.body);
    return bodies.size >= MOVING;
  });
}

/**
 * Seconds from `start` until every body that was moving then was told to stand; Infinity when one
 * was not, or moved again before `end`.
 */
function secondsToZero(start: number, end: number): number {
  const newest = new Map<string, EventOf<"velocity">>();
  const stoodAt = new Map<string, number>();
  for (const heard of peer.of("velocity", start - 1)) {
    if (heard.time > end) continue;
    newest.set(heard.body, heard);
    if (isMoving(heard)) stoodAt.set(heard.body, Infinity);
    else if (stoodAt.get(heard.body) === Infinity) stoodAt.set(heard.body, heard.time);
  }
  expect(newest.size).toBe(ROBOTS + 1);
  expect(stoodAt.size).toBeGreaterThan(0);
  return Math.max(...stoodAt.values()) - start;
}

/** What each body that did not stand was told. */
function wordsOf(start: number, end: number): string {
  const told = peer.of("velocity", start - 1).filter(({ time }) => time <= end);
  const last = new Map(told.map((heard) => [heard.body, heard]));
  return told
    .filter(({ body }) => isMoving(last.get(body)!))
    .map(
      ({ body, time, linear, angular }) =>
        `${body} ${(time - start).toFixed(3)} ${linear} ${angular}`,
    )
    .join("\n");
}

/** Waits until every body was heard at or after `time`. */
async function heardUntil(time: number): Promise<void> {
  const bodies = new Set<string>();
  await peer.first("velocity", time, ({ body }) => bodies.add(body).size === ROBOTS + 1);
}

async function expectZeroWithin(bound: number, start: number, what: string): Promise<void> {
  await heardUntil(start + WATCHED);
  const seconds = secondsToZero(start, start + WATCHED);
  console.log(`${what}: every cmd_vel zero after ${seconds.toFixed(3)} s`);
  if (seconds === Infinity) console.log(wordsOf(start, start + WATCHED));
  expect(seconds).toBeLessThan(bound);
}

const newestCommand = () => peer.of("command").at(-1)!.message;

test("the global agent's death makes every robot stand within 0.6 s, and its return goes on above the old epoch", async () => {
  await moving();
  const before = newestCommand();
  const killed = monotonic();
  swarm.kill("global_agent", "SIGKILL");
  await expectZeroWithin(WATCHDOG_BOUND, killed, "global agent killed");

  swarm.restart("global_agent");
  const { time, message } = await peer.first(
    "command",
    killed,
    (heard) => heard.message.session !== before.session,
  );
  expect(secondsToZero(killed, time)).toBeLessThan(WATCHDOG_BOUND);
  expect(message.epoch).toBeGreaterThan(before.epoch);
  await moving(time);
});

test("every robot stands within 0.6 s of its last odometry, and goes on when it is back", async () => {
  await moving();
  const stopped = monotonic();
  swarm.kill("simulator", "SIGSTOP");
  try {
    await expectZeroWithin(WATCHDOG_BOUND, stopped, "odometry lost");
  } finally {
    swarm.kill("simulator", "SIGCONT");
  }
  await moving();
});

test("an emergency stop holds through restarts of the agents until the reset service releases it", async () => {
  // One subscription for all robots of a process, the lead agent's and the global agent's.
  await peer.advertise(TOPICS.emergencyStop, 3);
  await moving();
  const start = await peer.publish(TOPICS.emergencyStop, { source: "the test" });
  await expectZeroWithin(STOP_BOUND, start, "emergency stop");
  const { session } = newestCommand();
  expect(newestCommand().emergency_stop).toBe(true);

  swarm.kill("global_agent", "SIGKILL");
  swarm.restart("global_agent");
  const resumed = await peer.first("command", start, (heard) => heard.message.session !== session);
  expect(resumed.message.emergency_stop).toBe(true);

  const killed = monotonic();
  swarm.kill("local_agents_0", "SIGKILL");
  swarm.restart("local_agents_0");
  const holding = new Set<string>();
  const { time: allHold } = await peer.first("state", killed, ({ message }) => {
    if (message.stopped && !message.acted) holding.add(message.agent_id);
    return holding.size === ROBOTS;
  });
  await heardUntil(allHold + WATCHED);
  expect(secondsToZero(start, allHold + WATCHED)).toBeLessThan(STOP_BOUND);

  const released = monotonic();
  expect((await peer.call(RESET_SERVICE)).success).toBe(true);
  await moving(released);
  expect(newestCommand()).toMatchObject({ emergency_stop: false, resets: 1 });
});

test("a global agent that is stopped and continued: robots stand within 0.6 s, and go on", async () => {
  await moving();
  const stopped = monotonic();
  swarm.kill("global_agent", "SIGSTOP");
  try {
    await expectZeroWithin(WATCHDOG_BOUND, stopped, "global agent stopped");
  } finally {
    swarm.kill("global_agent", "SIGCONT");
  }
  const continued = monotonic();
  await moving(continued);
  expect(newestCommand().emergency_stop).toBe(false);
});

test("the death of the robots' agents: bases stop by themselves, epochs go on, and so do the robots", async () => {
  await moving();
  const killed = monotonic();
  const { epoch } = newestCommand();
  swarm.kill("local_agents_0", "SIGKILL");
  // Without an agent nobody tells a base to stand: its own timeout (0.5 s) and its brakes do.
  const after = killed + BASE_BOUND;
  const standing = new Set<string>();
  await peer.first("odometry", after, (heard) => {
    if (heard.body === "lead") return false;
    expect(Math.abs(heard.linear) + Math.abs(heard.angular)).toBeLessThan(0.02);
    return standing.add(heard.body).size === ROBOTS;
  });
  const missing = await peer.first(
    "command",
    killed,
    ({ message }) => message.epoch > epoch + 1 && message.missing > 0,
  );
  expect(missing.message.histogram.reduce((a, b) => a + b, 0)).toBe(0);
  swarm.restart("local_agents_0");
  await moving();
});

test("while two global agents are heard every robot stands, until one alone was heard for 1 s", async () => {
  await moving();
  const { session } = newestCommand();
  const begun = monotonic();
  swarm.restart("global_agent", "global_agent_too");
  const { time: both } = await peer.first(
    "command",
    begun,
    ({ message }) => message.session !== session,
  );
  // An epoch begins in this time, at which a swarm that may would move.
  const conflict = both + EPOCH + CONFLICT_BOUND;
  await heardUntil(conflict);
  const heard = peer.of("velocity", both + CONFLICT_BOUND).filter(({ time }) => time < conflict);
  expect(new Set(heard.map(({ body }) => body)).size).toBe(ROBOTS + 1);
  expect(heard.filter(isMoving)).toEqual([]);
  swarm.kill("global_agent_too", "SIGKILL");
  await moving(conflict);
  const last = peer.of("command").findLast(({ message }) => message.session !== session)!.time;
  const again = peer.of("velocity", both + CONFLICT_BOUND).find(isMoving)!.time;
  console.log(`moving ${(again - last).toFixed(3)} s after the second global agent's last command`);
  expect(again - last).toBeGreaterThan(0.95);
});

test("every robot stands within 0.6 s of the simulator's death, and goes on in the past of a new one", async () => {
  await moving();
  const { decision_time: before, epoch } = newestCommand();
  const killed = monotonic();
  swarm.kill("simulator", "SIGKILL");
  await expectZeroWithin(WATCHDOG_BOUND, killed, "simulator killed");
  // Its /clock begins at the first epoch again.
  swarm.restart("simulator");
  const isBack = ({ message }: EventOf<"command">): boolean =>
    message.epoch > epoch && message.decision_time.sec < before.sec;
  const { time } = await peer.first("command", killed, isBack);
  await moving(time);
});
