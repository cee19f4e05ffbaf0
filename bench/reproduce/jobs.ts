/** The jobs as data: each is done alone, and its rows follow from what it says and from nothing else. */
import { z } from "zod";
import { sha256 } from "../../src/base/platform";
import { LEARNER_VERSION } from "../../src/learning/version";
import { isLibrary } from "../rivals/libraries";
import { drawnGame } from "./games";

export const jobSchema = z.strictObject({
  /** Says what its levels are (work.ts). */
  study: z.string(),
  /** A name of games.ts, or a scenario file. */
  scenario: z.string(),
  /** How the policies come about, one after another. */
  ways: z.array(z.string()),
  /** k of a table; 0 without one. */
  k: z.int(),
  /** n */
  robots: z.int(),
  /** Robots move by the next s_g, as in the authors' code, or by the current one, as in the paper. */
  timing: z.enum(["next", "current"]),
  seed: z.int(),
  /** Judged by so many. */
  rollouts: z.int(),
  levels: z.array(z.number()),
  /** SHA-256 of the game, where it is no name's. */
  sha256: z.string().optional(),
  /** s of a core, roughly: for the remaining time. */
  cost: z.number(),
});
export type Job = Readonly<z.infer<typeof jobSchema>>;

/** What a job is told by; its results are kept under it, so that another job's are never taken for them. */
export function nameOf(job: Job): string {
  const own = jobSchema.omit({ cost: true }).strip().parse(job);
  const hash = sha256(JSON.stringify([LEARNER_VERSION, own])).slice(0, 8);
  const words = [job.study, job.scenario, ...job.ways, job.k, job.seed, hash];
  return words.join("-").replace(/[^\w-]+/g, "_");
}

interface Setting extends Pick<Job, "robots" | "timing" | "cost"> {
  /** k of the tables that are learned. */
  readonly tables: readonly number[];
  /** Q-learners learn in so many at most, where it is not the study's. */
  readonly shifts?: number;
}
const paper = { timing: "current", tables: [] } as const;
const SETTINGS: Readonly<Record<string, Setting>> = {
  ring_dispatch: { robots: 1000, timing: "next", tables: [1, 2, 5, 10, 20, 50], cost: 5 },
  dock_dispatch: { ...paper, robots: 1000, tables: [1, 2, 5, 10, 20], cost: 5 },
  warehouse: { ...paper, robots: 300, cost: 15 },
  dock_dispatch_mixed: { ...paper, robots: 30, cost: 8 },
  corridor_dispatch: { ...paper, robots: 500, shifts: 100, cost: 40 },
  federated_rounds: { ...paper, robots: 200, cost: 10 },
  demand_response: { ...paper, robots: 200, cost: 10 },
};
const GAMES = Object.keys(SETTINGS);
const TABLED = GAMES.filter((name) => SETTINGS[name].tables.length > 0);
const DRAWN_GAMES = Array.from({ length: 10 }, (_, i) => `drawn_${i + 1}`);

interface Study {
  readonly games: readonly string[];
  /** A job each; those that are joined by commas share one. */
  readonly ways: readonly string[];
  /** k of tables, where they are not those of the game. */
  readonly tables?: readonly number[];
  /** Teams of as many robots as k. */
  readonly isTiny?: true;
  /** n, where it is not that of the game. */
  readonly teams?: readonly number[];
  /** None: a table is asked for its k. */
  readonly levels?: readonly number[];
  /** Fewer, where it is about times. */
  readonly seeds?: number;
}
const ASKED = [1, 2, 5, 10, 20, 50];
const Q_LEARNERS = ["independent", "sharing", "mean_field"];
const costly = {
  ways: ["table", "points", "authors", ...Q_LEARNERS],
  ...{ tables: [3], levels: [20], seeds: 3 },
};
const elsewhere = { games: TABLED, ways: ["points"] };
const changes = ["exact", "occupancy", "greedy", "points", "exact occupancy greedy"];

const STUDIES: Readonly<Record<string, Study>> = {
  asked: {
    games: GAMES,
    ways: ["table", "authors", "table of 20", "points", "command", "blind", "random"],
    levels: ASKED,
  },
  drawn: { games: DRAWN_GAMES, ways: ["blind,random,table,points,authors"] },
  joint: {
    games: TABLED,
    ways: ["joint", "table,table_command"],
    // The joint learner takes nine minutes for six robots, and fifteen times as long for seven.
    tables: [1, 2, 3, 4, 5, 6],
    isTiny: true,
  },
  libraries: {
    games: TABLED,
    ways: ["ippo", "maddpg", "points", "blind", "random"],
    tables: [4, 16, 64],
    isTiny: true,
  },
  changes: {
    games: TABLED,
    ways: ["authors", ...changes.map((change) => `authors ${change}`), "table"],
    tables: [10, 20],
  },
  // The same for growing |S_l|, and n; Q-learners have 20 shifts.
  zones: { ...costly, games: [3, 5, 8, 12, 20].map((zones) => `ring_of_${zones}`), teams: [1000] },
  teams: { ...costly, games: ["dock_dispatch"], teams: [10, 100, 1000, 10_000] },
  rivals: { games: GAMES, ways: Q_LEARNERS, levels: [10, 30, 100, 300] },
  sampled: { games: TABLED, ways: ["table"], tables: [10], levels: [1, 4, 16] },
  k_changes: { ...elsewhere, levels: [0, 15, 18, 19] },
  silence: { ...elsewhere, levels: [0, 5, 10, 20, 40] },
  near: { ...elsewhere, levels: [1, 2, 4, 8] },
  lies: { ...elsewhere, levels: [0, 0.05, 0.1, 0.2] },
  model: { ...elsewhere, levels: [0, 0.1, 0.3] },
  many: { ...elsewhere, levels: [10, 100, 1000, 10_000, 100_000, 1_000_000] },
  beliefs: elsewhere,
};

