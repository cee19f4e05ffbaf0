/** Each node of a swarm of real robots says and hears what its permissions list, and no more. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { packageRoot } from "../../src/base/package_root";
import { enclavesOf, RULES } from "../../src/cli/permissions";
import type { ParameterMap } from "../../src/cli/swarm_description";
import { loadSwarm } from "../../src/game/robots_file";
import { loadScenario } from "../../src/game/scenario_file";
import { encodePolicy, savePolicy } from "../../src/policy/policy_file";
import { explorer } from "../../src/cli/recorded";
import { claimDomain } from "../../src/ros/domain";
import { madeMetadata } from "../policy/policies";
import { Child } from "./child";
import { environmentOf } from "./swarm";

const game = loadScenario("dock_dispatch");
const FILE = join(packageRoot(), "examples", "robots", "robots.yaml");
const swarm = loadSwarm(FILE, game);

type Given = Parameters<typeof enclavesOf>[1];
const MORE = { useSimTime: true, publishTf: true, markersRate: 2, posesTopic: "/tf" } as const;

test.each<[string, Given, ParameterMap]>([
  ["as installed", {}, {}],
  [
    "placed by tf, under simulated time, with markers",
    { ...MORE, poseSource: "tf" },
    {
      use_sim_time: true,
      publish_tf: true,
      markers_rate: 2,
      pose_source: "tf",
      poses_topic: "/tf",
    },
  ],
  ["placed by a pose", { poseSource: "pose" }, { pose_source: "pose" }],
])("%s", async (_, given, parameters) => {
  const folder = mkdtempSync(join(tmpdir(), "permissions-"));
  const policy = join(folder, "explore.safetensors");
  const pair = explorer(game);
  savePolicy(policy, encodePolicy(pair, madeMetadata(game, pair.tableSize), game));
  const domain = await claimDomain();
  const environment = environmentOf(domain);
  const own: Readonly<Record<string, ParameterMap>> = {
    learner: { policy_file: policy },
    recorder: { file: join(folder, "run.mcap") },
    global_agent: { robots_file: FILE },
    page: { robots_file: FILE, port: 0 },
    reporter: { robots_file: FILE, world: "field" },
  };
  const bodyOwn = ["use_sim_time", "publish_tf", "markers_rate", "pose_source"];
  const bodies = new Map([...swarm.robots, swarm.lead].map((body) => [`/${body.namespace}`, body]));
  const children = enclavesOf(swarm, given, RULES).map(({ node, namespace }) => {
    const body = bodies.get(namespace);
    const known = body
      ? bodyOwn
      : ["use_sim_time", ...(node === "reporter" ? ["poses_topic"] : [])];
    const told = Object.entries(parameters).filter(([name]) => known.includes(name));
    const remaps = Object.entries(body?.topics ?? {}).map(([from, to]) => `${from}:=${to}`);
    const rules = [...remaps, ...(body ? [`__ns:=${namespace}`] : [])];
    const kinds = { page: "sim", reporter: "sim", preflight: "src/cli" };
    const place = new Map(Object.entries(kinds)).get(node) ?? "src/nodes";
    // It ends by itself.
    const words = node === "preflight" ? ["--robots-file", FILE, "--seconds", "60"] : [];
    return new Child(environment, `${place}/${node}.js`, {
      words,
      parameters: { ...own[node], ...Object.fromEntries(told) },
      rosArgs: rules.flatMap((rule) => ["-r", rule]),
    });
  });
  const permitted = (rules: typeof RULES): Record<string, string[]> =>
    Object.fromEntries(
      enclavesOf(swarm, given, rules).map(({ namespace, node, names }) => {
        const lines = names.flatMap(([access, , all]) => all.map((name) => `${access} ${name}`));
        return [`${namespace}/${node}`, lines.sort()];
      }),
    );
  try {
    const always = permitted(RULES.filter(({ on_demand }) => !on_demand));
    const program = join(packageRoot(), "test", "graph", "endpoints_of.py");
    const run = promisify(execFile)("python3", [program, JSON.stringify(always)], {
      env: environment,
    });
    const found = JSON.parse((await run).stdout) as Record<string, string[]>;
    const all = permitted(RULES);
    const may = (path: string): string[] =>
      all[path].filter((line) => !always[path].includes(line));
    for (const path of Object.keys(always))
      expect({ path, lines: found[path].filter((line) => !may(path).includes(line)) }).toEqual({
        ...{ path, lines: always[path] },
      });
  } finally {
    for (const child of children) await child.end();
    domain.release();
    rmSync(folder, { recursive: true });
  }
});
