/**
 * A motion swarm whose world is commanded, from its page and by ROS: what the ROS side then shows.
 */
import WebSocket from "ws";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Fault,
  parseServerMessage,
  SOCKET_PATH,
  type ServerMessage,
} from "../../sim/protocol";
import type { Command } from "../../sim/page_protocol";
import { PAUSE_SERVICE, STEP_SERVICE, TOPICS } from "../../src/ros/topics";
import { writeCarousel } from "./carousel";
import { type EventOf, monotonic, Peer } from "./peer";
import { startSwarm, type Swarm } from "./swarm";

const ROBOTS = 8;
/** Robots that there are at most, once more have joined. */
const MANY = 12;
/** Robots that are left in the end. */
const FEW = 5;
const BROKEN = 3;
const SPEED = 4;
/** From an emergency stop's arrival at the robots until cmd_vel is zero, s. */
const STOP_BOUND = 0.1;
/** The page is told of everything within, s; something is told each second. */
const LONGEST_WAIT = 30;
/** Time that stands for so long stands, s. */
const WATCHED = 1;

let folder: string;
let swarm: Swarm;
let peer: Peer;
let page: WebSocket;
const told: ServerMessage[] = [];
let wake = (): void => undefined;
let lastId = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "carousel-"));
  swarm = await startSwarm({
    scenario: writeCarousel(folder),
    fidelity: "motion",
    robots: ROBOTS,
    tableSize: 2,
    headless: false,
    speed: SPEED,
  });
  const options = ["--robots", `${MANY}`, "--velocities", "--odometry", "--clock"];
  peer = new Peer(swarm.environment, options);
  const { origin, host, hash } = new URL(await swarm.page);
  page = new WebSocket(`ws://${host}${SOCKET_PATH}`, { origin });
  page.on("message", (data: Buffer, isBinary) => {
    if (!isBinary) told.push(parseServerMessage(String(data)));
    wake();
  });
  await new Promise((resolve) => page.once("open", resolve));
  page.send(JSON.stringify({ type: "hello", token: hash.slice("#token=".length) }));
  await peer.first("command");
});

afterAll(async () => {
  page?.terminate();
  await peer?.end();
  await swarm?.end();
  rmSync(folder, { recursive: true, force: true });
});

/** What the page is told once `look` finds it among the messages from `from` on. */
async function heard<T>(look: (messages: readonly ServerMessage[]) => T | undefined, from = 0) {
  const end = monotonic() + LONGEST_WAIT;
  for (;;) {
    const found = look(told.slice(from));
    if (found !== undefined) return found;
    if (monotonic() > end) throw new Error(`the page was not told: ${String(look)}`);
    await new Promise<void>((resolve) => (wake = resolve));
  }
}

async function command(what: Command): Promise<string> {
  const id = ++lastId;
  page.send(JSON.stringify({ type: "command", id, command: what }));
  const answer = await heard((messages) =>
    messages.find((message) => message.type === "answer" && message.id === id),
  );
  return answer.type === "answer" ? `${answer.done} ${answer.message}` : "";
}

const isMoving = ({ linear, angular }: EventOf<"velocity">): boolean =>
  linear !== 0 || angular !== 0;

async function moving(robot?: string): Promise<void> {
  await peer.first(
    "velocity",
    monotonic(),
    (heard) => isMoving(heard) && heard.body === (robot ?? heard.body),
  );
}

const clockNow = () => peer.of("clock").at(-1)!;

/** Simulated seconds that go by in so many seconds. */
async function pace(seconds: number): Promise<number> {
  const start = clockNow();
  const end = await peer.first("clock", start.time + seconds);
  return (end.now - start.now) / (end.time - start.time);
}

test("the page's emergency stop makes every robot stand within 0.1 s, and its release lets them go on", async () => {
  await moving();
  const since = monotonic();
  expect(await command({ do: "stop" })).toMatch(/^true emergency stop/);
  const stopped = await peer.first("command", since, ({ message }) => message.emergency_stop);
  await peer.first("velocity", stopped.time + WATCHED);
  const late = peer.of("velocity", stopped.time + STOP_BOUND).filter(isMoving);
  expect(late).toEqual([]);
  expect(peer.of("velocity", since - 1).some(isMoving)).toBe(true);
  expect(await command({ do: "release" })).toBe("true the emergency stop is released");
  await moving();
});

test("paused, time and robots stand; a step ends at the next epoch; then it goes on", async () => {
  await moving();
  expect(await command({ do: "pause" })).toBe("true time stands");
  const start = clockNow();
  await peer.first("clock", start.time + WATCHED);
  const standing = clockNow();
  expect(standing.now - start.now).toBeLessThan(0.1);
  expect((await peer.call(STEP_SERVICE)).success).toBe(true);
  const boundary = (Math.floor(standing.now / swarm.settings.epoch) + 1) * swarm.settings.epoch;
  await peer.first("clock", standing.time, ({ now }) => now >= boundary);
  await peer.first("clock", monotonic() + WATCHED);
  expect(clockNow().now).toBeCloseTo(boundary, 6);
  await peer.first(
    "command",
    standing.time,
    ({ message }) => message.decision_time.sec >= boundary,
  );
  const type = "std_srvs/srv/SetBool";
  expect(await peer.request(PAUSE_SERVICE, type, { data: false })).toMatchObject({ success: true });
  await moving();
  expect((await peer.call(STEP_SERVICE)).message).toMatch(/pause first/);
});

