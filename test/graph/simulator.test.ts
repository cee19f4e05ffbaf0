/**
 * A motion swarm commanded from its page in a browser and by ROS; the effects are seen in ROS.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Fault } from "../../sim/protocol";
import { boundSentences, gapsInWords } from "../../src/policy/bounds";
import { PAUSE_SERVICE, RESET_SERVICE, STEP_SERVICE, TOPICS } from "../../src/ros/topics";
import { shownBy, shownWhen } from "../browser/open_page";
import { ToldPage } from "../browser/told_page";
import { writeCarousel } from "./carousel";
import { endOfBound } from "./lateness";
import { type EventOf, monotonic, Peer } from "./peer";
import { shared } from "./shared";
import { startSwarm, type Swarm } from "./swarm";

const ROBOTS = 8;
/** Population after robots have joined. */
const MANY = 12;
/** Population after robots have left. */
const FEW = 5;
const BROKEN = 3;
const SPEED = 4;
/** From an emergency stop's arrival at the robots until cmd_vel is zero, s. */
const STOP_BOUND = 0.1;
/** Pauses and stops are watched for so long, s. */
const WATCHED = 1;

let swarm: Swarm;
let peer: Peer;
let page: ToldPage;
let told: ToldPage["told"];

shared(
  async (own) => {
    const folder = mkdtempSync(join(tmpdir(), "carousel-"));
    own({ end: async () => rmSync(folder, { recursive: true, force: true }) });
    swarm = own(
      await startSwarm({
        scenario: writeCarousel(folder),
        world: "motion",
        robots: ROBOTS,
        tableSize: 2,
        headless: false,
        speed: SPEED,
      }),
    );
    const options = ["--robots", `${MANY}`, "--velocities", "--odometry", "--clock"];
    peer = own(new Peer(swarm.environment, options));
    page = own(new ToldPage());
    ({ told } = page);
    await page.open(await swarm.page);
    await peer.first("command");
    await shownWhen(page.page, "canCommand", (value) => value === "true");
  },
  // Time goes on at SPEED, ROBOTS are there and move.
  async () => {
    expect(swarm.deaths).toEqual([]);
    await peer.request(PAUSE_SERVICE, "std_srvs/srv/SetBool", { data: false });
    const { population, emergency_stop } = peer.of("command").at(-1)!.message;
    if (emergency_stop) await peer.call(RESET_SERVICE);
    await set("speed", { type: 3, double_value: SPEED });
    if (population !== ROBOTS) await set("population", { type: 2, integer_value: ROBOTS });
    await moving();
  },
);

const heard: ToldPage["heard"] = (look, from) => page.heard(look, from);
const command: ToldPage["command"] = (what) => page.command(what);

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

test("the page shows the swarm that runs: robots move, and who is asked changes", async () => {
  const epoch = await shownWhen(page.page, "epoch", (value) => value !== "");
  const sampled = await shownBy(page.page, "sampled");
  const robots = await shownBy(page.page, "robots");
  await shownWhen(page.page, "epoch", (value) => Number(value) >= Number(epoch) + 2);
  await shownWhen(page.page, "sampled", (value) => value !== sampled);
  await shownWhen(page.page, "robots", (value) => value !== robots);
});

test("the page's emergency stop makes every robot stand within 0.1 s, and its release lets them go on", async () => {
  const since = monotonic();
  expect(await command({ do: "stop" })).toMatch(/^emergency stop: the global agent repeats it/);
  const stopped = await peer.first("command", since, ({ message }) => message.emergency_stop);
  await peer.first("velocity", stopped.time + WATCHED);
  const end = endOfBound(stopped.time, STOP_BOUND);
  expect(end).toBeLessThan(stopped.time + WATCHED);
  const after = peer.of("velocity", end);
  expect(new Set(after.map(({ body }) => body)).size).toBe(ROBOTS + 1);
  expect(after.filter(isMoving)).toEqual([]);
  expect(peer.of("velocity", since - 1).some(isMoving)).toBe(true);
  expect(await command({ do: "release" })).toBe("the emergency stop is released");
  await moving();
});

