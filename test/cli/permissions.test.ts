/** SROS 2's policy of a swarm: as its schema has it, and no node has what is another's. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { validateXML } from "xmllint-wasm";
import { packageRoot } from "../../src/base/package_root";
import { COMMANDS } from "../../src/cli/generated/commands";
import { outcomeOf } from "../../src/cli/options";
import { enclavesOf, main, RULES } from "../../src/cli/permissions";
import { loadSwarm } from "../../src/game/robots_file";
import { loadScenario } from "../../src/game/scenario_file";
import { TOPICS } from "../../src/ros/topics";
import { expectRefusal } from "./refusal";

const FILE = join(packageRoot(), "examples", "robots", "robots.yaml");
const swarm = loadSwarm(FILE, loadScenario("dock_dispatch"));

async function printed(...args: string[]): Promise<string> {
  let text = "";
  const out = jest
    .spyOn(process.stdout, "write")
    .mockImplementation((more) => (text += String(more)) !== "");
  const { status } = await outcomeOf(COMMANDS.permissions, main, ["--robots-file", FILE, ...args]);
  out.mockRestore();
  expect(status).toBe(0);
  return text;
}

const read = (name: string): string =>
  readFileSync(join(packageRoot(), "test", "support", "sros2", name), "utf8");

const problemsOf = async (contents: string): Promise<readonly string[]> => {
  const schema = read("policy.xsd").replace("http://www.w3.org/2001/03/xml.xsd", "xml.xsd");
  const { errors } = await validateXML({
    xml: { fileName: "policy.xml", contents },
    schema: { fileName: "policy.xsd", contents: schema },
    preload: { fileName: "xml.xsd", contents: read("xml.xsd") },
  });
  return errors.map(({ message }) => message);
};

test("what is printed is a policy by the schema of sros2, and the schema refuses another", async () => {
  const text = await printed("--publish-tf", "--markers-rate", "5", "--pose-source", "tf");
  expect(await problemsOf(text)).toEqual([]);
  for (const [right, wrong] of [
    ['reply="ALLOW"', 'reply="MAYBE"'],
    ['version="0.2.0"', 'version="0.3.0"'],
    ["<topic>/rosout</topic>", "<service>/rosout</service>"],
  ])
    expect(await problemsOf(text.replace(right, wrong))).not.toEqual([]);
});

/** What a node may do, as lines such as "publish /policy". */
const linesOf = (given: Parameters<typeof enclavesOf>[1], path: string): string[] =>
  enclavesOf(swarm, given, RULES)
    .filter(({ namespace, node }) => `${namespace}/${node}` === path)
    .flatMap(({ names }) =>
      names.flatMap(([access, , all]) => all.map((name) => `${access} ${name}`)),
    );

test("a robot says its own and drives its own wheels, by the names of the robots file", () => {
  const lines = linesOf({}, "/cart_7/local_agent");
  const own = /^publish (?!\/(rosout|parameter_events|diagnostics)$)/;
  expect(lines.filter((line) => own.test(line))).toEqual([
    "publish /cart_7/mux/agent/cmd_vel",
    "publish /cart_7/state",
    "publish /cart_7/action",
  ]);
  expect(lines).toContain("subscribe /cart_7/wheels/odom");
  expect(lines.join("\n")).not.toMatch(/alice|collector|tf|clock|\/policy|request/);
  const others = linesOf({}, "/global_agent").filter((line) => /^subscribe .*\/state$/.test(line));
  expect(others).toEqual([
    "subscribe /global_agent/state",
    "subscribe /alice/state",
    "subscribe /cart_7/state",
  ]);
});

test("a robot that finds its own way says goals, and no velocities", () => {
  const robots = swarm.robots.map((robot) => ({ ...robot, output: "goal" as const }));
  const [agent] = enclavesOf({ ...swarm, robots }, {}, RULES).slice(-1);
  const lines = agent.names.flatMap(([access, , all]) => all.map((name) => `${access} ${name}`));
  expect(lines).toContain("publish /cart_7/goal_pose");
  expect(lines.join("\n")).not.toContain("cmd_vel");
});

