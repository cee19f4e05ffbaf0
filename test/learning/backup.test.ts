import { HistogramIndex } from "../../src/game/histogram";
import { keyedUniform } from "../../src/game/draws";
import { BACKUP_TOLERANCE } from "../../src/learning/responder";
import { ExactBackup } from "../../src/learning/exact_backup";
import { KernelMemory } from "../../src/base/kernel_memory";
import { pairsOf } from "../../src/learning/lattice_lines";
import { SampledBackup } from "../../src/learning/sampled_backup";
import { randomGame, randomLocalPolicy } from "../games";
import { movedLaw } from "./brute_force";
import { localKernel } from "../dense_kernels";

const WIDTH = 2;
const memory = new KernelMemory();

beforeEach(() => memory.release());

function valuesOf(count: number, seed: number): Float64Array {
  const uniform = keyedUniform(seed, "learn", "values");
  const values = memory.floats(count * WIDTH);
  for (let i = 0; i < values.length; i++) values[i] = 2 * uniform() - 1;
  return values;
}

function expectation(index: HistogramIndex, kernel: Float64Array, values: Float64Array) {
  const out = new Float64Array(values.length);
  index.forEach((counts, h) => {
    movedLaw(counts, kernel).forEach((p, to) => {
      for (let g = 0; g < WIDTH; g++) out[h * WIDTH + g] += p * values[to * WIDTH + g];
    });
  });
  return out;
}

const largest = (a: Float64Array, b: Float64Array): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);

test.each([
  [1, 3],
  [2, 5],
  [3, 4],
  [4, 3],
  [5, 4],
])("over %d states at k = %d the exact backup agrees with convolution to 1e-9", (states, k) => {
  const index = new HistogramIndex(states, k);
  const pairs = pairsOf(index, memory);
  for (let seed = 0; seed < 5; seed++) {
    const sizes = { sG: WIDTH, aG: 1, sL: states, aL: 2 };
    const game = randomGame(sizes, seed);
    const kernels = [0, 1].map((g) => localKernel(game, randomLocalPolicy(sizes, seed), g));
    const backup = new ExactBackup(memory, index, pairs, kernels, WIDTH);
    const values = valuesOf(index.count, seed);
    const out = memory.floats(values.length);
    kernels.forEach((kernel, g) => {
      backup.apply(g, values, out);
      expect(largest(out, expectation(index, kernel, values))).toBeLessThan(1e-9);
    });
    expect(backup.error).toBeLessThan(BACKUP_TOLERANCE);
  }
});

test.each([
  ["a permutation", [0, 1, 0, 0, 0, 1, 1, 0, 0]],
  ["a singular kernel", [0.5, 0.5, 0, 0.5, 0.5, 0, 0.2, 0.3, 0.5]],
  ["equal rows", [0.2, 0.3, 0.5, 0.2, 0.3, 0.5, 0.2, 0.3, 0.5]],
  ["an empty column", [0, 0.4, 0.6, 0, 0.7, 0.3, 0, 0.5, 0.5]],
  ["a tiny pivot", [1e-12, 1 - 1e-12, 0, 0.4, 0.3, 0.3, 0.1, 0.2, 0.7]],
])("%s is backed up exactly", (_name, rows) => {
  const index = new HistogramIndex(3, 6);
  const kernel = Float64Array.from(rows);
  const backup = new ExactBackup(memory, index, pairsOf(index, memory), [kernel], WIDTH);
  const values = valuesOf(index.count, 1);
  const out = memory.floats(values.length);
  backup.apply(0, values, out);
  expect(largest(out, expectation(index, kernel, values))).toBeLessThan(1e-9);
});

test("the check sees a kernel under which rounding errors grow, where the backup is wrong", () => {
  // Nobody stays: every way of pivoting leaves (|L| |U| 1)_i = 3, and 3^40 exceeds the digits.
  const kernel = Float64Array.from([0, 0.5, 0.5, 0.5, 0, 0.5, 0.5, 0.5, 0]);
  const errorAt = (k: number): number => {
    const index = new HistogramIndex(3, k);
    return new ExactBackup(memory, index, pairsOf(index, memory), [kernel], WIDTH).error;
  };
  expect(errorAt(10)).toBeLessThan(BACKUP_TOLERANCE);
  expect(errorAt(60)).toBeGreaterThan(BACKUP_TOLERANCE);
});

test("the sampled backup is unbiased: its error falls like 1/√m", () => {
  const index = new HistogramIndex(3, 4);
  const sizes = { sG: WIDTH, aG: 1, sL: 3, aL: 2 };
  const game = randomGame(sizes, 3);
  const kernels = [0, 1].map((g) => localKernel(game, randomLocalPolicy(sizes, 3), g));
  const values = valuesOf(index.count, 3);
  const wanted = expectation(index, kernels[0], values);
  const [few, many] = [100, 10_000].map((draws) => {
    const out = memory.floats(values.length);
    new SampledBackup(memory, index, kernels, draws, WIDTH, 5).apply(0, values, out);
    return Math.sqrt(out.reduce((sum, v, i) => sum + (v - wanted[i]) ** 2, 0) / out.length);
  });
  expect(few).toBeLessThan(0.1);
  expect(many).toBeLessThan(0.01);
  expect(few / many).toBeGreaterThan(5);
  expect(few / many).toBeLessThan(20);
});

test.each(["exact", "sampled"] as const)(
  "the %s backup of several values side by side is that of each alone, to the last bit",
  (kind) => {
    const index = new HistogramIndex(3, 5);
    const sizes = { sG: 1, aG: 1, sL: 3, aL: 2 };
    const kernel = localKernel(randomGame(sizes, 4), randomLocalPolicy(sizes, 4), 0);
    const backedUp = (values: readonly number[], width: number): Float64Array => {
      const [from, out] = [memory.floats(values.length), memory.floats(values.length)];
      from.set(values);
      const backup =
        kind === "exact"
          ? new ExactBackup(memory, index, pairsOf(index, memory), [kernel], width)
          : new SampledBackup(memory, index, [kernel], 7, width, 5);
      backup.apply(0, from, out);
      return out;
    };
    const uniform = keyedUniform(1, "learn", "columns");
    const columns = Array.from({ length: 9 }, () => Array.from({ length: index.count }, uniform));
    const alone = columns.map((column) => backedUp(column, 1));
    for (let width = 2; width <= columns.length; width++) {
      const values = Array.from(
        { length: index.count * width },
        (_, i) => columns[i % width][Math.floor(i / width)],
      );
      const wanted = values.map((_, i) => alone[i % width][Math.floor(i / width)]);
      expect([...backedUp(values, width)]).toEqual(wanted);
    }
  },
);

test("lines too long for a table of weights are averaged without one, as exactly", () => {
  const index = new HistogramIndex(2, 1100);
  const kernel = Float64Array.from([0.7, 0.3, 0.2, 0.8]);
  const backup = new ExactBackup(memory, index, pairsOf(index, memory), [kernel], WIDTH);
  expect(backup.error).toBeLessThan(BACKUP_TOLERANCE);
});