test("paused, time and robots stand; a step ends at the next epoch; then it goes on", async () => {
  expect(await command({ do: "pause" })).toBe("time stands");
  const start = clockNow();
  await peer.first("clock", start.time + WATCHED);
  const standing = clockNow();
  expect(standing.now - start.now).toBeLessThan(0.1);
  expect(await command({ do: "step" })).toBe("time goes on until the next epoch");
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
  expect(await command({ do: "speed", factor: 1 })).toBe("speed is 1");
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
  expect(world).toMatchObject({ paused: false });
  expect(await command({ do: "speed", factor: 0.25 })).toBe("speed is 0.25");
  // Odometry keeps a minimum rate in wall time, or the agents' watchdogs would stop the robots.
  const slow = monotonic();
  await peer.first("clock", slow + WATCHED);
  const heardOdometry = peer.of("odometry", slow).filter(({ body }) => body === "robot_0");
  expect(heardOdometry.length).toBeGreaterThan(7 * WATCHED);
  expect(await set("speed", { type: 3, double_value: 500.5 })).toMatchObject([
    {
      successful: false,
      reason: expect.stringMatching(/^at a speed of 500.5 .*too short/) as string,
    },
  ]);
  expect(await command({ do: "speed", factor: SPEED })).toBe(`speed is ${SPEED}`);
});

test("sample size and observation are the global agent's from the next epoch on", async () => {
  const since = monotonic();
  expect(await command({ do: "sampleSize", size: 5 })).toBe("sample_size is 5");
  await peer.first("command", since, ({ message }) => message.sampled_agents.length === 5);
  expect(await command({ do: "observation", mode: "filter" })).toBe("observation is filter");
  await heard((messages) =>
    messages.find((m) => m.type === "world" && m.observation === "filter" && m.sampleSize === 5),
  );
});

test("the policy's picture is of the belief that was acted on", async () => {
  const picture = await heard((messages) => messages.find((m) => m.type === "picture"));
  if (picture.type !== "picture") throw new Error("no picture");
  const { metadata } = swarm.policy;
  expect(picture).toMatchObject({
    gaps: gapsInWords(metadata),
    bounds: boundSentences(metadata, swarm.game),
  });
  expect(picture.actions.map(({ length }) => length)).toEqual(
    swarm.game.localStates.map(() => 2 + 1),
  );
});

test("a reset places the robots anew and starts the statistics from zero", async () => {
  await swarm.epochs(4);
  const from = told.length;
  expect(await command({ do: "reset", seed: 7 })).toMatch(/^at the end of this epoch/);
  const snapshot = await heard((messages) => messages.find((m) => m.type === "snapshot"), from);
  if (snapshot.type !== "snapshot") throw new Error("no snapshot");
  expect(snapshot.canCommand).toBe(true);
  // The first command after the reset may be faster than the world's word of it.
  expect(snapshot.history.length).toBeLessThan(2);
  for (const report of snapshot.history) {
    expect(report).toMatchObject({ reward: null, meanReward: null, epochsCounted: 0 });
  }
  const after = told.length;
  const epoch = await heard(
    (messages) => messages.find((m) => m.type === "epoch" && m.reward !== null),
    after,
  );
  expect(epoch).toMatchObject({ epochsCounted: 1, missedEpochs: 0 });
  await moving();
});

type Seen = readonly EventOf<"odometry">[];
/** Other robots may push it a little. */
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
  expect(said).toBe(`${robot}: ${fault}`);
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
    expect(mended).toBe(`${robot} is well`);
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

/** As `ros2 param set /simulator` does. */
async function set(name: string, value: object): Promise<unknown> {
  const parameters = [{ type: "rcl_interfaces/msg/Parameter", name, value }];
  const type = "rcl_interfaces/srv/SetParameters";
  return (await peer.request("/simulator/set_parameters", type, { parameters })).results;
}

/**
 * The page's report of an epoch in which all of so many robots acted. Each earns 1, the lead
 * vehicle 0 or 1, so the mean is a whole number.
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
  expect(await command({ do: "speed", factor: 2 * SPEED })).toMatch(/^speed is/);
  expect(await command({ do: "sampleSize", size: ROBOTS })).toMatch(/^sample_size is/);
  const missedBefore = (await epochOf(ROBOTS, 0)).missedEpochs;
  let from = told.length;
  let since = monotonic();
  const many = { type: 2, integer_value: MANY };
  expect(await set("population", many)).toEqual([{ successful: true, reason: "" }]);
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
  expect(await command({ do: "population", robots: FEW })).toMatch(/^from the next epoch on/);
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

  expect(await command({ do: "population", robots: 60 })).toMatch(
    /^Failed: a zone of radius 2.3 m cannot hold 60 robots .* at least 2.35 m/,
  );
  expect(await command({ do: "population", robots: ROBOTS })).toMatch(/^from the next/);
  // Robots that come back are served as before.
  await peer.publishers(`/robot_${ROBOTS - 1}/state`, 1);
  await peer.first("command", since, ({ message }) => message.population === ROBOTS);
  await moving(`robot_${ROBOTS - 1}`);
  expect(page.errors).toEqual([]);
  expect(swarm.deaths).toEqual([]);
}, 120_000);
