/**
 * Every command in a document is run here, is run by another test that is named here, or is marked in
 * the document: "Not run here: <reason>".
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runPython } from "../python/package";
import {
  type Chunk,
  chunksOf,
  commandsOf,
  DOCUMENTS,
  read,
  root,
  scriptsNamedIn,
} from "./documents";

const FERRY = "examples/scenario/ferry.yaml";
const DEPOT = "examples/scenario/depot.yaml";

/** Run here in this order, in a folder of their own; what each prints or writes. */
const RUN_HERE: readonly { readonly command: string; readonly prints: RegExp; writes?: string }[] =
  [
    { command: "npm start -- --help", prints: /--world/ },
    { command: "npm run learn -- --help", prints: /--table-size/ },
    { command: "npm run evaluate -- --help", prints: /--rollouts/ },
    { command: "npm run calibrate -- --help", prints: /--write/ },
    { command: "npm run fit -- --help", prints: /--prior/ },
    { command: "npm run gazebo-world -- --help", prints: /--release/ },
    {
      command:
        "npm run learn -- --scenario dock_dispatch --table-size 5 --robots 30 --out dock.safetensors",
      prints: /a policy for dock_dispatch, table size 5/,
      writes: "dock.safetensors",
    },
    {
      command: "npm run evaluate -- --policy dock.safetensors --robots 30",
      prints: /dock_dispatch: 30 robots, 5 asked an epoch \(sample\)/,
    },
    {
      command:
        "npm run evaluate -- --policy dock.safetensors --robots 30 --sample-size 1 --observation filter",
      prints: /dock_dispatch: 30 robots, 1 asked an epoch \(filter\)/,
    },
    {
      command:
        "npm run learn -- --scenario dock_dispatch --backup points --local-form command --out told.safetensors",
      prints: /a policy for dock_dispatch, \d+ vectors from \d+ points, ended by accuracy/,
      writes: "told.safetensors",
    },
    {
      command:
        "npm run evaluate -- --policy told.safetensors --sample-size 10 --observation filter",
      prints: /dock_dispatch: 1000 robots, 10 asked an epoch \(filter\)/,
    },
    {
      command:
        "npm run learn -- --scenario federated_rounds --backup points --robots 50 --out rounds.safetensors",
      prints: /a policy for federated_rounds, \d+ vectors/,
      writes: "rounds.safetensors",
    },
    {
      command:
        "npm run learn -- --scenario demand_response --backup points --robots 100 --out grid.safetensors",
      prints: /a policy for demand_response, \d+ vectors/,
      writes: "grid.safetensors",
    },
    {
      command: `npm run learn -- --scenario ${FERRY} --table-size 5 --robots 50 --out ferry.safetensors`,
      prints: /a policy for ferry, table size 5 \(21 histograms\)/,
      writes: "ferry.safetensors",
    },
    {
      command: `npm run evaluate -- --scenario ${FERRY} --policy ferry.safetensors --robots 50`,
      prints: /ferry: 50 robots, 5 asked an epoch/,
    },
    {
      command: `npm run evaluate -- --scenario ${FERRY} --policy ferry.safetensors --robots 50 --sample-size 1 --observation filter`,
      prints: /ferry: 50 robots, 1 asked an epoch \(filter\)/,
    },
    {
      command: `npm run learn -- --scenario ${DEPOT} --game-only --out depot_game.safetensors`,
      prints: /the game depot, without a policy/,
      writes: "depot_game.safetensors",
    },
    {
      command: "npm run fit -- --scenario dock_dispatch --explore explore.safetensors",
      prints: /Written: explore.safetensors/,
      writes: "explore.safetensors",
    },
    {
      command: "npm run calibrate -- --scenario dock_dispatch --epochs 50 --write measured.yaml",
      prints: /P_l of dock_dispatch: total variation/,
      writes: "measured.yaml",
    },
    {
      command: "npm run gazebo-world -- --scenario dock_dispatch --robots 5 --out dock_world",
      prints: /dock_world: dock_dispatch, 5 robots, for Gazebo harmonic/,
      writes: "dock_world",
    },
  ];

