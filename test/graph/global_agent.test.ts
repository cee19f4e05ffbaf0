/** The global agent's lifecycle and parameters, by the services that ros2's commands call. */
import { z } from "zod";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { obtainPolicy } from "../../src/nodes/learned_policy";
import { packageRoot } from "../../src/base/package_root";
import { RELOAD_SERVICE, TOPICS } from "../../src/ros/topics";
import { monotonic, Peer } from "./peer";
import { shared } from "./shared";
import { PACED, startSwarm, type Swarm } from "./swarm";

const ROBOTS = 8;
/** The first command comes within this time of a swarm's start, s. */
const STARTED_S = 60;
const cache = join(packageRoot(), ".cache", "policies");
/** rcl_interfaces/ParameterType */
const [BOOL, INTEGER, DOUBLE, STRING, STRING_ARRAY] = [1, 2, 3, 4, 9];

let swarm: Swarm;
let peer: Peer;
let folder: string;

shared(
  async (own) => {
    folder = mkdtempSync(join(tmpdir(), "managed-"));
    own({ end: async () => rmSync(folder, { recursive: true, force: true }) });
    const size = { robots: ROBOTS, sampleSize: 2, tableSize: 3 };
    swarm = own(await startSwarm({ programs: PACED, ...size }));
    peer = own(new Peer(swarm.environment, ["--diagnostics"]));
    await peer.first("command", 0, undefined, STARTED_S);
  },
  async () => {
    expect(swarm.crashes).toEqual([]);
    expect(await state()).toBe("active");
  },
);

const change = (transition: object) =>
  peer.request("/global_agent/change_state", "lifecycle_msgs/srv/ChangeState", { transition });

async function state(): Promise<unknown> {
  const answer = await peer.request("/global_agent/get_state", "lifecycle_msgs/srv/GetState");
  return (answer.current_state as { label: string }).label;
}

/** As `ros2 param set` does. Returns the reason of a refusal, or an empty text. */
async function set(name: string, type: number, value: unknown): Promise<string> {
  const names = { 1: "bool", 2: "integer", 3: "double", 4: "string", 9: "string_array" };
  const field = `${names[type as keyof typeof names]}_value`;
  const answer = await peer.request(
    "/global_agent/set_parameters",
    "rcl_interfaces/srv/SetParameters",
    {
      parameters: [{ type: "rcl_interfaces/msg/Parameter", name, value: { type, [field]: value } }],
    },
  );
  const [result] = answer.results as { successful: boolean; reason: string }[];
  expect(result.successful).toBe(result.reason === "");
  return result.reason;
}

const nextCommand = (since = monotonic()) =>
  peer.first("command", since, ({ message }) => message.epoch > newestEpoch(since));
const newestEpoch = (before: number): number =>
  Math.max(
    -1,
    ...peer
      .of("command")
      .filter(({ time }) => time < before)
      .map((c) => c.message.epoch),
  );

test("parameters are described with unit, range and whether they can be set", async () => {
  const answer = await peer.request(
    "/global_agent/describe_parameters",
    "rcl_interfaces/srv/DescribeParameters",
    { names: ["sample_size", "epoch_length", "observation", "seed", "use_sim_time"] },
  );
  expect(answer.descriptors).toMatchObject([
    { type: INTEGER, read_only: false, integer_range: [{ from_value: 0, to_value: 100_000 }] },
    {
      description: expect.stringContaining("Unit: s.") as string,
      read_only: false,
      floating_point_range: [{ from_value: 0, to_value: 3600 }],
    },
    { description: expect.stringContaining("One of: sample, filter.") as string },
    { read_only: true },
    { type: BOOL, read_only: true },
  ]);
});

test("parameter events of all nodes are on one absolute topic", async () => {
  // A host publishes for its robots; both other agents, learner and simulator; and the peer.
  await peer.publishers("/parameter_events", 6);
  for (const of of ["/robot_3", "/lead"]) await peer.publishers(`${of}/parameter_events`, 0);
});

