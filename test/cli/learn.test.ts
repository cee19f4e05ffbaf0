import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as evaluate from "../../src/cli/evaluate";
import { COMMANDS as DECLARED } from "../../src/cli/generated/commands";
import * as learn from "../../src/cli/learn";
import { outcomeOf } from "../../src/cli/options";
import {
  DEFAULT_DRAWS,
  DEFAULT_POINT_ACCURACY,
  DEFAULT_POINTS,
  DEFAULT_POPULATION,
} from "../../src/learning/options";
import { MOST_TABLE_STATES } from "../../src/learning/size";
import { encodePolicy, loadPolicy, savePolicy } from "../../src/policy/policy_file";
import { root, shipped } from "../games";
import { madeMetadata, madePair } from "../policy/policies";
import { expectRefusal } from "./refusal";

const script = (command: string): string => join(root, "dist", "src", "cli", `${command}.js`);

function run(command: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script(command), ...args], {
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

let folder: string;
let policy: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "cli-"));
  policy = join(folder, "made.safetensors");
  const game = shipped("dock_dispatch");
  savePolicy(policy, encodePolicy(madePair(game, 3), madeMetadata(game, 3), game));
});
afterAll(() => rmSync(folder, { recursive: true }));

test("learn writes a policy that evaluate reads; each prints one JSON object", () => {
  const file = join(folder, "dock.safetensors");
  const learned = run(
    "learn",
    ...["--scenario", "dock_dispatch", "--table-size", "2", "--robots", "20"],
    ...["--out", file, "--json"],
  );
  expect(learned.status).toBe(0);
  expect(JSON.parse(learned.stdout)).toMatchObject({ file, tableSize: 2, histograms: 15 });
  const keys = ["iterations", "accepted", "sweeps", "globalGap", "localGap", "seconds"];
  expect(Object.keys(JSON.parse(learned.stdout) as object)).toEqual(expect.arrayContaining(keys));
  const evaluated = run(
    "evaluate",
    ...["--policy", file, "--policy", policy, "--robots", "20", "--rollouts", "20", "--json"],
  );
  expect(evaluated.stderr).toBe("");
  const figures: unknown = JSON.parse(evaluated.stdout);
  const estimate = { mean: expect.any(Number), standardError: expect.any(Number) };
  expect(figures).toMatchObject({
    return: estimate,
    rewardPerStep: estimate,
    modeAccuracy: expect.any(Number),
    references: { random: {}, blind: {}, full: {} },
    difference: { return: estimate },
    population: 20,
    sampleSize: 2,
  });
});

test("evaluate starts where a file says and prints a readable table", async () => {
  const start = join(folder, "start.yaml");
  writeFileSync(start, "global_state: bay_1\nlocal_counts: [3, 0, 0, 4, 0]\n");
  const { status, stdout } = run("evaluate", "--policy", policy, "--start", start);
  expect(status).toBe(0);
  expect(stdout).toMatch(/dock_dispatch: 7 robots, 3 asked an epoch/);
  expect(stdout).toMatch(/blind: always to_bay_\d/);
  const wrong = run("evaluate", "--policy", policy, "--start", start, "--robots", "8");
  expect([wrong.status, wrong.stdout]).toEqual([2, ""]);
  expect(wrong.stderr).toMatch(/places 7 robots and the population is 8/);
  const args = ["--policy", policy, "--start", start];
  writeFileSync(start, "global_state: 0\nlocal_counts: [-7, 0]\n");
  const refusal = /start.yaml: local_counts\[0\] is -7: .*; npm run evaluate -- --help says what/;
  await expectRefusal(COMMANDS.evaluate, args, refusal);
  rmSync(start);
  await expectRefusal(
    COMMANDS.evaluate,
    args,
    /^the start \S+ cannot be read: .*ENOENT.*; give a YAML/,
  );
});

const COMMANDS = {
  learn: (args: readonly string[]) => outcomeOf(DECLARED.learn, learn.main, args),
  evaluate: (args: readonly string[]) => outcomeOf(DECLARED.evaluate, evaluate.main, args),
};
test("learn at points says how it ended, and its bounds", () => {
  const file = join(folder, "points.safetensors");
  const learned = run(
    "learn",
    ...["--scenario", "dock_dispatch", "--backup", "points", "--points", "12", "--local-form"],
    ...["command", "--robots", "50", "--time-limit", "60", "--out", file],
  );
  expect(learned.status).toBe(0);
  expect(learned.stderr).toMatch(/\niteration \d+: G-LEARN, \d+ points, bounds [\d.]+ to [\d.]+/);
  expect(learned.stdout).toMatch(
    /a policy for dock_dispatch, \d+ vectors from 1\d points, ended by (accuracy|points)\n/,
  );
  const bounds =
    /at least [\d.]+ with any number of robots; no global agent exceeds [\d.]+ with any/;
  expect(learned.stdout).toMatch(
    new RegExp(`for ever, without new shifts, all robots seen, it earns ${bounds.source}`),
  );
  expect(learned.stdout).toMatch(new RegExp(`over 50 epochs, .* earns ${bounds.source}`));
  const team =
    /chosen together earn at least [\d.]+ with any .*\n.* no pair of policies earns more than/;
  expect(learned.stdout).toMatch(team);
  const evaluated = run(
    "evaluate",
    ...["--policy", file, "--robots", "50", "--rollouts", "20", "--json"],
  );
  expect(JSON.parse(evaluated.stdout)).toMatchObject({
    ...{ sampleSize: 20, population: 50 },
    bounds: { upperPopulation: 1, horizon: 50 },
    ...{ teamEstimate: expect.any(Number) as number, teamBound: expect.any(Number) as number },
  });
  const inWords = run("evaluate", "--policy", file, "--robots", "50", "--rollouts", "5");
  expect(inWords.stdout).toMatch(
    new RegExp(`points.safetensors: over 50 epochs, .* ${bounds.source}`),
  );
  expect(inWords.stdout).toMatch(team);
});

