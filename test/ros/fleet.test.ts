import { Fleet, namespaceOf, takeNamespace } from "../../src/ros/fleet";

afterEach(() => void takeNamespace([]));

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
  const fleet = new Fleet(namespace, isRobots);
  expect([fleet.robot, fleet.prefix]).toEqual([robot, of === "" ? "" : `${of.slice(1)}/`]);
  const names = ["cmd_vel", "/clock", "/global_agent/set_parameters", "//emergency_stop", "/tf"];
  expect(names.map((name) => fleet.resolve(name))).toEqual([
    ...["cmd_vel", `${of}/clock`, `${of}/global_agent/set_parameters`, "/emergency_stop", "/tf"],
  ]);
  expect(fleet.within(`${of}/robot_1/state`)).toBe("/robot_1/state");
  expect(fleet.within("/fleet_b/robot_1/state")).toBe(
    of === "" ? "/fleet_b/robot_1/state" : undefined,
  );
});
