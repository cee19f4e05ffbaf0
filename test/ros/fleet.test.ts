import { Fleet, namespaceOf, takeNamespace } from "../../src/ros/fleet";
import type { RclNode } from "../../src/ros/rcl";

afterEach(() => void takeNamespace([]));

/** A node that is no node, and the names that ROS was given. */
function played(namespace: string, isRobots: boolean) {
  const names: string[] = [];
  const named = (_type: string, name: string) => void names.push(name);
  const node = {
    ...{ createPublisher: named, createSubscription: named, createService: named },
    ...{ createClient: named, countPublishers: (name: string) => names.push(name) },
    namespace: () => namespace,
  };
  const fleet = new Fleet(node as unknown as RclNode, isRobots);
  return { fleet, node, names };
}

test("the namespace of a process is before those of its nodes, and ROS has none for all of them", () => {
  const args = ["node", "a.js", "--ros-args", "-r", "__ns:=/fleet_a", "-r", "odom:=pose"];
  expect(takeNamespace(args).slice(3)).toEqual([
    ...["-r", "no_node_of_this_name:__ns:=/fleet_a", "-r", "odom:=pose"],
  ]);
  expect([namespaceOf(), namespaceOf("/robot_3")]).toEqual(["/fleet_a", "/fleet_a/robot_3"]);
  takeNamespace(["-r", "__ns:=/not_of_ros"]);
  expect([namespaceOf(), namespaceOf("/robot_3")]).toEqual([undefined, "/robot_3"]);
});

test.each([
  ["/fleet_a", false, "", "/fleet_a"],
  ["/fleet_a/robot_3", true, "robot_3", "/fleet_a"],
  ["/robot_3", true, "robot_3", ""],
  ["/", false, "", ""],
])("in %s (a robot's: %s) names are of the fleet", (namespace, isRobots, robot, of) => {
  const { fleet, node, names } = played(namespace, isRobots);
  expect([fleet.robot, fleet.prefix]).toEqual([robot, of === "" ? "" : `${of.slice(1)}/`]);
  node.createPublisher("a_type", "cmd_vel");
  node.createSubscription("a_type", "/clock");
  node.createClient("a_type", "/global_agent/set_parameters");
  node.createService("a_type", "//emergency_stop");
  node.createSubscription("a_type", "/tf");
  node.countPublishers("/robot_1/state");
  expect(names).toEqual([
    ...["cmd_vel", `${of}/clock`, `${of}/global_agent/set_parameters`, "/emergency_stop", "/tf"],
    `${of}/robot_1/state`,
  ]);
  expect(fleet.within(`${of}/robot_1/state`)).toBe("/robot_1/state");
  expect(fleet.within("/fleet_b/robot_1/state")).toBe(
    of === "" ? "/fleet_b/robot_1/state" : undefined,
  );
});
