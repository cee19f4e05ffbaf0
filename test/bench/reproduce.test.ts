import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { svgOf } from "../../bench/reproduce/figure";
import * as pool from "../../bench/reproduce/pool";
import { main } from "../../bench/reproduce/reproduce";
import { csvOf, Store } from "../../bench/reproduce/store";
import { jobsOf } from "../../bench/reproduce/jobs";
import { QUESTIONS } from "../../bench/reproduce/questions";
import { inWords, meanOf, rootFit, Summary } from "../../bench/reproduce/summary";
import { Work } from "../../bench/reproduce/work";
import { jointOptimum } from "../../bench/rivals/joint";
import * as libraries from "../../bench/rivals/libraries";
import { QLearners } from "../../bench/rivals/q_learning";
import { histogramCount } from "../../src/game/histogram";
import { sizesOf } from "../../src/game/model";
import { Population } from "../../src/game/population";
import { learningHorizon } from "../../src/learning/simulation";
import { pairedDifference } from "../../src/game/statistics";
import { packageRoot } from "../../src/base/package_root";
import { COMMANDS } from "../../src/cli/generated/commands";
import { outcomeOf } from "../../src/cli/options";
import { messageOf, randomGame, shipped } from "../games";
import { sizes, Team } from "../learning/joint_team";
import { row } from "./rows";

const PROGRAM = join(packageRoot(), "dist", "bench", "reproduce", "reproduce.js");
/** Six jobs. */
const ONE_GAME = ["--quick", "--only", "joint", "--only", "dock_dispatch"];

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "reproduce-"))));
afterAll(() => rmSync(folder, { recursive: true }));

function reproduce(...args: string[]) {
  const options = { cwd: folder, encoding: "utf8", timeout: 140_000 } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], options);
  return { status, stdout, stderr };
}

const written = (out: string, name: string): string =>
  readFileSync(join(folder, out, name), "utf8");