test("speed changes while it runs, within what the epoch allows, and the factor reached is told", async () => {
  expect(await pace(1)).toBeCloseTo(SPEED, 0);
  expect(await command({ do: "speed", factor: 1 })).toBe("true speed is 1");
  expect(await pace(1)).toBeCloseTo(1, 0);
  const from = told.length;
  const world = await heard(
    (messages) =>
      messages.findLast(
        (message) =>
          message.type === "world" && message.speed === 1 && Number(message.realTimeFactor) < 1.3,
      ),
    from,
  );
  expect(world).toMatchObject({ canCommand: true, paused: false });
  expect(await command({ do: "speed", factor: 0.25 })).toBe("true speed is 0.25");
  // Odometry comes by the wall clock too, or watchdogs would make everybody stand again and again.
  const slow = monotonic();
  await peer.first("clock", slow + WATCHED);
  const heardOdometry = peer.of("odometry", slow).filter(({ body }) => body === "robot_0");
  expect(heardOdometry.length).toBeGreaterThan(7 * WATCHED);
  expect(await command({ do: "speed", factor: 500 })).toMatch(
    /^false at a speed of 500 .*too short/,
  );
  expect(await command({ do: "speed", factor: SPEED })).toBe(`true speed is ${SPEED}`);
});

test("sample size and observation are the global agent's from the next epoch on", async () => {
  const since = monotonic();
  expect(await command({ do: "sampleSize", size: 5 })).toBe("true sample_size is 5");
  await peer.first("command", since, ({ message }) => message.sampled_agents.length === 5);
  expect(await command({ do: "observation", mode: "filter" })).toBe("true observation is filter");
  await heard((messages) =>
    messages.find((m) => m.type === "world" && m.observation === "filter" && m.sampleSize === 5),
  );
});

test("the policy's picture is of the belief that was acted on", async () => {
  const picture = await heard((messages) => messages.find((m) => m.type === "picture"));
  if (picture.type !== "picture") throw new Error("no picture");
  const { globalStates, localStates } = swarm.game;
  const { globalGap, localGap } = swarm.policy.metadata;
  expect(picture).toMatchObject({ tableSize: 2, globalGap, localGap });
  const shares = Array<number>(localStates.length).fill(picture.tableSize + 1);
  expect(picture.actions.map((zones) => zones.map(({ length }) => length))).toEqual(
    globalStates.map(() => shares),
  );
});

test("a reset places the robots anew and starts the statistics from zero", async () => {
  await swarm.epochs(4);
  const from = told.length;
  expect(await command({ do: "reset", seed: 7 })).toMatch(/^true at the end of this epoch/);
  const snapshot = await heard((messages) => messages.find((m) => m.type === "snapshot"), from);
  if (snapshot.type !== "snapshot") throw new Error("no snapshot");
  expect(snapshot.history).toEqual([]);
  const after = told.length;
  const epoch = await heard(
    (messages) => messages.find((m) => m.type === "epoch" && m.reward !== null),
    after,
  );
  expect(epoch).toMatchObject({ epochsCounted: 1, missedEpochs: 0 });
  await moving();
});

type Seen = readonly EventOf<"odometry">[];
/** Others may push it a little. */
const stands = (seen: Seen): boolean =>
  seen.filter(({ linear }) => Math.abs(linear) < 0.05).length > 0.8 * seen.length;

test.each<[Fault, string, (seen: Seen) => boolean]>([
  ["mute", "tells nothing", (seen) => seen.length === 0],
  ["nan", "tells nonsense", (seen) => seen.length > 0 && seen.every(({ x }) => x === null)],
  ["frozen", "tells the same", (seen) => new Set(seen.map(({ x }) => x)).size === 1],
  ["stall", "stands", stands],
  ["deaf", "stands", stands],
])("a robot with fault %s %s, others move on, and so does it once it is mended", async (...row) => {
  const [fault, , shows] = row;
  const robot = `robot_${BROKEN}`;
  await moving(robot);
  const said = await command({ do: "fault", robot: BROKEN, fault });
  expect(said).toBe(`true ${robot}: ${fault}`);
  try {
    // Its base stops by its own timeout and brakes.
    const settled = monotonic() + 1.2;
    await peer.first(
      "odometry",
      settled + WATCHED,
      ({ body, linear }) => body !== robot && body !== "lead" && linear > 0,
    );
    const seen = peer.of("odometry", settled).filter(({ body }) => body === robot);
    const told = seen.map(({ x, linear }) => [x, linear]);
    expect({ told, shows: shows(seen) }).toEqual({ told, shows: true });
  } finally {
    const mended = await command({ do: "fault", robot: BROKEN, fault: "none" });
    expect(mended).toBe(`true ${robot} is well`);
  }
  const isOff = ({ body, linear }: EventOf<"odometry">): boolean => body === robot && linear > 0.1;
  await peer.first("odometry", monotonic(), isOff);
});

