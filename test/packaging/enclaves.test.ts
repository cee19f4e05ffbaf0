/** Nodes that are launched look for their keys in the enclaves of the policy that is generated. */
import { join } from "node:path";
import { enclavesOf, RULES } from "../../src/cli/permissions";
import { loadSwarm } from "../../src/game/robots_file";
import { loadScenario } from "../../src/game/scenario_file";
import { root } from "./checkout";
import { show } from "./shown_launch";

const FILE = join(root, "examples", "robots", "robots.yaml");

test.each(["", "fleet_a"])("in the fleet %j", (fleet) => {
  const robots = `robots_file:=${FILE}`;
  const swarm = loadSwarm(FILE, loadScenario("dock_dispatch"));
  const agents = swarm.robots.flatMap(({ name, namespace }) => {
    const within = `namespace:=${[fleet, namespace].filter(Boolean).join("/")}`;
    return show("robot.launch.py", robots, `robot:=${name}`, within).actions;
  });
  const own = fleet === "" ? [] : [`namespace:=${fleet}`];
  const { actions } = show("operator.launch.py", robots, "record:=run.mcap", ...own);
  // That one is started by hand.
  const enclaves = enclavesOf(swarm, { namespace: fleet }, RULES)
    .filter(({ node }) => node !== "preflight")
    .map(({ namespace, node }) => `--enclave ${namespace}/${node}`);
  const given = [...actions, ...agents].map((action) => action.ros_arguments!.join(" "));
  expect(given).toHaveLength(6 + swarm.robots.length);
  expect(given.sort()).toEqual(enclaves.sort());
});
