/** One backup of V, one sweep of the sampled operator, one decision. */
import { HistogramIndex } from "../src/game/histogram";
import { KeyedStream } from "../src/game/keyed_stream";
import { type Game, localKernel, type PolicyPair, sizesOf } from "../src/game/model";
import { ExactBackup } from "../src/learning/exact_backup";
import { KernelMemory } from "../src/learning/kernel_memory";
import { LatticeLines } from "../src/learning/lattice_lines";
import { blindLocalPolicy } from "../src/learning/starts";
import { Sweeper, surrogateOf } from "../src/learning/sweeper";
import { Observation } from "../src/policy/observation";
import { say, timed, told } from "./measure";
import { plainExpectation, plainSampledSweep } from "./plain";

const DRAWS = 16;
/** Histograms by which the plain loop's time for all is judged. */
const JUDGED = 5;

export function benchBackups(game: Game): void {
  for (const k of [20, 50]) {
    const index = new HistogramIndex(game.localStates.length, k);
    const policy = blindLocalPolicy(game, 0);
    const kernel = localKernel(game, policy, 1);
    const lines = new LatticeLines(index);
    const { sG } = sizesOf(game);
    const memory = new KernelMemory();
    const values = memory.floats(index.count);
    for (let h = 0; h < index.count; h++) values[h] = Math.sin(h);
    const out = memory.floats(index.count);
    const alone = new ExactBackup(memory, lines, [kernel], 1);
    const one = timed(() => alone.apply(0, values, out));
    say(
      `exact backup, k = ${k}, one V over ${index.count} histograms: ${told(one, "ms")}, error ${alone.error.toExponential(1)}`,
    );
    const together = new ExactBackup(memory, lines, [kernel], sG);
    const many = memory.floats(index.count * sG);
    for (let i = 0; i < many.length; i++) many[i] = Math.sin(i);
    const moved = memory.floats(many.length);
    const all = timed(() => together.apply(0, many, moved));
    const each = { median: all.median / sG, least: all.least / sG, most: all.most / sG };
    say(`  one of ${sG} V side by side, as in a sweep: ${told(each, "ms")}`);
    if (k === 20) sayPlain(index, kernel, values, out);
    benchSampled(game, k, lines, policy);
  }
  benchDecision(game, 50);
}

function sayPlain(
  index: HistogramIndex,
  kernel: Float64Array,
  values: Float64Array,
  exact: Float64Array,
): void {
  const chosen = Array.from({ length: JUDGED }, (_, i) =>
    Math.floor(((i + 0.5) * index.count) / JUDGED),
  );
  let worst = 0;
  const plain = timed(() => {
    for (const h of chosen) {
      const expected = plainExpectation(index.countsOf(h), kernel, values);
      worst = Math.max(worst, Math.abs(expected - exact[h]));
    }
  }, 3);
  const all = (ms: number): number => (ms * index.count) / JUDGED / 1000;
  const scaled = { median: all(plain.median), least: all(plain.least), most: all(plain.most) };
  say(
    `  plain loop, ${JUDGED} histograms scaled to all: ${told(scaled, "s")}; largest difference ${worst.toExponential(1)}`,
  );
}

function benchSampled(game: Game, k: number, lines: LatticeLines, policy: Float32Array): void {
  const { sG, aG } = sizesOf(game);
  const { index } = lines;
  const kernels = game.globalStates.map((_, g) => localKernel(game, policy, g));
  const surrogate = surrogateOf(game, index, policy, kernels);
  const choice = { kind: "sampled", draws: DRAWS, seed: 1 } as const;
  const sweeper = new Sweeper(lines, surrogate, choice, [...kernels.keys()]);
  const values = Float64Array.from({ length: index.count * sG }, (_, i) => Math.cos(i));
  const next = new Float64Array(values.length);
  const ours = timed(() => sweeper.sweep(values, next));
  say(`sampled sweep, k = ${k}, m = ${DRAWS}, all (s_g, h): ${told(ours, "ms")}`);
  if (k > 20) return;
  const range = (length: number) => [...Array(length).keys()];
  const stream = new KeyedStream(1);
  const at = (row: readonly number[]) => row.map((i) => game.globalTransition[i]);
  const transition = range(sG).map((g) =>
    range(aG).map((a) => at(range(sG).map((to) => (g * aG + a) * sG + to))),
  );
  const table = (): number[][][] =>
    range(sG).map(() => range(index.count).map(() => range(aG).map(() => stream.next())));
  const drawn = range(sG).map(() =>
    range(index.count).map(() => range(DRAWS).map(() => Math.floor(stream.next() * index.count))),
  );
  const [q, reward] = [table(), table()];
  const plain = timed(() => plainSampledSweep(q, drawn, transition, reward, game.discount), 3);
  say(`  plain loop: ${told(plain, "ms")}`);
}

function benchDecision(game: Game, k: number): void {
  const { sG, sL } = sizesOf(game);
  const entries = sG * new HistogramIndex(sL, k).count;
  const pair: PolicyPair = {
    tableSize: k,
    localPolicy: blindLocalPolicy(game, 0),
    globalPolicy: new Uint8Array(entries),
    globalValues: new Float32Array(entries),
  };
  const counts = [10, 0, 25, 5, 10].slice(0, sL);
  const DECISIONS = 100_000;
  for (const mode of ["sample", "filter"] as const) {
    const observation = new Observation(game, pair, mode, 1000);
    let action = 0;
    const before = process.memoryUsage().heapUsed;
    const time = timed(
      () => {
        counts[0] = counts[0] === 10 ? 9 : 10;
        observation.observe(counts);
        action += observation.decide(1);
        observation.predict(1);
      },
      7,
      DECISIONS,
    );
    const grown = Math.max(0, process.memoryUsage().heapUsed - before) / (8 * DECISIONS);
    const ns = { median: time.median * 1e6, least: time.least * 1e6, most: time.most * 1e6 };
    say(
      `decision (observe, look up, predict), k = ${k}, ${mode}: ${told(ns, "ns")}, ${grown.toFixed(2)} bytes of heap each${action < 0 ? "!" : ""}`,
    );
  }
}