/** What a reduced version leaves. */
const QUICK = {
  games: ["ring_dispatch", "dock_dispatch", "drawn_1", "drawn_2"],
  seeds: 2,
  rollouts: 200,
  largestTable: 10,
  largestTeam: 2,
  largestN: 100,
  levels: { rivals: [5, 20] } as Record<string, number[]>,
};
const FULL = { ...QUICK, seeds: 10, rollouts: 1000, largestN: Infinity };

const FEW_SEEDS: Readonly<Record<string, number>> = { joint: 1, ippo: 3, maddpg: 3 };
/** The authors' way takes minutes for a larger table. */
const LARGEST_OF_AUTHORS = 20;
const isTable = (way: string): boolean => /^(table|authors|joint)/.test(way);

function costOf(way: string, k: number, { cost, robots }: Setting, shifts: number): number {
  if (way === "joint") return 1 + 500 * 15 ** (k - 6);
  if (isLibrary(way)) return 400;
  if (isTable(way)) return 2 + (k / 9) ** 2;
  if (way === "points" || way === "command") return way === "points" ? cost : 2 * cost;
  return 1 + (shifts * robots) / 24_000;
}

/** Q-learners learn anew for each level. */
const shiftsOf = (levels: readonly number[]): number => levels.reduce((sum, one) => sum + one, 0);

/** The games of a run that --only may name. */
export const gamesOf = (isQuick: boolean): string[] =>
  GAMES.filter((name) => !isQuick || QUICK.games.includes(name));

/** All jobs of these studies, in an order that is always the same. */
export function jobsOf(studies: readonly string[], isQuick: boolean): Job[] {
  return [...new Set(studies)].flatMap((study) =>
    STUDIES[study].games
      .filter((scenario) => !isQuick || QUICK.games.includes(scenario))
      .flatMap((scenario) =>
        STUDIES[study].ways.flatMap((way) => jobsBy(study, scenario, way, isQuick)),
      ),
  );
}

/** Robots asked in a game of the user's own, with and without memory, and nobody asked. */
export const sweepOf = (scenario: string, robots: number, sha256: string): Job[] =>
  ["points", "blind"]
    .flatMap((way) => jobsBy("asked", scenario, way, false, { ...paper, robots, cost: 10 }))
    .map((job) => ({ ...job, sha256 }));

/** k of the tables that a way learns; 0 for one without a table. */
function tablesOf(study: string, scenario: string, way: string, isQuick: boolean, set: Setting) {
  const { tables, isTiny } = STUDIES[study];
  const isDrawn = study === "drawn";
  const own = isDrawn ? [drawnGame(scenario).tableSize] : set.tables;
  // Robots that use the command are learned where tables are.
  if (way === "command" && own.length === 0) return [];
  if (!isTable(way) && !isTiny && !isDrawn) return [0];
  const spread = /^table of (\d+)/.exec(way);
  const wanted = spread ? own.filter((k) => k === Number(spread[1])) : (tables ?? own);
  const quick = isTiny ? QUICK.largestTeam : QUICK.largestTable;
  const most = isQuick && !isDrawn ? quick : Infinity;
  return wanted.filter((k) => k <= Math.min(most, way === "authors" ? LARGEST_OF_AUTHORS : most));
}

/** One for each table and learning seed. */
function jobsBy(
  study: string,
  scenario: string,
  way: string,
  isQuick: boolean,
  setting: Setting = SETTINGS[scenario] ?? { ...paper, robots: 200, cost: 5 },
): Job[] {
  const { isTiny, levels: all = [], teams = [setting.robots] } = STUDIES[study];
  const { seeds: many, rollouts, largestN, levels: fewer } = isQuick ? QUICK : FULL;
  const seeds = Math.min(many, FEW_SEEDS[way] ?? many, STUDIES[study].seeds ?? many);
  const varied = isQuick ? (fewer[study] ?? all) : all;
  const { robots: n, shifts = Infinity } = setting;
  const most = ({ asked: n, rivals: shifts } as Record<string, number>)[study] ?? Infinity;
  const levels = varied.filter((level) => level <= most);
  const ks = tablesOf(study, scenario, way, isQuick, setting);
  const isAsked = ks[0] > 0 && !way.startsWith("table of") && study !== "sampled";
  const ways = way.split(",");
  const sizes = (k: number): readonly number[] =>
    isTiny ? [k] : teams.filter((n) => n <= largestN || teams.length === 1);
  return ks.flatMap((k) =>
    sizes(k).flatMap((robots) =>
      Array.from({ length: seeds }, (_, seed) => ({
        ...{ study, scenario, ways, k, seed, rollouts, ...setting, robots },
        ...(isTiny ? { timing: "current" as const } : {}),
        levels: isAsked ? [k] : levels,
        cost: ways.reduce(
          (sum, one) => sum + costOf(one, k, { ...setting, robots }, shiftsOf(levels)),
          0,
        ),
      })).map((job) => jobSchema.strip().parse(job)),
    ),
  );
}
