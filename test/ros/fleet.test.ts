import { inFleet, namespaceOf, takeNamespace } from "../../src/ros/fleet";
import type { NodeConstructor, RclNode } from "../../src/ros/rcl";

afterEach(() => void takeNamespace([]));

/** A node that is no node, and the names that ROS was given. */
function played(namespace: string, isRobots: boolean) {
  const names: string[] = [];
  const named = (_type: string, name: string): void => void names.push(name);
  class Played {
    constructor() {
      // As rclnodejs does.
      this.createPublisher("a_type", "parameter_events");
    }
    declare createPublisher: typeof named;
  }
  Object.assign(Played.prototype, {
    ...{ createPublisher: named, createSubscription: named, createService: named },
    createClient: named,
    namespace: () => namespace,
  });
  const InFleet = inFleet(Played as unknown as NodeConstructor<RclNode>, isRobots);
  const node = new InFleet("a_node", namespace);
  return { node, names };
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
  const { node, names } = played(namespace, isRobots);
  const { fleet } = node;
  expect([fleet.robot, fleet.prefix]).toEqual([robot, of === "" ? "" : `${of.slice(1)}/`]);
  const [options, hear] = [{ qos: {}, isRaw: true } as const, (): void => undefined];
  node.createPublisher("a_type", "cmd_vel", options);
  node.createSubscription("a_type", "/clock", options, hear);
  node.createClient("a_type", "/global_agent/set_parameters");
  node.createService("a_type", "//emergency_stop", options, hear);
  node.createSubscription("a_type", "/tf", options, hear);
  expect(names).toEqual([
    ...["/parameter_events", "cmd_vel", `${of}/clock`, `${of}/global_agent/set_parameters`],
    ...["/emergency_stop", "/tf"],
  ]);
  expect(fleet.within(`${of}/robot_1/state`)).toBe("/robot_1/state");
  expect(fleet.within("/fleet_b/robot_1/state")).toBe(
    of === "" ? "/fleet_b/robot_1/state" : undefined,
  );
});
