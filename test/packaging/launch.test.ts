/** The launch files' structure, by stand-ins for launch and launch_ros (see show_launch.py). */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { SWARM } from "../../src/cli/swarm_description";
import { TOPICS } from "../../src/ros/topics";
import { checkParameter } from "../../src/ros/parameters";
import { NODES, read, root } from "./checkout";
import { type Action, gazebo, type Parameter, show, type Shown } from "./shown_launch";

const robot = ["namespace:=robot_3", "robot_index:=3", "population:=8"];
const ROBOTS_FILE = join(root, "examples", "robots", "robots.yaml");
const FILES: [string, string[]][] = [
  ["swarm.launch.py", []],
  ["robot.launch.py", robot],
  ["gazebo.launch.py", gazebo],
  ["operator.launch.py", [`robots_file:=${ROBOTS_FILE}`]],
];

/** The parameters that a node is given, without the node's name. */
function given(action: Action): Record<string, Parameter["value"]> {
  const [, ...own] = action.parameters!;
  return Object.fromEntries(own.map(({ name, value }) => [name.split(":")[1], value]));
}

const nodesOf = (shown: Shown, executable: string) =>
  shown.actions.filter((action) => action.executable === executable);

test("every launch file is looked at here", () => {
  const files = readdirSync(join(root, "launch")).filter((name) => name.endsWith(".py"));
  expect(files.sort()).toEqual(FILES.map(([file]) => file).sort());
});

describe.each(FILES)("%s", (file, args) => {
  const shown = show(file, ...args);

  test("describes each argument, and its choices hold the default", () => {
    for (const argument of shown.arguments) {
      expect(argument.description ?? "").toMatch(/.{15,}/);
      if (argument.choices) expect(argument.choices).toContain(argument.default);
    }
  });

  test("gives each node what is shipped first, then parameters that it declares", () => {
    for (const action of shown.actions.filter((each) => each.package === "alternating_marl")) {
      const [first, ...own] = action.parameters!;
      const weakest = join(root, "config", "swarm.yaml");
      expect(first).toEqual(file === "robot.launch.py" ? { max_stamp_age: 0.5 } : weakest);
      for (const { name, type, value } of own) {
        const [node, parameter] = name.split(":");
        expect(node).toBe(action.executable);
        if (parameter === "use_sim_time") continue;
        const spec = NODES[node][parameter];
        expect({ name, declared: spec !== undefined }).toEqual({ name, declared: true });
        checkParameter(parameter, spec, value);
        if (spec.type === "double") expect({ name, type }).toEqual({ name, type: "float" });
      }
    }
  });
});