test("learn at points names what there was no time to measure, and the file lacks it", () => {
  const file = join(folder, "early.safetensors");
  const points = ["--scenario", "dock_dispatch", "--backup", "points", "--out", file];
  const { status, stdout } = run("learn", ...points, "--time-limit", "0.1", "--robots", "20");
  expect(status).toBe(0);
  expect(stdout).toMatch(/gaps, all robots seen: global not measured, local not measured\n/);
  expect(stdout).toMatch(
    /there was no time for all rollouts of the return, the bound of .* team's/,
  );
  expect(loadPolicy(file).metadata.bounds).toBeUndefined();
});

test("learn without a way for a game too large for a table goes by points, and says so", () => {
  const file = join(folder, "large.safetensors");
  const args = ["--scenario", "warehouse", "--points", "20", "--robots", "50", "--out", file];
  const { status, stdout, stderr } = run("learn", ...args, "--time-limit", "5");
  expect(status).toBe(0);
  expect(stderr).toMatch(
    /^warehouse has 24 local states, too many for a table; it is learned at points\n/,
  );
  expect(stdout).toMatch(/a policy for warehouse, \d+ vectors from \d+ points/);
});

const NEVER = join(tmpdir(), "never-written.safetensors");
const LEARN = ["--scenario", "dock_dispatch", "--table-size", "2", "--out", NEVER];
const POINTS = ["--scenario", "dock_dispatch", "--backup", "points", "--out", NEVER];
test.each([
  [
    "learn",
    ["--tabel-size", "3"],
    /unknown option '--tabel-size' \(Did you mean --table-size\?\); see --help/,
  ],
  [
    "learn",
    [...LEARN.slice(0, 2), ...LEARN.slice(4)],
    /--table-size is missing; give it, or --back/,
  ],
  [
    "learn",
    ["--scenario", "dock_dispatch", "--game-only", "--robots", "9"],
    /--robots does not go with --game-only: it learns nothing; leave one of them out/,
  ],
  ["learn", [...LEARN, "--game-only"], /--table-size does not go with --game-only/],
  ["learn", ["--scenario", "none.yaml", "--game-only"], /scenario "none.yaml" cannot be read/],
  [
    "learn",
    [...LEARN.slice(0, 2), "--game-only", "--out", tmpdir()],
    /--out \S+ cannot be written/,
  ],
  ["learn", [...LEARN, "--points", "9"], /--points goes with --backup points alone/],
  [
    "learn",
    [...LEARN, "--local-form", "told"],
    /--local-form is "told"; give one of state, command/,
  ],
  ["learn", [...LEARN, "--backup", "points"], /--table-size does not go with --backup points/],
  ["learn", [...POINTS, "--points", "0"], /--points is "0"; give a whole number from 1/],
  ["learn", [...POINTS, "--accuracy", "0"], /--accuracy is "0"; give a number from/],
  ["learn", LEARN.slice(0, 4), /--out is missing; give --out F/],
  ["learn", [...LEARN, "--robots", "0"], /--robots is "0"; give a whole number from 1/],
  ["learn", [...LEARN, "--robots", "many"], /--robots is "many"; give a whole number/],
  ["learn", [...LEARN, "--seed", "-1"], /--seed/],
  ["learn", [...LEARN, "--threads", "0"], /--threads is "0"; give a whole number from 1 to 256/],
  [
    "learn",
    [...LEARN, "--backup", "guess"],
    /--backup is "guess"; give one of exact, sampled, points/,
  ],
  ["learn", [...LEARN, "--temperature", "nan"], /--temperature is "nan"; give a number/],
  ["learn", [...LEARN, "--table-size", "3"], /--table-size is given more than once/],
  [
    "learn",
    ["--scenario", "nowhere", ...LEARN.slice(2)],
    /scenario "?nowhere"? cannot be read.*shipped: corridor_dispatch, demand_response, dock_dispatch, dock_dispatch_mixed, federated_rounds, ring_dispatch, warehouse/,
  ],
  ["learn", [...LEARN, "--robots", "1"], /table size is 2 and the population 1; sample at most/],
  [
    "learn",
    [...LEARN.slice(0, 3), "900", ...LEARN.slice(4)],
    /largest table size that fits is \d+/,
  ],
  [
    "learn",
    [...LEARN.slice(0, 5), tmpdir()],
    /--out \S+ cannot be written: it is a folder; name a file/,
  ],
  [
    "learn",
    [...LEARN.slice(0, 5), "/no/such/folder/p"],
    /--out \/no\/such\/folder\/p cannot be written: .*; name a file/,
  ],
  ["evaluate", [], /--policy is missing/],
  ["evaluate", ["--policy", "/no/such/file"], /cannot be read.*npm run learn/],
  ["evaluate", ["--policy", "POLICY", "--scenario", "ring_dispatch"], /learn it again/],
  ["evaluate", ["--policy", "POLICY", "--sample-size", "2000"], /sample size is 2000/],
  ["evaluate", ["--policy", "POLICY", "--transition-timing", "past"], /current, next/],
] as const)("%s %j is refused in one sentence with status 2", async (command, args, message) => {
  const given = args.map((arg) => (arg === "POLICY" ? policy : arg));
  await expectRefusal(COMMANDS[command], given, message);
  expect(existsSync(NEVER)).toBe(false);
});