/** Run by another test or by CI: the file, and words of it by which the command is run. */
const RUN_ELSEWHERE: Readonly<Record<string, { readonly file: string; readonly by: string }>> = {
  "npm start": { file: "test/graph/start.test.ts", by: 'start("--port", "0")' },
  "npm test": { file: ".ci/run", by: "npm test" },
  "npm run setup": { file: "scripts/run.mjs", by: "await setup({ ros: !pure, withMujoco })" },
  "npm run build": { file: "scripts/run.mjs", by: "await setup({ ros: !pure, withMujoco })" },
  "npm run reproduce -- --quick --only joint --only dock_dispatch": {
    file: "test/bench/reproduce.test.ts",
    by: '"--quick", "--only", "joint", "--only", "dock_dispatch"',
  },
  "node dist/src/cli/permissions.js --robots-file examples/robots/robots.yaml": {
    file: "test/cli/permissions.test.ts",
    by: '["--robots-file", FILE, ...args]',
  },
  "npm run lint": { file: ".ci/run", by: "npm run lint" },
  "npm run parameters -- --write": {
    file: "test/cli/parameters.test.ts",
    by: "npm run parameters -- --write",
  },
  "npm test -- graph/stopping": { file: ".ci/run", by: "npm test" },
  "npm start -- --world abstract --headless --seconds 60 --json": {
    file: "test/graph/start.test.ts",
    by: '"--world", "abstract", "--seconds", "10"',
  },
  "npm start -- --world mujoco": {
    file: "test/graph/mujoco.test.ts",
    by: '["--world", "mujoco", ',
  },
  "npm start -- --scenario ring_dispatch --world abstract": {
    file: "test/graph/start.test.ts",
    by: '"--scenario", "ring_dispatch", "--world", "abstract"',
  },
  "npm start -- --sample-size 1 --observation filter --speed 4": {
    file: "test/graph/examples.soak.ts",
    by: "--sample-size 1 --observation filter",
  },
  "npm start -- --host 0.0.0.0 --port 9000": {
    file: "test/sim/page_access.test.ts",
    by: 'start("0.0.0.0")',
  },
  "npm start -- --origins http://localhost:9000,https://robots.example": {
    file: "test/sim/page_access.test.ts",
    by: 'readOrigins("http://localhost:9000/, HTTPS://Robots.Example")',
  },
  "npm start -- --record run.mcap --headless --seconds 30 --speed 10": {
    file: "test/graph/examples.soak.ts",
    by: "--record run.mcap --headless --seconds 30 --speed 10",
  },
  "npm run ros -- python3 examples/programs/read_recording.py run.mcap": {
    file: "test/graph/examples.soak.ts",
    by: "python3 examples/programs/read_recording.py run.mcap",
  },
  "ROS_DOMAIN_ID=1 npm run ros -- python3 examples/programs/listen.py": {
    file: "test/graph/examples.test.ts",
    by: "python3 examples/programs/listen.py",
  },
  [`npm start -- --scenario ${FERRY} --world abstract --robots 10 --headless --seconds 240 --json`]:
    {
      file: "test/graph/examples.soak.ts",
      by: `--scenario ${FERRY} --world abstract --robots 10 --headless --seconds 240 --json`,
    },
  ...Object.fromEntries(
    [
      `learn -- --scenario ${DEPOT} --time-limit 60 --out depot.safetensors`,
      `evaluate -- --scenario ${DEPOT} --policy depot.safetensors --sample-size 10 --observation filter`,
      "learn -- --scenario dock_dispatch_mixed --robots 30 --time-limit 60 --out mixed.safetensors",
      "evaluate -- --policy mixed.safetensors --robots 30 --sample-size 10 --sampling by_kind",
    ].map((by) => [`npm run ${by}`, { file: "test/graph/many_zones.soak.ts", by }]),
  ),
  [`npm start -- --scenario ${DEPOT} --world abstract --observation filter`]: {
    file: "test/graph/many_zones.soak.ts",
    by: '"--scenario", "examples/scenario/depot.yaml", "--world", "abstract", ...filter',
  },
  "python3 -m alternating_marl_policy.inspect dock.safetensors": {
    file: "test/python/acting.test.ts",
    by: '"-m", "alternating_marl_policy.inspect", "dock.safetensors"',
  },
  "npm start -- --robots 6 --table-size 3": {
    file: "test/graph/examples.test.ts",
    by: "--robots 6 --table-size 3",
  },
  "ROS_DOMAIN_ID=1 npm run ros -- python3 examples/robot/robot.py --name guest --x 4 --y 0 --ros-args -p use_sim_time:=true":
    {
      file: "test/graph/examples.test.ts",
      by: "python3 examples/robot/robot.py --name guest --x 4 --y 0 --ros-args -p use_sim_time:=true",
    },
  ...Object.fromEntries(
    [
      "python3 examples/programs/global_agent.py dock.safetensors 30 5",
      "node dist/src/nodes/lead_agent.js --ros-args -r __ns:=/lead -p use_sim_time:=true -p start_armed:=true",
      "node dist/src/nodes/local_agent.js --ros-args -p robots:=30 -p population:=30 -p use_sim_time:=true -p start_armed:=true -p max_state_age:=0.0",
      "node dist/sim/simulator.js --ros-args -p population:=30 -p fidelity:=abstract -p seconds:=360.0",
    ].map((by) => [
      `ROS_DOMAIN_ID=1 npm run ros -- ${by}`,
      { file: "test/graph/examples.test.ts", by },
    ]),
  ),
  "ROS_DOMAIN_ID=1 npm run ros -- node dist/src/nodes/local_agent.js --ros-args -r __ns:=/guest -p robot_index:=6 -p population:=7 -p start_armed:=true -p use_sim_time:=true":
    {
      file: "test/graph/examples.test.ts",
      by: "node dist/src/nodes/local_agent.js --ros-args -r __ns:=/guest -p robot_index:=6 -p population:=7 -p start_armed:=true -p use_sim_time:=true",
    },
};