describe("swarm.launch.py", () => {
  const shown = show("swarm.launch.py", "robots:=7", "robots_per_process:=3", "sample_size:=4");

  test("starts every executable, and each is one that is installed", () => {
    const started = shown.actions.map((action) => action.executable);
    const agents = ["local_agent", "local_agent", "local_agent"];
    expect(started.sort()).toEqual(
      ["global_agent", "lead_agent", "learner", ...agents, "page", "simulator"].sort(),
    );
    expect(read("CMakeLists.txt")).toContain('GET "${swarm}" processes ${i} node');
    const installed = SWARM.processes.map(({ node }) => node);
    expect(installed.sort()).toEqual(Object.keys(NODES).sort());
  });

  test("starts a recorder where a file is named, and tells it the run's settings", () => {
    const recorded = show("swarm.launch.py", "record:=run.mcap", "odometry_rate:=5", "seed:=3");
    const { about, ...others } = given(nodesOf(recorded, "recorder")[0]);
    expect(others).toEqual({ file: "run.mcap", odometry_rate: 5, use_sim_time: true });
    expect(JSON.parse(about as string)).toMatchObject({
      scenario: "dock_dispatch",
      robots: 30,
      seed: 3,
      // By the parameter file.
      world: "motion",
    });
    expect(nodesOf(shown, "recorder")).toEqual([]);
  });

  test("opens RViz on the shipped layout where it is asked for, with markers and transforms", () => {
    const seen = show("swarm.launch.py", "rviz:=true");
    const [rviz] = nodesOf(seen, "rviz2");
    // Where launch does not find it, nothing else is started and left behind.
    expect(seen.actions.indexOf(rviz)).toBe(0);
    expect(rviz.arguments).toEqual(["-d", join(root, "config", "swarm.rviz")]);
    for (const name of ["local_agent", "lead_agent"]) {
      for (const action of nodesOf(seen, name)) {
        expect(given(action)).toMatchObject({ markers_rate: 5, publish_tf: true });
      }
    }
    expect(nodesOf(shown, "rviz2")).toEqual([]);
    expect(given(nodesOf(shown, "lead_agent")[0])["markers_rate"]).toBeUndefined();
    const layout = parse(read("config/swarm.rviz")) as {
      "Visualization Manager": { Displays: { Topic?: { Value: string } }[] };
    };
    const topics = layout["Visualization Manager"].Displays.map(({ Topic }) => Topic?.Value);
    expect(topics).toContain(TOPICS.markers.name);
  });

  test("puts all of a fleet into its namespace", () => {
    const fleet = show("swarm.launch.py", "namespace:=/fleet_a");
    const places = fleet.actions.map(({ namespace }) => namespace);
    expect(new Set(places)).toEqual(new Set(["fleet_a", "fleet_a/lead"]));
  });

  test("hosts each robot once", () => {
    const hosted = nodesOf(shown, "local_agent").flatMap((action) => {
      const { robots, robot_index: first } = given(action) as Record<string, number>;
      return [...Array(robots).keys()].map((i) => first + i);
    });
    expect(hosted).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  test("respawns all but the simulator, and ends with that and with any wrong use", () => {
    for (const { executable, respawn, respawn_delay, on_exit } of shown.actions) {
      const isWorld = executable === "simulator";
      expect([executable, respawn, respawn_delay]).toEqual(
        isWorld ? [executable, undefined, undefined] : [executable, true, 1],
      );
      const failed = (status: number) => [
        {
          kind: "refused",
          why: `the ${executable} ended with status ${status}; its message says why`,
        },
      ];
      // An error gives the launch a status other than 0.
      expect(on_exit).toEqual({
        "0": isWorld ? [expect.objectContaining({ kind: "shutdown" })] : [],
        "1": isWorld ? failed(1) : [],
        "2": failed(2),
      });
    }
  });

  test("does not override by its defaults what a parameter file says", () => {
    const folder = mkdtempSync(join(tmpdir(), "launch-"));
    const own = join(folder, "own.json");
    const sections = {
      simulator: { ros__parameters: { population: 12 } },
      "/**": { ros__parameters: { scenario: "ring_dispatch" } },
    };
    writeFileSync(own, JSON.stringify(sections));
    try {
      const { actions } = show("swarm.launch.py", `params_file:=${own}`);
      for (const name of ["global_agent", "local_agent", "learner", "simulator"]) {
        const parameters = given(nodesOf({ arguments: [], actions }, name)[0]);
        expect(parameters).toMatchObject({ population: 12, scenario: "ring_dispatch" });
      }
      const one = show("swarm.launch.py", `params_file:=${own}`, "robots:=3");
      expect(given(nodesOf(one, "global_agent")[0])["population"]).toBe(3);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("all but the simulator follow /clock, robots are armed, the lead vehicle has a namespace", () => {
    for (const action of shown.actions) {
      const simulated = action.executable === "simulator" ? undefined : true;
      expect(given(action)["use_sim_time"]).toBe(simulated);
    }
    for (const name of ["local_agent", "lead_agent"]) {
      for (const action of nodesOf(shown, name)) expect(given(action)["start_armed"]).toBe(true);
    }
    expect(nodesOf(shown, "lead_agent")[0].namespace).toBe("lead");
    for (const action of nodesOf(shown, "local_agent")) expect(action.namespace).toBeUndefined();
  });

  test("passes an argument to every node that has it, and leaves the rest to the file", () => {
    for (const name of ["global_agent", "local_agent", "simulator"]) {
      expect(given(nodesOf(shown, name)[0])["population"]).toBe(7);
    }
    const [globalAgent] = nodesOf(shown, "global_agent");
    expect(given(globalAgent)).toEqual({
      scenario: "dock_dispatch",
      population: 7,
      sample_size: 4,
      use_sim_time: true,
    });
    expect(Object.keys(given(nodesOf(shown, "learner")[0])).sort()).toEqual([
      "cache",
      "population",
      "scenario",
      "use_sim_time",
    ]);
  });

  test("says of an empty argument what the shipped file holds", () => {
    const defaults: Record<string, unknown> = {
      robots: NODES.simulator.population.default,
      sample_size: NODES.global_agent.sample_size.default,
      table_size: NODES.learner.table_size.default,
      observation: NODES.global_agent.observation.default,
      sampling: NODES.global_agent.sampling.default,
      world: NODES.simulator.fidelity.default,
      epoch: NODES.simulator.epoch_length.default,
      odometry_rate: NODES.recorder.odometry_rate.default,
    };
    for (const { name, description } of shown.arguments) {
      const said = /as installed (.+)\.$/.exec(description!)?.[1];
      if (said === undefined) continue;
      expect(`${name}: ${said}`).toBe(
        `${name}: ${defaults[name] ?? { ...NODES.page, ...NODES.simulator }[name].default}`,
      );
    }
  });

  test("an abstract world's states are of the instant of the decision, by either name", () => {
    const [refused] = show("swarm.launch.py", "fidelity:=abstract", "world:=motion").actions;
    expect(refused.why).toContain("fidelity:= is another name for world:=");
    const abstract = show("swarm.launch.py", "fidelity:=abstract");
    expect(abstract.actions).toEqual(show("swarm.launch.py", "world:=abstract").actions);
    for (const name of ["global_agent", "local_agent"]) {
      expect(given(nodesOf(abstract, name)[0])["max_state_age"]).toBe(0);
      expect(given(nodesOf(shown, name)[0])).not.toHaveProperty("max_state_age");
    }
  });

  test.each(["robots:=many", "robots:=010", "robots_per_process:=0", "epoch:=1_0", "epoch:=nan"])(
    "refuses %s with a sentence",
    (wrong) => {
      const [action] = show("swarm.launch.py", wrong).actions;
      expect(action.kind).toBe("refused");
      expect(action.why).toContain(wrong);
    },
  );
});

test("robot.launch.py starts one agent in the robot's namespace, with what was given and no more", () => {
  const { actions } = show("robot.launch.py", ...robot, "initial_pose:=[1, 2, 0.5]");
  expect(actions).toHaveLength(1);
  expect(actions[0]).toMatchObject({ executable: "local_agent", namespace: "robot_3" });
  const ours = { robot_index: 3, population: 8 };
  expect(given(actions[0])).toEqual({ ...ours, initial_pose: [1, 2, 0.5] });
  const filed = show("robot.launch.py", ...robot, "params_file:=mine.yaml").actions[0].parameters!;
  expect(filed.slice(0, 2)).toEqual([{ max_stamp_age: 0.5 }, "mine.yaml"]);
  expect(filed.slice(2)).toHaveLength(Object.keys(ours).length);
});

describe("a robots file", () => {
  const folder = mkdtempSync(join(tmpdir(), "robots-"));
  const file = join(folder, "robots.yaml");
  writeFileSync(
    file,
    `robots:
  - { name: alice, initial_pose: [1, 2, 0.5], topics: { goal_pose: /mux/alice } }
  - { name: bob, enabled: false }
  - { name: carol, namespace: cart_7, output: goal }
  - { name: dora, initial_pose: [1, 0, 0], topics: { odom: wheels/odom } }
lead: { name: collector, output: goal, topics: { odom: wheels/odom } }
`,
  );
  const robots = `robots_file:=${file}`;
  afterAll(() => rmSync(folder, { recursive: true }));

  test("starts the agent of one robot as it says, and arguments override it", () => {
    const [alice] = show("robot.launch.py", robots, "robot:=alice").actions;
    expect(alice).toMatchObject({ namespace: "alice", remappings: [["goal_pose", "/mux/alice"]] });
    expect(given(alice)).toEqual({ robot_index: 0, population: 3, initial_pose: [1, 2, 0.5] });
    const fleet = show("robot.launch.py", robots, "robot:=dora", "namespace:=fleet_a/dora");
    // Relative: within the fleet's namespace, as ROS resolves it.
    expect(fleet.actions[0]).toMatchObject({ remappings: [["odom", "wheels/odom"]] });
    const more = ["namespace:=fleet_a/cart_7", "population:=9"];
    const [carol] = show("robot.launch.py", robots, "robot:=carol", ...more).actions;
    expect(carol).toMatchObject({ namespace: "fleet_a/cart_7", remappings: [] });
    expect(given(carol)).toEqual({ robot_index: 1, population: 9, output: "goal" });
    const driven = show("robot.launch.py", robots, "robot:=carol", "output:=cmd_vel").actions;
    expect(given(driven[0])).toMatchObject({ output: "cmd_vel" });
  });

  test.each([
    [["robot:=bob", robots], "robot:=bob is not in"],
    [[robots], "go together"],
    [["namespace:=robot_0", "population:=3"], "robot_index:= is missing"],
    [["robot:=alice", "robots_file:=nothing.yaml"], "nothing.yaml cannot be read"],
  ])("robot.launch.py refuses %j with a sentence", (args, why) => {
    const [action] = show("robot.launch.py", ...args).actions;
    expect(action).toMatchObject({ kind: "refused", why: expect.stringContaining(why) as string });
  });

  test("operator.launch.py starts all but the robots' agents, and nothing ends it", () => {
    const { actions } = show("operator.launch.py", robots, "record:=run.mcap");
    const started = actions.map(({ executable }) => executable);
    const all = ["global_agent", "lead_agent", "learner", "page", "recorder", "reporter"];
    expect(started.sort()).toEqual(all);
    for (const action of actions) {
      // The parameter file's, unless it is given.
      expect(given(action)).not.toHaveProperty("use_sim_time");
      expect(action).toMatchObject({ respawn: true });
      expect(action.on_exit!["1"]).toEqual([]);
    }
    for (const name of ["global_agent", "page", "reporter"])
      expect(given(nodesOf({ arguments: [], actions }, name)[0])["robots_file"]).toBe(file);
    const [lead] = nodesOf({ arguments: [], actions }, "lead_agent");
    expect(lead).toMatchObject({
      namespace: "collector",
      remappings: [["odom", "wheels/odom"]],
    });
    // It stands until a person releases it.
    const said = { scenario: "dock_dispatch", output: "goal" };
    expect(given(lead)).toEqual({ ...said, max_stamp_age: 0.5 });
    const own = join(folder, "own.json");
    writeFileSync(own, JSON.stringify({ "/**": { ros__parameters: { use_sim_time: true } } }));
    const filed = show("operator.launch.py", robots, `params_file:=${own}`).actions;
    const [second] = nodesOf({ arguments: [], actions: filed }, "lead_agent");
    expect(given(second)).toEqual(said);
    const simulated = show("operator.launch.py", robots, "use_sim_time:=true").actions;
    for (const action of simulated) expect(given(action)["use_sim_time"]).toBe(true);
    expect(given(nodesOf({ arguments: [], actions }, "reporter")[0])).toMatchObject({
      keep_docks: false,
      population: 3,
      world: "field",
    });
    const without = show("operator.launch.py", robots, "reporter:=false", "headless:=true");
    expect(without.actions.map(({ executable }) => executable).sort()).toEqual([
      "global_agent",
      "lead_agent",
      "learner",
    ]);
  });
});