test.each([
  [
    "sample_size",
    INTEGER,
    -1,
    /sample_size is -1; it must be a whole number from 0 to 100000 robots/,
  ],
  ["sample_size", INTEGER, 9, /sample_size is 9 and there are 8 robots; .* or give 0 for the/],
  ["sample_size", STRING, "many", /sample_size is "many"; it must be a whole number/],
  ["observation", STRING, "guess", /observation is "guess"; it must be one of sample, filter/],
  ["epoch_length", DOUBLE, 0.001, /epoch_length is 0.001; it must be 0 .* or at least 0.01/],
  ["seed", INTEGER, 5, /seed is read-only: give it at the start/],
  ["use_sim_time", BOOL, false, /use_sim_time is read-only/],
  ["robot_names", INTEGER, 1, /robot_names is 1; it must be a list of namespaces/],
  ["robot_names", STRING_ARRAY, ["/robot_3"], /robot_names is .* without a leading slash, such as/],
  ["nonsense", INTEGER, 1, /nonsense is not declared by this node/],
])("%s cannot be set to what it may not be, with the rule as the reason", async (...given) => {
  const [name, type, value, reason] = given;
  expect(await set(name, type, value)).toMatch(reason);
});

test("sample size and observation are set at run time, an integer for a double too", async () => {
  expect(await set("sample_size", INTEGER, 5)).toBe("");
  expect(await set("observation", STRING, "filter")).toBe("");
  expect(await set("sample_timeout", INTEGER, 8)).toBe("");
  const set5 = await peer.first("command", 0, ({ message }) => message.sample_size === 5);
  expect(set5.message.sampled_agents).toHaveLength(5);
  // With 5 robots asked, a belief that is not in fifths comes from the filter.
  const filtered = await peer.first("command", set5.time, ({ message }) =>
    message.belief.some((share) => Math.abs(share * 5 - Math.round(share * 5)) > 0.01),
  );
  expect(filtered.message.observation).toBe("filter");
  expect(await set("sample_size", INTEGER, 0)).toBe("");
  await peer.first("command", monotonic(), ({ message }) => message.sample_size === 3);
  expect(await set("observation", STRING, "sample")).toBe("");
});

test("a robot of the list is asked, and told of when it is silent and when fewer than k are left", async () => {
  expect(await set("sample_timeout", DOUBLE, 1.5)).toBe("");
  // As many may be asked as are known: 12 more are told of, and all but one forgotten again.
  const ghosts = [...Array(12).keys()].map((i) => (i === 0 ? "ghost" : `ghost_${i}`));
  expect(await set("robot_names", STRING_ARRAY, ghosts)).toBe("");
  await peer.first("command", monotonic(), ({ message }) => message.population === 20);
  expect(await set("sample_size", INTEGER, 20)).toBe("");
  const since = monotonic();
  expect(await set("robot_names", STRING_ARRAY, ["ghost"])).toBe("");
  const isOfNine = ({ message }: { message: { missing: number; population: number } }) =>
    message.missing > 0 && message.population === ROBOTS + 1;
  const { message } = await peer.first("command", since, isOfNine);
  expect(message).toMatchObject({ population: ROBOTS + 1, sample_size: 20 });
  expect(message.sampled_agents).toContain("ghost");
  const told = async (words: RegExp, after = since): Promise<number> =>
    (await peer.first("diagnostic", after, ({ text }) => words.test(text))).level;
  expect(await told(/missing states: \d+, silent robots: \d+ since a second ago/)).toBe(1);
  const alone = monotonic();
  expect(await set("robot_names", STRING_ARRAY, [])).toBe("");
  const few = /only 8 of 20 robots can be asked: all of them are \(\d in quarantine\)/;
  expect(await told(few, alone)).toBe(1);
  expect(await set("sample_size", INTEGER, 0)).toBe("");
  expect(await set("sample_timeout", INTEGER, 8)).toBe("");
  await peer.first("command", monotonic(), ({ message }) => message.population === ROBOTS);
});

test("a policy file is taken in at run time, a bad one is refused and the old one steers on", async () => {
  const { game } = swarm;
  const other = await obtainPolicy(game, { tableSize: 3, population: ROBOTS, seed: 1, cache });
  const file = join(folder, "policy.safetensors");
  writeFileSync(file, "no policy");
  expect(await set("policy_file", STRING, file)).toBe("");
  const refused = await peer.call(RELOAD_SERVICE);
  expect(refused).toMatchObject({ success: false });
  expect(refused.message).toMatch(/is not a policy file .*the policy before stays in force/);
  const since = monotonic();
  expect((await nextCommand(since)).message.policy_sha256).toBe(swarm.policy.sha256);
  expect(other.policy.sha256).not.toBe(swarm.policy.sha256);
  copyFileSync(other.file, file);
  const swapped = monotonic();
  expect(await peer.call(RELOAD_SERVICE)).toMatchObject({ success: true });
  const command = await peer.first(
    "command",
    swapped,
    ({ message }) => message.policy_sha256 === other.policy.sha256,
  );
  // Robots act by the same policy: the lockstep world goes on only when all have acted.
  await peer.first("command", command.time, ({ message }) => message.epoch > command.message.epoch);
  expect(peer.of("policy").at(-1)!.message.policy_sha256).toBe(other.policy.sha256);
});