const CHUNKS: readonly Chunk[] = DOCUMENTS.flatMap(chunksOf);
const COMMANDS = CHUNKS.flatMap(commandsOf);

const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "documents-"));
  symlinkSync(join(root, "examples"), join(folder, "examples"));
});

afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the program of an npm script in `folder`, as npm would in the checkout. */
function run(command: string): { status: number | null; stdout: string; stderr: string } {
  const [, script, short, rest] = /^npm (?:run ([\w-]+)|(\w+)) -- (.*)$/.exec(command)!;
  const program = scripts[script ?? short].split(" ").at(-1)!;
  const args = ["--enable-source-maps", join(root, program), ...rest.split(" ")];
  return spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
}

test("the documents hold commands, and each is run somewhere or marked as not run", () => {
  expect(COMMANDS.length).toBeGreaterThan(40);
  const known = new Set([...RUN_HERE.map(({ command }) => command), ...Object.keys(RUN_ELSEWHERE)]);
  const unknown = COMMANDS.filter(({ text, isNotRun }) => !isNotRun && !known.has(text));
  expect(unknown.map(({ document, text }) => `${document}: ${text}`)).toEqual([]);
});

test("no command is named here that no document gives", () => {
  const given = new Set(COMMANDS.map(({ text }) => text));
  const named = [...RUN_HERE.map(({ command }) => command), ...Object.keys(RUN_ELSEWHERE)];
  expect(named.filter((command) => !given.has(command))).toEqual([]);
});

test("npm scripts that are named in the documents exist", () => {
  const missing = DOCUMENTS.flatMap(scriptsNamedIn).filter((name) => !(name in scripts));
  expect(missing).toEqual([]);
});

test.each(Object.entries(RUN_ELSEWHERE))(
  "%s is run by the test that is named",
  (_, { file, by }) => {
    expect(read(file)).toContain(by);
  },
);

test.each(RUN_HERE)("$command", ({ command, prints, writes }) => {
  const { status, stdout, stderr } = run(command);
  expect({ status, stderr: status === 0 ? "" : stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toMatch(prints);
  if (writes !== undefined) expect(existsSync(join(folder, writes))).toBe(true);
});

test("a new command without a test and without a mark would be found, and marks are seen", () => {
  const chunk = (lines: string[], language?: string): Chunk => ({
    document: "new.md",
    language,
    lines,
    isNotRun: false,
  });
  expect(commandsOf(chunk(["npm start -- --new 1  # why", "", "# words"], "sh"))).toMatchObject([
    { text: "npm start -- --new 1" },
  ]);
  expect(commandsOf(chunk(["Give `npm run learn -- --new` and `npm start`."]))).toMatchObject([
    { text: "npm run learn -- --new" },
  ]);
  const marked = COMMANDS.filter(({ isNotRun }) => isNotRun).map(({ text }) => text);
  expect(marked).toContain("colcon build --packages-select alternating_marl");
});

test("the parts of the bench are those that documents name", () => {
  const parts = COMMANDS.flatMap(
    ({ text }) => /^npm run bench -- (.*)$/.exec(text)?.[1].split(" ") ?? [],
  );
  const known = [...read("bench/bench.ts").matchAll(/^ {2}(\w+): bench/gm)].map(([, name]) => name);
  expect(known.length).toBeGreaterThan(3);
  expect([...new Set(parts)].sort()).toEqual(known.sort());
});

test("programs in the documents say which file they are, and run", () => {
  const programs = CHUNKS.filter(({ language }) => /^(js|ts|python|py)$/.test(language ?? ""));
  const [first, ...others] = programs.map(({ lines }) => lines[0]);
  const example = read("examples/programs/global_agent.py").trim();
  expect([first, ...others]).toEqual([
    ...["// learn_and_evaluate.mjs", "# act.py"],
    example.split("\n")[0],
  ]);
  // Another test runs it.
  expect(programs[2].lines.join("\n")).toBe(example);
  const modules = join(folder, "node_modules");
  writeFileSync(join(folder, "learn_and_evaluate.mjs"), programs[0].lines.join("\n"));
  writeFileSync(join(folder, "game.yaml"), readFileSync(join(root, FERRY)));
  // What `npm install` of a folder makes.
  spawnSync("mkdir", [modules]);
  symlinkSync(root, join(modules, "alternating_marl"));
  const { status, stdout, stderr } = spawnSync(process.execPath, ["learn_and_evaluate.mjs"], {
    cwd: folder,
    encoding: "utf8",
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toMatch(/mean: [\d.]+/);
  // By the policy that a command above has learned.
  const acted = runPython(["-c", programs[1].lines.join("\n")], folder);
  expect({ status: acted.status, stderr: acted.stderr }).toEqual({ status: 0, stderr: "" });
  expect(acted.stdout).toMatch(/^\['bay_0', .*\n\d\n\d\n\[[\d. ]+\] [\d.]+\n\[/);
});
