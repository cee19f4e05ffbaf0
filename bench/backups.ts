/** Times of one backup of V, one sweep of the sampled operator, one decision, and rollouts. */
import { HistogramIndex } from "../src/game/histogram";
import { type Game, type TablePair, sizesOf } from "../src/game/model";
import { Trial } from "../src/game/trial";
import { ExactBackup } from "../src/learning/exact_backup";
import { KernelMemory } from "../src/base/kernel_memory";
import { pairsOf, sharedFloats } from "../src/learning/lattice_lines";
import { blindLocalPolicy } from "../src/learning/starts";
import { Sweeper, surrogateOf } from "../src/learning/sweeper";
import { policyController } from "../src/policy/controllers";
import { Observation } from "../src/policy/observation";
import { movedLaw } from "../test/learning/brute_force";
import { say, timed, told } from "./measure";

const DRAWS = 16;
/** The convolution's time for all histograms is extrapolated from this many. */
const CONVOLVED = 5;
const DECISIONS = 100_000;

export function benchBackups(game: Game): void {
  for (const k of [20, 50]) {
    const index = new HistogramIndex(game.localStates.length, k);
    const surrogate = surrogateOf(game, index, blindLocalPolicy(game, 0));
    const kernels = surrogate.map(([{ kernel }]) => kernel);
    for (const width of [1, kernels.length]) benchExact(index, kernels[1], width);
    if (k === 20) benchConvolution(index, kernels[1]);
    const cells = index.count * kernels.length;
    const [values, next] = [sharedFloats(cells), sharedFloats(cells)];
    values.forEach((_, i) => (values[i] = Math.cos(i)));
    const own = { globalStates: [...kernels.keys()], values, next, policy: new Uint8Array(cells) };
    const sweeper = new Sweeper({ game, tableSize: k, ...own });
    sweeper.prepare(surrogate, { kind: "sampled", draws: DRAWS, seed: 1 });
    const time = timed(() => sweeper.sweep());
    say(`sampled sweep, k = ${k}, m = ${DRAWS}, all (s_g, h): ${told(time, "ms")}`);
  }
  benchDecision(game, 50);
}

/** `width` values of a histogram lie side by side, as those of all s_g do in a sweep. */
function benchExact(index: HistogramIndex, kernel: Float64Array, width: number): void {
  const { count, size } = index;
  const memory = new KernelMemory();
  const [values, out] = [memory.floats(count * width), memory.floats(count * width)];
  values.forEach((_, i) => (values[i] = Math.sin(i)));
  const backup = new ExactBackup(memory, index, pairsOf(index, memory), [kernel], width);
  const time = timed(() => backup.apply(0, values, out));
  say(
    `exact backup, k = ${size}, over ${count} histograms, one of ${width} V side by side: ${told(time, "ms", 1 / width)}, error ${backup.error.toExponential(1)}`,
  );
}

function benchConvolution(index: HistogramIndex, kernel: Float64Array): void {
  const chosen: Int32Array[] = [];
  index.forEach((counts, h) => {
    const next = Math.floor(((chosen.length + 0.5) * index.count) / CONVOLVED);
    if (h === next) chosen.push(counts.slice());
  });
  const time = timed(() => chosen.forEach((counts) => movedLaw(counts, kernel)), 3);
  const all = told(time, "s", index.count / CONVOLVED / 1000);
  say(`  by convolution, ${CONVOLVED} histograms scaled to all: ${all}`);
}

/** A pair of the right shape that always takes the first global action. */
function constantPair(game: Game, tableSize: number): TablePair {
  const { sG, sL } = sizesOf(game);
  const entries = sG * new HistogramIndex(sL, tableSize).count;
  return {
    tableSize,
    localPolicy: blindLocalPolicy(game, 0),
    globalPolicy: new Uint8Array(entries),
    globalValues: new Float32Array(entries),
  };
}

function benchDecision(game: Game, k: number): void {
  const pair = constantPair(game, k);
  const counts = [10, 0, 25, 5, 10];
  for (const mode of ["sample", "filter"] as const) {
    const observation = new Observation(game, pair, mode, 1000);
    const decide = (): void => {
      counts[0] = counts[0] === 10 ? 9 : 10;
      observation.observe(counts);
      observation.decide(1);
      observation.predict(1, 0);
    };
    const time = timed(decide, 7, DECISIONS);
    say(`decision (observe, look up, predict), k = ${k}, ${mode}: ${told(time, "ns", 1e6)}`);
  }
}

export function benchPopulation(game: Game): void {
  const pair = constantPair(game, 50);
  for (const n of [1000, 1_000_000]) {
    const controller = policyController(game, pair, "sample", n, pair.tableSize);
    const options = { population: n, seed: 1, horizon: 50, rollouts: 1000 };
    const time = timed(() => new Trial(game, pair.localPolicy, controller, options).play(), 3);
    say(`1,000 rollouts of 50 epochs, n = ${n}, k = ${pair.tableSize}: ${told(time, "ms")}`);
  }
}
