/** Recordings of a swarm, read by the mcap library after a clean end, a full disk and a kill. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { parse } from "yaml";
import { z } from "zod";
import { packageRoot } from "../../src/base/package_root";
import { Child } from "./child";
import { secondsOfProduct } from "./lateness";
import { monotonic, Peer } from "./peer";
import { PACED, startSwarm, type Swarm } from "./swarm";
import { eventually } from "./wait";

const ROBOTS = 4;
const RECORDER = "src/nodes/recorder.js";

let folder: string;
let swarm: Swarm;

const foundSchema = z.object({
  profile: z.string(),
  metadata: z.record(z.string(), z.string()),
  whole: z.boolean(),
  topics: z.record(
    z.string(),
    z.object({
      type: z.string(),
      qos: z.record(z.string(), z.string()),
      messages: z.array(z.record(z.string(), z.unknown())),
    }),
  ),
  /** Time of the newest message, s since 1970. */
  last: z.number(),
});

type Message = Readonly<Record<string, unknown>>;

function read(file: string): z.infer<typeof foundSchema> {
  const program = join(packageRoot(), "test", "graph", "read_mcap.py");
  const options = { encoding: "utf8", maxBuffer: 1e9 } as const;
  return foundSchema.parse(JSON.parse(execFileSync("python3", [program, file], options)));
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "recording-"));
  const record = join(folder, "clean.mcap");
  const size = { robots: ROBOTS, sampleSize: 2, tableSize: 2 };
  swarm = await startSwarm({ programs: PACED, ...size, record });
});

afterAll(async () => {
  await swarm?.end();
  rmSync(folder, { recursive: true, force: true });
});

test("a recording holds commands, the states sampled, actions, rewards, odometry, policy and parameters", async () => {
  const file = join(folder, "clean.mcap");
  const robots = [...Array(ROBOTS).keys()].map((i) => `/robot_${i}`);
  const wanted = ["/policy", "/diagnostics", "/simulator/epoch", "/global_agent/command"].concat(
    robots.flatMap((robot) => [`${robot}/action`, `${robot}/odom`]),
  );
  // The recorder finds topics in any order; after the last one it records 20 epochs more.
  const isFilled = (): boolean => {
    const topics = existsSync(file) ? read(file).topics : {};
    return wanted.every((topic) => (topics[topic]?.messages.length ?? 0) > 0);
  };
  await swarm.epochs(1);
  await eventually(`messages of ${wanted.join(", ")}`, isFilled);
  const epochs = (): number => read(file).topics["/simulator/epoch"].messages.length;
  const found = epochs();
  await eventually("20 epochs more", () => epochs() >= found + 20);
  swarm.kill("recorder", "SIGTERM");
  expect(await swarm.exit("recorder")).toBe("with status 0");
  const { profile, metadata, whole, topics } = read(file);
  expect({ profile, whole }).toEqual({ profile: "ros2", whole: true });
  expect(JSON.parse(metadata.about)).toMatchObject({ scenario: "dock_dispatch", robots: ROBOTS });
  const commands = topics["/global_agent/command"].messages;
  expect(commands[0].policy_sha256).toBe(swarm.policy.sha256);
  expect(topics["/policy"].messages[0].policy_sha256).toBe(swarm.policy.sha256);
  expect(topics["/global_agent/command"].qos.offered_qos_profiles).toMatch(
    /reliability: reliable\n {2}durability: transient_local/,
  );
  expect(topics["/diagnostics"].type).toBe("diagnostic_msgs/msg/DiagnosticArray");
  const rewards = topics["/simulator/epoch"].messages;
  // An epoch in the middle is recorded completely.
  const { epoch, reward, histogram, global_state } = rewards[found + 10];
  const actions = robots.map((robot) =>
    topics[`${robot}/action`].messages.find((action) => action.epoch === epoch),
  );
  const counts = new Array<number>(swarm.game.localStates.length).fill(0);
  for (const action of actions) counts[action!.state as number] += 1;
  expect(counts).toEqual(histogram);
  const { game } = swarm;
  const [sG, aL] = [game.globalStates.length, game.localActions.length];
  const earned = actions.reduce((sum, action) => {
    const row = (action!.state as number) * sG + (global_state as number);
    return sum + game.localReward[row * aL + (action!.action as number)];
  }, 0);
  expect(reward).toBeCloseTo(earned / ROBOTS, 9);
  const command = commands.find((sent) => sent.epoch === epoch)!;
  const seen = new Array<number>(counts.length).fill(0);
  for (const robot of command.sampled_agents as string[]) {
    const at = (heard: Message): unknown => (heard.header as { stamp: unknown }).stamp;
    const isOfDecision = (heard: Message): boolean =>
      isDeepStrictEqual(at(heard), command.decision_time);
    seen[topics[`/${robot}/state`].messages.find(isOfDecision)!.state as number] += 1;
  }
  expect(seen).toEqual(command.histogram);
});

