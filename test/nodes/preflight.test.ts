/** What keeps a swarm from driving, each seen to fail. */
import { loadScenario } from "../../src/game/scenario_file";
import { Preflight } from "../../src/nodes/preflight";
import { LEVEL } from "../../src/ros/diagnostics";
import { fromSeconds, toTime } from "../../src/ros/messages";
import { TOPICS } from "../../src/ros/topics";
import { playedNode } from "../support/played_node";

const game = loadScenario("dock_dispatch");
const OTHER = "0123456789abcdef";
const POLICY = "fedcba9876543210";
const NOW_S = 1000;

const body = (name: string, odom = "odom") => ({
  name,
  namespace: name,
  topics: { odom, cmd_vel: "cmd_vel", goal_pose: "goal_pose" },
});
const BODIES = [
  body("alice"),
  { ...body("bob", "/wheels/bob"), output: "goal" as const },
  body("collector"),
];

/** What an agent says that is fit. */
const WELL = {
  zone: "2",
  stopped: "true",
  if_released: "free to move",
  odometry_gap: "0.1",
  odometry_behind: "0.01",
  connections: "ok",
  base: "ok",
  scenario_sha256: game.sha256,
  output: "cmd_vel",
};

interface Facts {
  /** What alice's agent says otherwise; undefined: it is silent. */
  readonly alice?: Partial<typeof WELL> | null;
  /** What it said so before that. */
  readonly before?: Partial<typeof WELL>;
  /** Its clock, and the global agent's, ahead of this machine's, s. */
  readonly ahead?: number;
  readonly commandAhead?: number;
  readonly publishers?: Readonly<Record<string, number>>;
  readonly command?: object | null;
  readonly localPolicy?: object | null;
  readonly policy?: object;
  /** What the global agent says of its epochs. */
  readonly error?: string;
  readonly sha256?: string;
  readonly passMs?: number;
  /** Time is that of /clock, which comes after the first words of the agents. */
  readonly simulated?: boolean;
}

/** What is wrong, as "of check: problem". */
function wrong(facts: Facts = {}): string[] {
  const { ahead = 0, alice = {}, command = {}, commandAhead = 0, error, localPolicy = {} } = facts;
  const { simulated = false } = facts;
  const hear = new Map<string, (message: unknown) => void>();
  const optional: string[] = [TOPICS.policy.name, TOPICS.population.name];
  const node = playedNode({
    usesSimTime: simulated,
    subscribeSole: (
      topic: { name: string },
      take: (message: unknown, areTwo: () => boolean) => void,
    ) => {
      hear.set(topic.name, (message) => take(message, () => false));
      return { source: { problem: undefined } };
    },
    subscribe: (topic: { name: string }, take: (message: unknown) => void) =>
      void hear.set(topic.name, take),
    countPublishers: (name: string) =>
      facts.publishers?.[name] ?? (optional.includes(name) || name.endsWith("/pose") ? 0 : 1),
  });
  const wanted = { sha256: facts.sha256, gap: 0.35, skew: 0.2 };
  const preflight = new Preflight(node, game, BODIES, wanted);
  const at = (seconds: number) => toTime(fromSeconds(NOW_S + seconds));
  const say = (name: string, words: object, seconds = 0, level: number = LEVEL.ok) =>
    hear.get(TOPICS.diagnostics.name)!({
      header: { stamp: at(seconds) },
      status: [
        {
          level,
          name: name === "global_agent" ? "global_agent: epochs" : `${name}/local_agent: motion`,
          message: error ?? "deciding",
          hardware_id: name === "global_agent" ? "" : name,
          values: Object.entries(words).map(([key, value]) => ({ key, value })),
        },
      ],
    });
  if (simulated) {
    say("alice", WELL);
    hear.get(TOPICS.clockHeard.name)!({ clock: at(0) });
  }
  if (facts.before) say("alice", { ...WELL, ...facts.before });
  if (alice) say("alice", { ...WELL, ...alice }, ahead);
  say("bob", { ...WELL, output: "goal" });
  say("collector", WELL);
  say("global_agent", {}, 0, error ? LEVEL.error : LEVEL.ok);
  if (localPolicy)
    hear.get(TOPICS.localPolicy.name)!({
      ...{ policy_sha256: POLICY, scenario_sha256: game.sha256, ...localPolicy },
    });
  if (facts.policy) hear.get(TOPICS.policy.name)!(facts.policy);
  if (command)
    hear.get(TOPICS.globalCommand.name)!({
      header: { stamp: at(commandAhead) },
      ...{ population: 2, policy_sha256: POLICY, ...command },
    });
  jest.advanceTimersByTime(facts.passMs ?? 0);
  return preflight
    .findings()
    .flatMap((one) => (one.problem ? `${one.of} ${one.check}: ${one.problem}` : []));
}

beforeEach(() => void jest.useFakeTimers({ now: NOW_S * 1000 }));
afterEach(() => void jest.useRealTimers());

test("a swarm in which all is well is fit to drive, before and after a policy is wanted", () => {
  expect(wrong()).toEqual([]);
  expect(wrong({ sha256: POLICY, policy: { policy_sha256: POLICY } })).toEqual([]);
  expect(wrong({ simulated: true })).toEqual([]);
  const publishers = { "/alice/cmd_vel": 0 };
  expect(wrong({ alice: { output: "goal" }, publishers })).toEqual([]);
  // What was not known yet, and what was worse than is allowed in nothing.
  expect(wrong({ before: { odometry_behind: "NaN", odometry_gap: "0.3" } })).toEqual([]);
});

