import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packageRoot } from "../../src/base/package_root";
import { inFleet, loadSwarm } from "../../src/game/robots_file";
import { loadScenario } from "../../src/game/scenario_file";
import { messageOf } from "../games";

const folder = mkdtempSync(join(tmpdir(), "robots-"));
const file = join(folder, "robots.yaml");
const game = loadScenario("dock_dispatch");
const mixed = loadScenario("dock_dispatch_mixed");
afterAll(() => rmSync(folder, { recursive: true }));

function swarmOf(text: string, of = game) {
  writeFileSync(file, text);
  return loadSwarm(file, of);
}

test("who is enabled is of the swarm, by its namespace and its resolved topics", () => {
  const swarm = swarmOf(`robots:
  - { name: alice, initial_pose: [1, 2, 0.5] }
  - { name: bob, enabled: false, topics: { odom: /alice/odom } }
  - { name: carol, namespace: cart_7, output: goal, topics: { odom: wheels/odom, goal_pose: /nav/carol } }
lead: { namespace: collector }
`);
  expect(swarm.names).toEqual(["alice", "cart_7"]);
  const [alice, carol] = swarm.robots;
  expect(alice).toEqual({
    name: "alice",
    namespace: "alice",
    initialPose: [1, 2, 0.5],
    topics: { odom: "odom", cmd_vel: "cmd_vel", goal_pose: "goal_pose" },
    kind: 0,
  });
  expect(carol.initialPose).toBeUndefined();
  expect(carol.output).toBe("goal");
  expect(carol.topics).toEqual({
    odom: "wheels/odom",
    cmd_vel: "cmd_vel",
    goal_pose: "/nav/carol",
  });
  // Within the fleet; and where it is absolute, that of all fleets.
  const heard = Object.values(carol.topics).map((topic) => inFleet(carol.namespace, topic));
  expect(heard).toEqual(["/cart_7/wheels/odom", "/cart_7/cmd_vel", "//nav/carol"]);
  expect(swarm.lead).toMatchObject({ name: "lead", namespace: "collector" });
});

test("a kind that is not named follows from the place in the list, as it does for robot_<i>", () => {
  const [first, second] = mixed.kinds!.map(({ name }) => name);
  const { robots } = swarmOf(`robots: [{name: a, kind: ${second}}, {name: b}]`, mixed);
  expect(robots.map(({ kind }) => mixed.kinds![kind].name)).toEqual([second, expect.any(String)]);
  const { robots: others } = swarmOf(`robots: [{name: a, kind: ${first}}, {name: b}]`, mixed);
  expect(others[1].kind).toBe(robots[1].kind);
});

test.each([
  ["robots: [{name: a}, {name: a}]", "two bodies have the name a: a and a"],
  ["robots: [{name: a}, {name: b, namespace: a}]", "the namespace a: a and b"],
  ["robots: [{name: a, topics: {odom: /x}}, {name: b, topics: {odom: /x}}]", "have /x: a and b"],
  ["robots: [{name: a}, {name: b, topics: {odom: /a/odom}}]", "have /a/odom: a and b"],
  ["robots: [{name: a, topics: {goal_pose: /b/cmd_vel}}, {name: b}]", "have /b/cmd_vel: a and b"],
  ["robots: [{name: a, output: twist}]", "robots[0].output"],
  ["robots: [{name: lead}]", "the name lead"],
  ["robots: [{name: 2a}]", "robots[0].name is 2a: ROS takes letters"],
  ["robots: [{name: a, namespace: b/c}]", "robots[0].namespace is b/c: ROS takes letters"],
  ["robots: [{name: a, topics: {odom: a b}}]", "robots[0].topics.odom is a b: ROS takes"],
  ["robots: [{name: a, initial_pose: [7, 0, 0]}]", "a: initial_pose is outside the arena of dock"],
  ["robots: [{name: a, initial_pose: [0, .nan, 0]}]", "robots[0].initial_pose[1]"],
  ["robots: [{name: a, kind: fast}]", "a: kind is fast and dock_dispatch has no kinds"],
  ["robots: [{name: a, enabled: false}]", "no robot is enabled"],
  ["robots: []", "robots: Too small"],
  ["robots: [{name: a, colour: red}]", "colour"],
  ["robots: [{", "cannot be read"],
])("%s is refused", (text, why) => {
  const message = messageOf(() => swarmOf(text));
  expect(message).toContain(why);
  expect(message).toContain(file);
});

test("a file that is not there is refused, and the shipped example is taken", () => {
  expect(messageOf(() => loadSwarm(join(folder, "none.yaml"), game))).toContain("ENOENT");
  const example = join(packageRoot(), "examples", "robots", "robots.yaml");
  expect(loadSwarm(example, game).names).toEqual(["alice", "cart_7"]);
});