test("where the disk is full, learn says so and leaves nothing half-written", () => {
  const out = join(folder, "too_large.safetensors");
  const args = ["--scenario", "dock_dispatch", "--table-size", "2", "--robots", "20", "--out", out];
  // No file may grow beyond 1 KiB.
  const limited = `trap "" XFSZ; ulimit -f 1; exec "$@"`;
  const command = ["-c", limited, "limited", process.execPath, script("learn"), ...args];
  const { status, stdout, stderr } = spawnSync("bash", command, { encoding: "utf8" });
  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr.trimEnd().split("\n").at(-1)).toMatch(
    /cannot be written to .*too_large.*; nothing was written; name a file/,
  );
  expect(readdirSync(folder).filter((name) => name.includes("too_large"))).toEqual([]);
});

test("the help of learn tells the defaults that learning has", () => {
  const { robots, draws, points, accuracy, backup } = DECLARED.learn.options;
  expect(robots.default).toBe(DEFAULT_POPULATION);
  expect(draws.description).toContain(`(default: ${DEFAULT_DRAWS})`);
  expect(points.description).toContain(`(default: ${DEFAULT_POINTS})`);
  expect(accuracy.description).toContain(`(default: ${DEFAULT_POINT_ACCURACY})`);
  expect(backup.description).toContain(` ${MOST_TABLE_STATES} local states`);
});

test("what learns nothing takes no option of learning", () => {
  const { gameOnly, scenario, out, ...others } = DECLARED.learn.options;
  expect(gameOnly.notWith.options).toEqual(expect.arrayContaining(Object.keys(others)));
  expect(gameOnly.notWith.options).toHaveLength(Object.keys(others).length);
  expect([scenario, out].some((one) => "notWith" in one)).toBe(false);
});

test.each(["learn", "evaluate"])("%s --help lists every option", (command) => {
  const { status, stdout } = run(command, "--help");
  expect(status).toBe(0);
  expect(stdout).toMatch(new RegExp(`Usage: npm run ${command} --`));
  expect(stdout).toMatch(/--seed <S> .*\n.*--json/);
});

test.each([
  ["one thread", ["--table-size", "20", "--threads", "1"]],
  ["two threads", ["--table-size", "20", "--threads", "2"]],
  ["points, one thread", ["--backup", "points", "--accuracy", "0.00001", "--threads", "1"]],
  ["points, two threads", ["--backup", "points", "--accuracy", "0.00001", "--threads", "2"]],
])("Ctrl-C ends %s within a second, nothing half-written", async (_how, how) => {
  const out = join(folder, "interrupted.safetensors");
  const args = ["--scenario", "ring_dispatch", "--out", out, ...how];
  const child = spawn(process.execPath, [script("learn"), ...args]);
  // Its first line of progress says that it learns.
  await once(child.stderr, "data");
  const before = performance.now();
  child.kill("SIGINT");
  const [code] = (await once(child, "exit")) as [number | null];
  expect(performance.now() - before).toBeLessThan(1000);
  expect(code).toBe(130);
  expect(readdirSync(folder).filter((name) => name.includes("interrupted"))).toEqual([]);
});

test("a command whose reader is gone, as of | head -1, ends as by Ctrl-C", async () => {
  const out = join(folder, "unread.safetensors");
  const args = ["--scenario", "ring_dispatch", "--table-size", "20", "--out", out];
  const child = spawn(process.execPath, [script("learn"), ...args]);
  await once(child.stderr, "data");
  child.stderr.destroy();
  expect(await once(child, "exit")).toEqual([130, null]);
});

test("paths are the caller's where npm calls from the package's folder", () => {
  writeFileSync(join(folder, "half.yaml"), "name: half\n");
  const args = [
    "scripts/run.mjs",
    "--pure",
    "dist/src/cli/learn.js",
    "--out",
    "x",
    "--table-size",
    "2",
  ];
  const { status, stderr } = spawnSync(process.execPath, [...args, "--scenario", "half.yaml"], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, INIT_CWD: folder },
  });
  expect(stderr).toMatch(/^half\.yaml: discount: /m);
  expect(status).toBe(2);
});
