/** What learning takes and earns: whole commands, and returns of ring_dispatch. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { evaluate } from "../src/evaluation/evaluate";
import type { Game } from "../src/game/model";
import { Population, runRollout } from "../src/game/population";
import { packageRoot } from "../src/base/package_root";
import { loadScenario } from "../src/game/scenario_file";
import { blindLocalPolicy } from "../src/learning/starts";
import { policyController } from "../src/policy/controllers";
import { type LoadedPolicy, loadPolicy } from "../src/policy/policy_file";
import { HistogramIndex } from "../src/game/histogram";
import { randomScenario } from "../test/games";
import { say, timed, told } from "./measure";

const ROLLOUTS = 2000;

/** `npm run learn` as a process: its seconds and its peak memory, both whole. */
function learnWhole(scenario: string, tableSize: number, folder: string): LoadedPolicy {
  const file = join(folder, `k${tableSize}.safetensors`);
  const program = join(packageRoot(), "dist", "src", "cli", "learn.js");
  const args = ["--scenario", scenario, "--table-size", `${tableSize}`, "--out", file, "--json"];
  const code = `process.argv.splice(1, 0, ${JSON.stringify(program)}); process.on("exit", () => process.stderr.write("peak " + process.resourceUsage().maxRSS + "\\n")); require(${JSON.stringify(program)})`;
  const start = performance.now();
  const { stdout, stderr, status } = spawnSync(process.execPath, ["-e", code, "--", ...args], {
    encoding: "utf8",
  });
  const seconds = (performance.now() - start) / 1000;
  if (status !== 0) throw new Error(`learn failed: ${stderr}`);
  const { histograms, sweeps } = JSON.parse(stdout) as { histograms: number; sweeps: number };
  const peak = Number(/peak (\d+)/.exec(stderr)?.[1]) / 1024;
  const policy = loadPolicy(file);
  say(
    `  ${policy.metadata.scenario}, |S_l| = ${policy.sizes.sL}, k = ${tableSize}: ${histograms} histograms, ${sweeps} sweeps, ${seconds.toFixed(2)} s, ${peak.toFixed(0)} MB`,
  );
  return policy;
}

export function benchLearning(): void {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  try {
    say("learn, whole command:");
    const policies = [5, 10, 20, 50].map((k) => learnWhole("ring_dispatch", k, folder));
    for (const [states, k] of [
      [3, 20],
      [3, 50],
      [3, 200],
      [4, 20],
      [6, 10],
      [7, 10],
    ]) {
      const file = join(folder, `random_${states}.yaml`);
      const sizes = { sG: 3, aG: 3, sL: states, aL: 2 };
      writeFileSync(file, stringify(randomScenario(sizes, states)));
      learnWhole(file, k, folder);
    }
    benchReturns(policies);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function benchReturns(policies: readonly LoadedPolicy[]): void {
  const game = loadScenario("ring_dispatch");
  const common = {
    population: 1000,
    horizon: 50,
    rollouts: ROLLOUTS,
    transitionTiming: "next",
  } as const;
  const figure = ({ mean, standardError }: { mean: number; standardError: number }): string =>
    `${mean.toFixed(2)} ± ${standardError.toFixed(2)}`;
  say(
    "ring_dispatch, n = 1000, horizon 50, robots moved by the next s_g: return without memory, with memory, all robots seen, blind",
  );
  for (const policy of policies) {
    const { tableSize } = policy.metadata;
    const plain = evaluate(game, policy, common);
    const filtered = evaluate(game, policy, { ...common, observation: "filter" });
    const { full, blind } = plain.references;
    say(
      `  k = ${tableSize}: ${figure(plain.return)}, ${figure(filtered.return)}, ${figure(full.return)}, ${figure(blind.return)}`,
    );
  }
  const table = policies.find(({ metadata }) => metadata.tableSize === 20)!;
  say("the k = 20 table with memory, by robots asked an epoch:");
  for (const sampleSize of [1, 2, 5, 10, 20, 50]) {
    const { return: earned } = evaluate(game, table, {
      ...common,
      sampleSize,
      observation: "filter",
    });
    say(`  ${sampleSize}: ${figure(earned)}`);
  }
}

export function benchPopulation(game: Game): void {
  const tableSize = 50;
  const entries =
    game.globalStates.length * new HistogramIndex(game.localStates.length, tableSize).count;
  const pair = {
    tableSize,
    localPolicy: blindLocalPolicy(game, 0),
    globalPolicy: new Uint8Array(entries),
    globalValues: new Float32Array(entries),
  };
  for (const n of [1000, 1_000_000]) {
    const population = new Population(game, pair.localPolicy, { population: n, seed: 1 });
    const controller = policyController(game, pair, "sample", n, tableSize);
    const rewards = new Float64Array(50);
    const time = timed(() => {
      for (let i = 0; i < 1000; i++) runRollout(game, population, controller, i, rewards);
    }, 3);
    say(`1,000 rollouts of 50 epochs, n = ${n}, k = ${tableSize}: ${told(time, "ms")}`);
  }
}