test("a policy that comes on the topic is taken between two epochs, for all who act by it", async () => {
  const { game } = swarm;
  const options = { tableSize: 3, population: ROBOTS, seed: 2, cache };
  const { file, policy } = await obtainPolicy(game, options);
  // The topic has one source: another one takes the learner's place.
  swarm.kill("learner", "SIGTERM");
  await swarm.exit("learner");
  const since = monotonic();
  const message = {
    scenario: game.name,
    policy_sha256: policy.sha256,
    data: readFileSync(file),
  };
  peer.publishBytes(TOPICS.policy, message);
  const taken = await peer.first(
    "command",
    since,
    (c) => c.message.policy_sha256 === policy.sha256,
  );
  await peer.first("policy", since, (p) => p.message.policy_sha256 === policy.sha256);
  // The lockstep world goes on only when all robots have acted.
  const { time } = await peer.first("command", taken.time, (c) => {
    return c.message.epoch > taken.message.epoch + 3;
  });
  const told = peer.of("command").filter((c) => c.time <= time);
  for (const { message } of told) {
    const isOld = message.epoch < taken.message.epoch;
    expect(message.policy_sha256 === policy.sha256).toBe(!isOld);
  }
});

test("transitions are told with their states, as ros2 lifecycle list asks for them", async () => {
  const named = z.object({ id: z.number(), label: z.string() });
  const one = z.object({ transition: named, start_state: named, goal_state: named });
  const graph = z.object({ available_transitions: z.array(one) });
  const type = "lifecycle_msgs/srv/GetAvailableTransitions";
  const waysOf = async (service: string) => {
    const told = graph.parse(await peer.request(`/global_agent/${service}`, type));
    return told.available_transitions.map(
      ({ start_state, transition, goal_state }) =>
        `${start_state.label} ${transition.label} ${goal_state.label}`,
    );
  };
  expect(await waysOf("get_available_transitions")).toEqual([
    "active deactivate deactivating",
    "active shutdown shuttingdown",
  ]);
  const ways = await waysOf("get_transition_graph");
  expect(ways).toContain("unconfigured configure configuring");
  expect(ways).toContain("active deactivate deactivating");
  expect(ways.length).toBeGreaterThan(20);
});

test("every invalid transition is refused and the node goes on", async () => {
  expect(await state()).toBe("active");
  for (const transition of [{ id: 1 }, { id: 3 }, { id: 2 }, { id: 99 }, { label: "dance" }]) {
    expect(await change(transition)).toEqual({ success: false });
  }
  expect(await state()).toBe("active");
  await nextCommand();
});

test("deactivated it commands nothing; cleaned up, configured and activated it goes on", async () => {
  const [before] = peer.of("command").slice(-1);
  expect(await change({ id: 4 })).toEqual({ success: true });
  const silent = monotonic();
  expect(await state()).toBe("inactive");
  const diagnosed = (text: RegExp) =>
    peer.first("diagnostic", silent, (heard) => text.test(heard.text));
  expect((await diagnosed(/^not active: robots stand/)).level).toBe(1);
  expect((await diagnosed(/^standing: no command from the global agent/)).level).toBe(2);
  expect(await change({ label: "cleanup" })).toEqual({ success: true });
  expect(await state()).toBe("unconfigured");
  expect(await set("policy_file", STRING, join(folder, "gone.safetensors"))).toBe("");
  expect(await change({ id: 1 })).toEqual({ success: false });
  expect(await state()).toBe("unconfigured");
  expect(await set("policy_file", STRING, "")).toBe("");
  expect(await change({ id: 1 })).toEqual({ success: true });
  expect(peer.of("command", silent)).toEqual([]);
  expect(await change({ id: 3 })).toEqual({ success: true });
  const after = await peer.first("command", silent);
  expect(after.message.session).not.toBe(before.message.session);
  expect(after.message.epoch).toBeGreaterThan(before.message.epoch);
  const well = await peer.first("diagnostic", after.time, ({ text }) => text === "deciding");
  expect(well).toMatchObject({ level: 0, name: "global_agent: epochs" });
  expect(swarm.crashes).toEqual([]);
});