test("rosbag2's overrides fit the swarm's latched topics, and reliable listeners its odometry, by rclpy's rules", () => {
  const latched = parse(
    readFileSync(join(packageRoot(), "config", "rosbag2_qos.yaml"), "utf8"),
  ) as Record<string, object>;
  const odometry = {
    ...{ history: "keep_last", depth: 1 },
    ...{ reliability: "reliable", durability: "volatile" },
  };
  const profiles = { ...latched, "/robot_0/odom": odometry, "/lead/odom": odometry };
  const program = join(packageRoot(), "test", "graph", "check_qos.py");
  const options = { encoding: "utf8", env: swarm.environment } as const;
  const found = execFileSync("python3", [program, JSON.stringify(profiles)], options);
  const topics = Object.keys(profiles);
  // The middleware may print before it.
  expect(JSON.parse(found.trim().split("\n").at(-1)!)).toEqual(
    Object.fromEntries(topics.map((topic) => [topic, ["OK"]])),
  );
});

test("an existing recording is never written over, and the swarm goes on", async () => {
  const file = join(folder, "kept.mcap");
  writeFileSync(file, "a recording");
  const { size } = statSync(file);
  const child = new Child(swarm.environment, RECORDER, { parameters: { file } });
  const ended = await child.ended;
  expect(ended.status).toBe(2);
  expect(ended.lines.join()).toMatch(/cannot be recorded to: .*exists.*; give a new file/i);
  expect(statSync(file).size).toBe(size);
  expect(swarm.deaths).toEqual([]);
});

test("a full disk ends the recording, says so, and leaves a file that reads; the swarm goes on", async () => {
  const file = join(folder, "full.mcap");
  // Room for two seconds of odometry: the commands' topic may be found later than the robots'.
  const largest = 512 * 1024;
  const parameters = { file, odometry_rate: 50 };
  const child = new Child(swarm.environment, RECORDER, { parameters, largestFile: largest });
  await child.says("the swarm goes on");
  const peer = new Peer(swarm.environment, ["--diagnostics"]);
  await peer.first("diagnostic", 0, ({ name, text }) => /^recorder.*EFBIG/.test(name + text));
  await peer.end();
  const done = readFileSync(swarm.trace, "utf8").split("\n").length;
  await swarm.epochs(done + 20);
  expect((await child.end("SIGTERM")).status).toBe(0);
  expect(child.said).toMatch(
    /recording to .*full.mcap ends \(EFBIG.*\); the swarm goes on: make room/,
  );
  expect(statSync(file).size).toBeLessThanOrEqual(largest);
  const { whole, topics } = read(file);
  expect(whole).toBe(false);
  expect(topics["/global_agent/command"].messages.length).toBeGreaterThan(0);
  expect(swarm.deaths).toEqual([]);
});

test("after SIGKILL at most the last second is lost", async () => {
  const file = join(folder, "killed.mcap");
  const parameters = { file, odometry_rate: 5 };
  const child = new Child(swarm.environment, RECORDER, { parameters });
  // The file is empty for a moment after it was made.
  const isBegun = (): boolean => existsSync(file) && statSync(file).size > 0;
  const commands = (): unknown[] =>
    isBegun() ? (read(file).topics["/global_agent/command"]?.messages ?? []) : [];
  await eventually("ten commands in the file", () => commands().length >= 10);
  const since = monotonic();
  const killed = Date.now() / 1000;
  await child.end("SIGKILL");
  const { whole, last } = read(file);
  expect(whole).toBe(false);
  // The same time on the monotonic clock.
  const newest = since - (killed - last);
  // The programs that read the file are children of this process, too; their waits do not count.
  const lost = secondsOfProduct("the newest message: killed", newest, since, [child.pid]);
  expect(lost).toBeLessThan(1);
  expect(commands().length).toBeGreaterThanOrEqual(10);
});