test("a fault by ROS is heard, and one that is not known is refused", async () => {
  await peer.advertise(TOPICS.fault, 1);
  await peer.publish(TOPICS.fault, { robot: "robot_1", fault: "stall" });
  await heard((messages) =>
    messages.findLast((m) => m.type === "world" && m.faults.some(({ robot }) => robot === 1)),
  );
  await peer.publish(TOPICS.fault, { robot: "robot_1", fault: "sulks" });
  await peer.publish(TOPICS.fault, { robot: "robot_1", fault: "none" });
  const from = told.length;
  await heard(
    (messages) => messages.findLast((m) => m.type === "world" && m.faults.length === 0),
    from,
  );
  expect(swarm.deaths).toEqual([]);
});

async function population(robots: number): Promise<unknown> {
  const value = { type: 2, integer_value: robots };
  const parameters = [{ type: "rcl_interfaces/msg/Parameter", name: "population", value }];
  const type = "rcl_interfaces/srv/SetParameters";
  const { results } = await peer.request("/simulator/set_parameters", type, { parameters });
  return results;
}

/**
 * What the page is told of an epoch of so many robots that all acted: each earns 1, and so does the
 * lead vehicle on its way, so that the mean is a whole number.
 */
async function epochOf(robots: number, from: number) {
  const epoch = await heard(
    (messages) =>
      messages.findLast(
        (m) =>
          m.type === "epoch" &&
          Number.isInteger(m.reward) &&
          m.trueHistogram.reduce((a, b) => a + b) === robots,
      ),
    from,
  );
  if (epoch.type !== "epoch") throw new Error("no epoch");
  return epoch;
}

test("robots join and leave while it runs: no epoch is missed, nobody waits for those gone", async () => {
  expect(await command({ do: "speed", factor: 2 * SPEED })).toMatch(/^true/);
  expect(await command({ do: "sampleSize", size: ROBOTS })).toMatch(/^true/);
  const missedBefore = (await epochOf(ROBOTS, 0)).missedEpochs;
  let from = told.length;
  let since = monotonic();
  expect(await population(MANY)).toEqual([{ successful: true, reason: "" }]);
  const grown = await heard((messages) => messages.find((m) => m.type === "snapshot"), from);
  expect(grown).toMatchObject({ robots: [...Array(MANY).keys()].map((i) => `robot_${i}`) });
  const isNew = (robot: string): boolean => Number(robot.slice("robot_".length)) >= ROBOTS;
  const asked = await peer.first(
    "command",
    since,
    ({ message }) => message.population === MANY && message.sampled_agents.some(isNew),
  );
  expect(asked.message).toMatchObject({ missing: 0 });
  for (let robot = ROBOTS; robot < MANY; robot++) {
    const isDriving = ({ body, linear }: EventOf<"odometry">): boolean =>
      body === `robot_${robot}` && linear > 0.1;
    await peer.first("odometry", since, isDriving);
  }
  expect([1, 2]).toContain((await epochOf(MANY, from)).reward);

  from = told.length;
  since = monotonic();
  expect(await command({ do: "population", robots: FEW })).toMatch(/^true from the next epoch on/);
  await heard(
    (messages) => messages.find((m) => m.type === "snapshot" && m.robots.length === FEW),
    from,
  );
  const left = await peer.first("command", since, ({ message }) => message.population === FEW);
  for (const topic of ["odom", "state", "action", "cmd_vel"]) {
    await peer.publishers(`/robot_${FEW}/${topic}`, 0);
  }
  expect(left.message).toMatchObject({ missing: 0 });
  const last = peer.of("velocity").filter(({ body }) => body === `robot_${MANY - 1}`);
  expect(last.at(-1)).toMatchObject({ linear: 0, angular: 0 });
  const { missedEpochs, missing, reward } = await epochOf(FEW, told.length);
  expect({ missedEpochs, missing }).toEqual({ missedEpochs: missedBefore, missing: 0 });
  expect([1, 2]).toContain(reward);

  expect(await command({ do: "population", robots: 32 })).toMatch(
    /^false a zone of radius 1.6 m cannot hold 32 robots .* at least 1.79 m/,
  );
  expect(await command({ do: "population", robots: ROBOTS })).toMatch(/^true/);
  // Who comes back is served as before.
  await peer.publishers(`/robot_${ROBOTS - 1}/state`, 1);
  await peer.first("command", since, ({ message }) => message.population === ROBOTS);
  await moving(`robot_${ROBOTS - 1}`);
  expect(swarm.deaths).toEqual([]);
}, 120_000);
