/** What learning takes and earns: whole commands, ring_dispatch's returns, and drawn games. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { packageRoot } from "../src/base/package_root";
import { evaluate } from "../src/evaluation/evaluate";
import { keyedUniform } from "../src/game/draws";
import { type Game, type Sizes, sizesOf } from "../src/game/model";
import { parseScenario } from "../src/game/scenario";
import { learn } from "../src/learning/learn";
import { type LoadedPolicy, loadPolicy } from "../src/policy/policy_file";
import { drawnScenario, randomScenario } from "../test/games";
import { figure, say } from "./measure";
import { roundedMeanLearner } from "./rounded_mean";

const ROLLOUTS = 2000;
const RING_TABLES = [5, 10, 20, 50];
const DRAWN_TABLES = [
  { sL: 3, tableSizes: [20, 50, 200] },
  { sL: 4, tableSizes: [20] },
  { sL: 6, tableSizes: [10] },
  { sL: 7, tableSizes: [10] },
];
export const GAMES = 20;
export const POPULATION = 200;

/** Prints a process's peak memory when it ends. */
const TELL_PEAK = `data:text/javascript,process.on("exit",()=>console.error("peak",process.resourceUsage().maxRSS))`;

/** Runs `npm run learn` as a process and prints its time and peak memory, start-up included. */
function learnWhole(scenario: string, tableSize: number, folder: string): LoadedPolicy {
  const file = join(folder, `k${tableSize}.safetensors`);
  const program = join(packageRoot(), "dist", "src", "cli", "learn.js");
  const args = ["--scenario", scenario, "--table-size", `${tableSize}`, "--out", file, "--json"];
  const start = performance.now();
  const learned = spawnSync(process.execPath, ["--import", TELL_PEAK, program, ...args], {
    encoding: "utf8",
  });
  const seconds = (performance.now() - start) / 1000;
  if (learned.status !== 0) throw new Error(`learn failed: ${learned.stderr}`);
  const { histograms, sweeps } = JSON.parse(learned.stdout) as Record<string, number>;
  const peakMB = Number(/peak (\d+)/.exec(learned.stderr)?.[1]) / 1024;
  const policy = loadPolicy(file);
  say(
    `  ${policy.metadata.scenario}, |S_l| = ${policy.sizes.sL}, k = ${tableSize}: ${histograms} histograms, ${sweeps} sweeps, ${seconds.toFixed(2)} s, ${peakMB.toFixed(0)} MB`,
  );
  return policy;
}

export function benchLearning(game: Game): void {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  try {
    say("learn, whole command:");
    const policies = RING_TABLES.map((k) => learnWhole(game.name, k, folder));
    for (const { sL, tableSizes } of DRAWN_TABLES) {
      const file = join(folder, `random_${sL}.yaml`);
      writeFileSync(file, stringify(randomScenario({ sG: 3, aG: 3, sL, aL: 2 }, sL)));
      for (const k of tableSizes) learnWhole(file, k, folder);
    }
    benchReturns(game, policies);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function benchReturns(game: Game, policies: readonly LoadedPolicy[]): void {
  const plain = {
    population: 1000,
    horizon: 50,
    rollouts: ROLLOUTS,
    transitionTiming: "next",
  } as const;
  const filtered = { ...plain, observation: "filter" } as const;
  say(
    "ring_dispatch, n = 1000, horizon 50, robots moved by the next s_g: return without memory, with memory, all robots seen, blind",
  );
  for (const policy of policies) {
    const { return: earned, references } = evaluate(game, policy, plain);
    const { return: remembered } = evaluate(game, policy, filtered);
    const all = [earned, remembered, references.full.return, references.blind.return];
    say(`  k = ${policy.metadata.tableSize}: ${all.map((one) => figure(one)).join(", ")}`);
  }
  say("the k = 20 table with memory, by robots asked an epoch:");
  for (const sampleSize of [1, 2, 5, 10, 20, 50]) {
    const earned = evaluate(game, policies[RING_TABLES.indexOf(20)], { ...filtered, sampleSize });
    say(`  ${sampleSize}: ${figure(earned.return)}`);
  }
}

/** Sizes, kernels and rewards drawn: rows near one entry or flat, the start known or not. */
export function drawnGame(seed: number): { game: Game; tableSize: number } {
  const uniform = keyedUniform(seed, "learn", "bench");
  const pick = (low: number, high: number): number =>
    low + Math.floor(uniform() * (high - low + 1));
  const sizes: Sizes = { sG: pick(2, 5), aG: pick(2, 5), sL: pick(2, 5), aL: pick(2, 4) };
  const peak = 1 + 6 * uniform();
  const scenario = drawnScenario(sizes, {
    name: `drawn_${seed}`,
    discount: 0.8 + 0.18 * uniform(),
    weight: () => 1e-3 + uniform() ** peak,
    globalReward: () => 0.3 * (uniform() - 0.5),
    localReward: () => 10 * (uniform() ** 3 - 0.2),
    initialLocal: (row) => (uniform() < 0.5 ? row() : { dirichlet: 0.3 }),
  });
  return { game: parseScenario(JSON.stringify(scenario), `drawn_${seed}`), tableSize: pick(3, 12) };
}

export async function benchGames(): Promise<void> {
  say(
    `${GAMES} drawn games, n = ${POPULATION}: learned minus blind, and minus the rounded-mean learner, in discounted return`,
  );
  let below = 0;
  let overRounded = 0;
  for (let seed = 1; seed <= GAMES; seed++) {
    const { game, tableSize } = drawnGame(seed);
    const learned = await learn(game, { tableSize, population: POPULATION });
    const rounded = { pair: roundedMeanLearner(game, tableSize) };
    const options = { population: POPULATION, rollouts: ROLLOUTS, seed: 77, horizon: 100 };
    const result = evaluate(game, learned, options, rounded);
    const blind = result.overBlind.return;
    const other = result.difference!.return;
    if (blind.mean < -2 * blind.standardError) below += 1;
    overRounded += other.mean / Math.abs(result.return.mean) / GAMES;
    const { sG, aG, sL, aL } = sizesOf(game);
    say(
      `  ${game.name}: ${sG}/${aG}/${sL}/${aL}, k = ${tableSize}: ${result.return.mean.toFixed(2)}; over blind ${figure(blind, 3)}; over rounded mean ${figure(other, 3)}`,
    );
  }
  say(
    `  below blind by more than two standard errors: ${below} of ${GAMES}; over the rounded-mean learner by ${(100 * overRounded).toFixed(1)} % on average`,
  );
}