test("parts that are joined give what one run gives, to the bit", () => {
  for (const part of ["1", "2"]) {
    const args = [...ONE_GAME, "--shard", `${part}/2`, "--out", `part${part}`];
    expect(reproduce(...args)).toMatchObject({
      status: 0,
      stdout: `this part is in part${part}\n`,
    });
    expect(readdirSync(join(folder, `part${part}`, "jobs"))).toHaveLength(3);
  }
  // Of the whole a part is done already; the others are done anew.
  cpSync(join(folder, "part1"), join(folder, "whole"), { recursive: true });
  expect(reproduce(...ONE_GAME, "--out", "whole")).toMatchObject({ status: 0 });
  expect(readdirSync(join(folder, "whole", "jobs"))).toHaveLength(6);
  const half = reproduce(...ONE_GAME, "--merge", "part1", "--out", "joined");
  expect(half).toMatchObject({ status: 2 });
  expect(half.stderr).toMatch(/^3 of 6 jobs are in none of the folders \(joint-dock_dispatch-/);
  const joined = reproduce(...ONE_GAME, "--merge", "part1", "part2", "--out", "joined");
  expect(joined).toMatchObject({ status: 0 });
  const names = [
    "results.csv",
    ...readdirSync(join(folder, "whole", "figures"))
      .filter((name) => !name.includes("seconds"))
      .map((name) => join("figures", name)),
  ];
  expect(names).toHaveLength(2);
  for (const name of names) expect(written("joined", name)).toBe(written("whole", name));
});

test("a run goes on where it was, and the report holds what came out", () => {
  const [first] = readdirSync(join(folder, "whole", "jobs"));
  const before = written("whole", "results.csv");
  rmSync(join(folder, "whole", "jobs", first));
  mkdirSync(join(folder, "whole", "jobs", first));
  const failed = reproduce(...ONE_GAME, "--out", "whole");
  expect(failed).toMatchObject({ status: 1 });
  expect(failed.stderr).toMatch(
    / failed\n.*cannot be written.*\n1 jobs failed; the others are kept/s,
  );
  rmSync(join(folder, "whole", "jobs", first), { recursive: true });
  const again = reproduce(...ONE_GAME, "--out", "whole");
  expect(again.stderr).toMatch(/^5 of 6 jobs are done\n1 of 1 jobs, \d+ s, about 0 s left: joint-/);
  expect(written("whole", "results.csv")).toBe(before);
  const report = written("whole", "report.html");
  expect(report).toMatch(
    /dock_dispatch: return: at 2 joint [\d.]+, table [\d.]+ ± [\d.]+, .*table_command [\d.]+ ± /,
  );
  expect(report.match(/<svg /g)).toHaveLength(2);
  // It stands by itself.
  expect(report.replaceAll("http://www.w3.org/2000/svg", "")).not.toMatch(/https?:|src=|<link/);
  writeFileSync(join(folder, "whole", "jobs", first), "no results");
  const spoilt = reproduce(...ONE_GAME, "--out", "whole");
  expect(spoilt).toMatchObject({ status: 2 });
  expect(spoilt.stderr).toMatch(
    /does not hold results: .*; remove it, and its job is done again\n$/s,
  );
});

test.each([
  [
    ["--only", "wrong"],
    /^--only is "wrong"; give a question \(k, .*\) or a game \(ring_dispatch, /,
  ],
  [["--only", "robust", "--only", "warehouse"], /^--only robust warehouse leaves no job: /],
  [["--quick", "--only", "warehouse"], /^--only is "warehouse"; .*; --quick has no other games$/],
  [["--shard", "3/2"], /^--shard is "3\/2"; give I\/N, such as 1\/4: part 1 of 4$/],
  [["--shard", "2"], /^--shard is "2"; give I\/N/],
  [["--shard", "1/2", "--merge", "a"], /^--shard does not go with --merge/],
  [
    ["--quick", "--merge", "nothing"],
    /^--merge nothing cannot be read: .*ENOENT.*; name folders that --shard wrote$/,
  ],
  [["--out", "/proc/none"], /^--out \/proc\/none cannot be made or written to; name a folder/],
  [["--threads", "0"], /^--threads is "0"; give a whole number from 1 to 1024/],
])("%j is refused with a sentence", async (args, why) => {
  const out = ["--out", folder];
  const all = args.includes("--out") ? args : [...args, ...out];
  const { status, why: said } = await outcomeOf(COMMANDS.reproduce, main, all);
  expect(status).toBe(2);
  expect(said).toMatch(why);
});

test("results are read as they were written, and nothing else is", () => {
  const store = new Store(join(folder, "rows"));
  const [job] = jobsOf(["joint"], true);
  const rows = [row({ value: 0.1 + 0.2, error: 1e-17 }), row({ seed: 7, line: "points + memory" })];
  store.keep(job, { rows, times: [] });
  expect(store.resultsOf([job]).rows).toEqual(rows);
  expect(csvOf(rows)).toBe(
    "study,scenario,line,x,seed,measure,value,error\ns,g,l,1,0,m,0.30000000000000004,1e-17\ns,g,points + memory,1,7,m,0,0\n",
  );
  const comma = { rows: [row({ line: "points, memory" })], times: [] };
  expect(messageOf(() => store.keep(job, comma))).toMatch(/holds a comma/);
});

test("the joint optimum is that of a team solved state by state", () => {
  for (const n of [1, 2, 3]) {
    const game = randomGame(sizes, n);
    expect(jointOptimum(game, n, 300)).toBeCloseTo(new Team(game, n).optimum(), 8);
  }
});

test("library rivals come by their option alone, and play teams that are all asked", async () => {
  const refused = reproduce("--only", "libraries");
  expect(refused).toMatchObject({ status: 2 });
  expect(refused.stderr).toMatch(/^--only is "libraries"; .*; libraries goes with --libraries\n$/);
  expect(reproduce("--libraries", "--quick").stderr).toMatch(/they learn for minutes/);
  const jobs = jobsOf(["libraries"], false);
  const by = (way: string) => jobs.filter(({ ways }) => ways[0] === way);
  expect(by("ippo").map(({ robots }) => robots)).toEqual(
    ["ring_dispatch", "dock_dispatch"].flatMap(() => [4, 4, 4, 16, 16, 16, 64, 64, 64]),
  );
  expect(by("maddpg")).toHaveLength(18);
  expect(jobs.every(({ k, robots, timing }) => k === robots && timing === "current")).toBe(true);
  for (const way of ["blind", "random"]) {
    const { rows } = await new Work({ ...by(way)[0], rollouts: 2 }).do();
    expect(rows.map(({ line, x, measure }) => [line, x, measure])).toEqual([[way, 4, "return"]]);
  }
});

test("libraries are installed where a job of theirs is to be done, and the report says how it was made", async () => {
  const install = jest.spyOn(libraries, "installLibraries").mockReturnValue(false);
  const doJobs = jest.spyOn(pool, "doJobs").mockResolvedValue([]);
  const out = join(folder, "with_libraries");
  const run = async (...args: string[]): Promise<number> => {
    const all = ["--libraries", "--out", out, ...args];
    return (await outcomeOf(COMMANDS.reproduce, main, all)).status;
  };
  try {
    expect(await run("--only", "k", "--shard", "1/1000")).toBe(0);
    // The last of them act at random.
    expect(await run("--only", "libraries", "--shard", "216/216")).toBe(0);
    expect(install).not.toHaveBeenCalled();
    expect(await run("--only", "libraries", "--shard", "1/216")).toBe(1);
    expect(install).toHaveBeenCalledTimes(1);
    const store = new Store(out);
    for (const job of jobsOf(["libraries"], false)) {
      const { study, scenario, k, seed, ways } = job;
      const one = row({ study, scenario, line: ways[0], x: k, seed, measure: "return", value: k });
      const [rows, times] = libraries.isLibrary(ways[0]) ? [[], [one]] : [[one], []];
      store.keep(job, { rows, times: times.map((each) => ({ ...each, machine: "this" })) });
    }
    expect(await run("--only", "libraries")).toBe(0);
    expect(install).toHaveBeenCalledTimes(1);
    expect(written("with_libraries", "report.html")).toContain(
      "Made by npm run reproduce -- --libraries --only libraries: 216 jobs, ",
    );
  } finally {
    install.mockRestore();
    doJobs.mockRestore();
  }
});

test("a job has ten minutes, and longer where it costs more", () => {
  const longest = new Map(
    jobsOf(["libraries"], false).map((job) => [job.ways[0], pool.longestOf(job)]),
  );
  // 360 s of a core and the judging, while others take most of it.
  expect(longest.get("maddpg")).toBe(2000);
  expect(longest.get("random")).toBe(600);
});

test("a - b / √k is found with the interval of its seeds", () => {
  const rows = [0, 1, 2].flatMap((seed) =>
    [1, 4, 25].map((x) => row({ seed, x, value: 10 + seed - 6 / Math.sqrt(x) })),
  );
  const { a, b, rest } = rootFit(new Summary(rows));
  expect(a.mean).toBeCloseTo(11, 12);
  // Student's t of two degrees of freedom, standard deviation 1.
  expect(a.half).toBeCloseTo(4.3 / Math.sqrt(3), 10);
  expect(b.mean).toBeCloseTo(6, 12);
  expect(rest).toBeCloseTo(0, 12);
});

test("what is the same for all seeds has no interval, whatever the last digits are", () => {
  expect(inWords(meanOf(new Array<number>(10).fill(245 / 6)))).toBe("40.8");
  expect(inWords(meanOf([1, 2, 3]))).toBe("2.0 ± 2.5");
});

test("a figure has its points where its axes say", () => {
  const points = [1, 10, 100].map((x) => ({ x, y: x === 100 ? 0 : x, half: 0 }));
  const labels = { name: "f", title: "a < b", xLabel: "x", yLabel: "y" };
  const svg = svgOf({ ...labels, xLog: true, curves: [{ name: "one", points }] });
  const [, xs] = /<path d="M([\d. L]+)M/.exec(svg)!;
  const at = xs.split("L").map((point) => point.split(" ").map(Number));
  expect(at[1][0] - at[0][0]).toBeCloseTo(at[2][0] - at[1][0], 5);
  expect(at[1][1]).toBeLessThan(at[0][1]);
  expect(at[2][1]).toBeGreaterThan(at[0][1]);
  expect(svg).toContain("a &#60; b");
});

test.each(["independent", "sharing", "mean_field"] as const)(
  "%s Q-learning earns more with experience, and the same shift is the same again",
  (way) => {
    const tuning = { decay: 0.6, random: 0.1 };
    const settings = { robots: 10, timing: "current", asked: 3, tuning, seed: 1 } as const;
    const learners = new QLearners(shipped("dock_dispatch"), { ...settings, way });
    const judged = (): Float64Array =>
      Float64Array.from({ length: 40 }, (_, i) => learners.shift(1e6 + i, 50));
    const before = judged();
    for (let shift = 0; shift < 400; shift++)
      learners.shift(shift, 50, Math.max(0.1, 1 - shift / 200));
    const after = judged();
    const { mean, standardError } = pairedDifference(after, before);
    expect(mean).toBeGreaterThan(5 * standardError);
    expect(judged()).toEqual(after);
  },
);

test("what a sampled table draws is counted with the shifts that its learning plays", async () => {
  const [job] = jobsOf(["sampled"], false).filter(({ scenario }) => scenario === "dock_dispatch");
  const { rows } = await new Work({ ...job, k: 2, robots: 20, levels: [2], rollouts: 2 }).do();
  const moves = (measure: string): number =>
    new Summary(rows).of({ line: "table", measure }).mean.mean;
  const { sG, sL } = sizesOf(shipped("dock_dispatch"));
  const once = 2 * sG * histogramCount(sL, 2) * 2;
  expect(moves("moves_of_backups") % once).toBe(0);
  const played = moves("moves_drawn") - moves("moves_of_backups");
  // Shifts of whole teams, of 64 for what a robot meets at the least.
  expect(played % 20).toBe(0);
  expect(played).toBeGreaterThan(64 * 20 * learningHorizon(shipped("dock_dispatch")));
  const { step } = Population.prototype;
  await new Work({ ...job, k: 2, robots: 20, levels: [2], rollouts: 2 }).do();
  expect(Population.prototype.step).toBe(step);
});

test("a decision is told the states of those asked, and not of all", () => {
  const many = [10, 1000].map((x) =>
    row({ study: "many", line: "points", x, measure: "return", value: 7 }),
  );
  const view = new Summary(QUESTIONS.many.view!(new Summary(many)));
  const bytes = (line: string, x: number): number =>
    view.of({ line, x, measure: "decision_bytes" }).mean.mean;
  const one = bytes("all told", 1000) / 1000;
  // In CDR: representation 4, stamp 8, frame 4 + 4, id 4 + 11 and 1 to align, state, acted and stopped, epoch, time.
  expect(one).toBeGreaterThanOrEqual(4 + 8 + 8 + 16 + 3 + 4 + 8);
  expect(one).toBeLessThanOrEqual(60);
  expect(bytes("points", 1000)).toBe(20 * one);
  expect(bytes("points", 10)).toBe(bytes("all told", 10));
});