test("options give what depends on them, and a fleet's names are its own but for those shared", () => {
  const more = { useSimTime: true, publishTf: true, markersRate: 2, poseSource: "tf" } as const;
  const [before, after] = [{}, more].map((given) => linesOf(given, "/alice/local_agent"));
  expect(after.filter((line) => !before.includes(line))).toEqual([
    "publish /tf",
    "publish /swarm/markers",
    "subscribe /clock",
    "subscribe /tf",
    "subscribe /tf_static",
  ]);
  const fleet = linesOf({ ...more, namespace: "fleet_a" }, "/fleet_a/alice/local_agent");
  for (const line of [
    "publish /fleet_a/alice/cmd_vel",
    "publish /tf",
    "subscribe /fleet_a/clock",
    "subscribe /fleet_a/emergency_stop",
    "subscribe /emergency_stop",
    "reply /fleet_a/alice/local_agent/get_parameters",
  ])
    expect(fleet).toContain(line);
  const reporters = [undefined, "/world/poses"].map((posesTopic) =>
    linesOf({ posesTopic }, "/reporter"),
  );
  expect(reporters[0]).toContain("subscribe /collector/odom");
  expect(reporters[1]).toContain("subscribe /world/poses");
  expect(reporters[1].join("\n")).not.toContain("odom");
});

test("a fleet's slashes are stripped as launch files do, and a topic has its full name there", async () => {
  const plain = await printed("--namespace", "fl");
  for (const name of ["/fl", "fl/"]) expect(await printed("--namespace", name)).toBe(plain);
  expect(await printed("--namespace", "/")).toBe(await printed());
  for (const [posesTopic, name] of [
    ["poses", "/fl/poses"],
    ["/world/poses", "/fl/world/poses"],
    ["//world/poses", "/world/poses"],
    ["~/poses", "/fl/reporter/poses"],
    // The fleet's own, and not what all share.
    ["tf", "/fl/tf"],
  ])
    expect(linesOf({ namespace: "fl", posesTopic }, "/fl/reporter")).toContain(`subscribe ${name}`);
  expect(linesOf({ posesTopic: "poses" }, "/reporter")).toContain("subscribe /poses");
});

test("every topic of a swarm of real robots is given to some node", () => {
  const named = new Set(
    RULES.flatMap(({ publish = [], subscribe = [] }) => [...publish, ...subscribe]),
  );
  const simulated = [
    "odometrySent",
    "baseTwist",
    "baseTwistStamped",
    "staticTransformSent",
    "clockSent",
  ];
  // It has the name of another.
  const alike = ["twistStamped"];
  const left = Object.keys(TOPICS).filter((name) => !named.has(name));
  expect(left.sort()).toEqual([...simulated, ...alike].sort());
});

test.each([
  [[], "--robots-file is missing"],
  [["--robots-file", "none.yaml"], "none.yaml cannot be read"],
  [["--robots-file", FILE, "--pose-source", "gps"], "--pose-source"],
  [
    ["--robots-file", FILE, "--namespace", 'a"b<'],
    /^--namespace is "a"b<"; give .*, such as fleet_a$/,
  ],
  [["--robots-file", FILE, "--namespace", "a//b"], /^--namespace is "a\/\/b"; /],
  [
    ["--robots-file", FILE, "--poses-topic", "a<b"],
    /^--poses-topic is .*, such as \/world\/poses$/,
  ],
  [["--robots-file", FILE, "--poses-topic", "poses/"], /^--poses-topic is "poses\/"; /],
])("wrong use %p: one sentence and status 2", (args, message) =>
  expectRefusal((given) => outcomeOf(COMMANDS.permissions, main, given), args, message),
);