test.each<[string, Facts, RegExp]>([
  [
    "odometry too seldom",
    { alice: { odometry_gap: "0.5" } },
    /^alice odometry: send .* for 0.50 s, and 0.35 s/,
  ],
  [
    "odometry that was away for a time",
    { before: { odometry_gap: "1.5" } },
    /^alice odometry: send .* for 1.50 s/,
  ],
  [
    "stamps that were late for a time",
    { before: { odometry_behind: "-0.4" } },
    /^alice clocks: the stamp of its odometry .* by -0.40 s/,
  ],
  [
    "odometry that was refused for a time",
    { before: { connections: "its last message was refused" } },
    /^alice connections: .* was refused/,
  ],
  ["no odometry", { alice: { odometry_gap: "Infinity" } }, /^alice odometry: .* for nobody knows/],
  [
    "old stamps of odometry",
    { alice: { odometry_behind: "0.7" } },
    /^alice clocks: the stamp of its odometry .* by 0.70 s/,
  ],
  [
    "stamps ahead",
    { alice: { odometry_behind: "-0.3" } },
    /^alice clocks: the stamp of its odometry .* by -0.30 s/,
  ],
  ["its agent's clock", { ahead: 3 }, /^alice clocks: its agent's clock .* by -3.00 s/],
  [
    "two sources of odometry",
    { publishers: { "/alice/odom": 2 } },
    /^alice sources: 2 publish \/alice\/odom, and one/,
  ],
  [
    "two drivers",
    { publishers: { "/alice/cmd_vel": 2 } },
    /^alice sources: 2 publish \/alice\/cmd_vel/,
  ],
  ["two agents", { publishers: { "/alice/state": 2 } }, /^alice sources: 2 publish \/alice\/state/],
  [
    "two localisers",
    { publishers: { "/alice/pose": 2 } },
    /^alice sources: 2 publish \/alice\/pose/,
  ],
  [
    "no driver, by the name of the file",
    { publishers: { "//wheels/bob": 0 } },
    /^bob sources: 0 publish \/wheels\/bob/,
  ],
  [
    "no planner, where the agent's parameter says that it sends goals",
    { alice: { output: "goal" }, publishers: { "/alice/goal_pose": 0 } },
    /^alice sources: 0 publish \/alice\/goal_pose/,
  ],
  [
    "two planners",
    { publishers: { "/bob/goal_pose": 2 } },
    /^bob sources: 2 publish \/bob\/goal_pose/,
  ],
  [
    "the lead's state",
    { publishers: { "/global_agent/state": 2 } },
    /^collector sources: 2 publish \/global_agent\/state/,
  ],
  [
    "odometry of another type or QoS",
    { alice: { connections: "nobody sends /alice/odom as" } },
    /^alice connections: .*nobody sends/,
  ],
  [
    "no base that takes cmd_vel",
    { alice: { base: "nobody takes /alice/cmd_vel as" } },
    /^alice base: its agent says of base: nobody takes/,
  ],
  [
    "a pose out of the arena",
    { alice: { zone: "out of the arena" } },
    /^alice pose: .* out of the arena/,
  ],
  [
    "another scenario",
    { alice: { scenario_sha256: OTHER } },
    /^alice scenario: its scenario is 01234567 and not/,
  ],
  [
    "what would hold it",
    { alice: { if_released: "its pose may be off" } },
    /^alice agent: .* its pose may be off/,
  ],
  [
    "two global agents",
    { publishers: { "/global_agent/command": 2 } },
    /^the swarm sources: 2 publish \/global_agent\/command/,
  ],
  ["two learners", { publishers: { "/policy": 2 } }, /^the swarm sources: 2 publish \/policy/],
  [
    "two worlds",
    { publishers: { "/simulator/population": 2 } },
    /^the swarm sources: 2 publish \/simulator\/population/,
  ],
  [
    "the global agent's clock",
    { commandAhead: -0.4 },
    /^the swarm clocks: the global agent's clock .* by 0.40 s/,
  ],
  [
    "a policy of another scenario",
    { localPolicy: { scenario_sha256: OTHER } },
    /^the swarm scenario: the policy's scenario is 01234567/,
  ],
  [
    "another policy than the file",
    { sha256: OTHER },
    /^the swarm policy: the policy in force is fedcba98 and not 01234567/,
  ],
  [
    "another policy than the learner's",
    { policy: { policy_sha256: OTHER } },
    /^the swarm policy: the policy in force is fedcba98 and not 01234567/,
  ],
  [
    "a command of another policy",
    { command: { policy_sha256: OTHER } },
    /^the swarm policy: the policy in force is fedcba98/,
  ],
  [
    "another number of robots",
    { command: { population: 3 } },
    /^the swarm robots: the number of robots is 3 and not 2/,
  ],
  ["what the global agent says", { error: "no policy" }, /^the swarm agent: no policy/],
])("%s is found", (_, facts, words) => {
  const found = wrong(facts);
  expect(found).toEqual([expect.stringMatching(words)]);
});

test("an agent that is silent is fit in nothing that it would have to say", () => {
  const found = wrong({ alice: null }).map((line) => line.split(":")[0]);
  const checks = ["odometry", "clocks", "connections", "base", "pose", "scenario", "agent"];
  expect(found).toEqual(checks.map((check) => `alice ${check}`));
});

test("agents and commands that fall silent are found", () => {
  const found = wrong({ passMs: 3000 });
  expect(found).toEqual([
    ...BODIES.map(({ name }) => expect.stringMatching(`^${name} agent: start .* for 3.00 s`)),
    expect.stringMatching(/^the swarm commands: no command came for 3.00 s, and 0.35 s/),
  ]);
});

test("without commands and a policy the swarm is not fit", () => {
  const found = wrong({ command: null, localPolicy: null });
  expect(found.map((line) => line.split(":")[0])).toEqual(
    ["commands", "clocks", "scenario", "policy", "robots"].map((check) => `the swarm ${check}`),
  );
});
