/** launch/swarm.json: what it names exists, and npm start and launch make the same of it. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { SWARM } from "../../src/cli/swarm_description";
import { type SwarmSettings, swarmSpecs } from "../../src/cli/start_options";
import { NODES, python, root } from "./checkout";

/** Values that are not arguments: they are worked out for a process. */
const WORKED_OUT = ["about", "references", "first_robot", "hosted_robots"];

test("every parameter that an argument or a process names is declared", () => {
  for (const { parameter } of Object.values(SWARM.arguments)) {
    if (parameter === undefined) continue;
    const [node, name] = parameter.split(".");
    expect({ parameter, declared: name in NODES[node] }).toEqual({ parameter, declared: true });
  }
  for (const { node, parameters, variants } of SWARM.processes) {
    for (const named of [parameters, ...variants.map((variant) => variant.parameters)]) {
      const names = Object.keys(named).filter((name) => name !== "use_sim_time");
      expect(Object.keys(NODES[node])).toEqual(expect.arrayContaining(names));
    }
  }
});

test("every $name and every condition is of an argument, and every program is there", () => {
  const known = [...Object.keys(SWARM.arguments), ...WORKED_OUT];
  for (const { file, parameters, when, variants } of SWARM.processes) {
    const folder = file.endsWith(".py") ? "python" : "dist";
    expect(existsSync(join(root, folder, file))).toBe(true);
    const used = Object.values(parameters).flatMap((value) =>
      String(value).startsWith("$") ? [String(value).slice(1)] : [],
    );
    const asked = [...when, ...variants.map((one) => one.when)].map(({ argument }) => argument);
    expect(known).toEqual(expect.arrayContaining([...used, ...asked]));
  }
});

interface Launched {
  readonly executable: string;
  readonly namespace?: string;
  readonly respawn?: boolean;
  readonly on_exit: Readonly<Record<string, unknown[]>>;
  readonly parameters: readonly [string, ...{ name: string; value: unknown }[]];
}

test.each([
  ["motion", 250],
  ["abstract", 7],
  ["mujoco", 7],
] as const)("npm start and the launch file start the same in %s", (world, robots) => {
  const settings: SwarmSettings = {
    ...{ scenario: "ring_dispatch", robots, world, epoch: 4, speed: 2, sampleSize: 3 },
    ...{
      observation: "filter",
      sampling: "by_kind",
      seconds: 60,
      port: 9000,
      host: "0.0.0.0",
      origins: "http://a:1",
      headless: true,
    },
    ...{ record: "run.mcap", odometryRate: 2, seed: 5 },
    ...{ fidelity: undefined, policy: "made.safetensors", tableSize: 0, json: false },
  };
  const given = Object.entries(SWARM.arguments).flatMap(([name, { option }]) => {
    const value = settings[option as keyof SwarmSettings];
    return value === undefined ? [] : [`${name}:=${value}`];
  });
  const shown = python([
    "test/packaging/show_launch.py",
    "launch/swarm.launch.py",
    ...given,
    "cache:=",
  ]) as { actions: Launched[] };
  const launched = shown.actions.map((action) => {
    const [, ...own] = action.parameters;
    const parameters = Object.fromEntries(own.map(({ name, value }) => [name, value]));
    const { executable: node, namespace, respawn = false } = action;
    return { node, namespace, respawn, ends: action.on_exit["1"].length > 0, parameters };
  });
  const started = swarmSpecs(settings, []).map((spec) => {
    const own = Object.entries(spec.parameters);
    const parameters = Object.fromEntries(
      own.map(([name, value]) => [`${spec.node}:${name}`, value]),
    );
    const { node, namespace, respawn = false } = spec;
    return {
      node,
      namespace,
      respawn,
      ends: /^(simulator|mujoco_world|reporter)$/.test(node),
      parameters,
    };
  });
  const about = { "recorder:about": expect.any(String) };
  const expected = launched.map((one) => ({
    ...one,
    parameters: { ...one.parameters, ...(one.node === "recorder" && about) },
  }));
  expect(started).toEqual(expected);
  const recorder = started.find(({ node }) => node === "recorder")!;
  const told: unknown = JSON.parse(String(recorder.parameters["recorder:about"]));
  expect(told).toEqual(settings);
});
