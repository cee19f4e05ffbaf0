import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { HistogramIndex } from "../../src/game/histogram";
import { learn } from "../../src/learning/learn";
import { surrogateOf } from "../../src/learning/sweeper";
import { Sweeps } from "../../src/learning/sweeps";
import { learnByPoints } from "../../src/learning/points/learn_by_points";
import { encodePolicy } from "../../src/policy/policy_file";
import { randomGame, randomLocalPolicy } from "../games";

// Large enough a table that threads are used.
const sizes = { sG: 3, aG: 2, sL: 4, aL: 2 };
const game = randomGame(sizes, 7);
const options = { tableSize: 21, population: 30 };

const index = new HistogramIndex(sizes.sL, options.tableSize);

const pool = (threads: number, signal?: AbortSignal): Sweeps =>
  new Sweeps(game, index, threads, signal);

const surrogate = () => surrogateOf(game, index, randomLocalPolicy(sizes, 7));

test.each([
  ["exact", [1, 3], "state"],
  ["sampled", [1, 2], "state"],
  ["exact", [1, 3], "command"],
  ["sampled", [1, 2], "command"],
] as const)("%s backups learn the same bytes with any of %j threads (%s)", async (...row) => {
  const [backup, numbers, localForm] = row;
  const files: Uint8Array[] = [];
  for (const threads of numbers) {
    const { pair, metadata } = await learn(game, {
      ...{ ...options, backup, draws: 4, threads, localForm },
    });
    files.push(encodePolicy(pair, metadata, game));
  }
  for (const file of files) expect(Buffer.compare(files[0], file)).toBe(0);
});

test.each(["state", "command"] as const)(
  "backups at points learn the same bytes with any number of threads (%s)",
  async (localForm) => {
    const asked = { localForm, population: 30, points: 30 };
    const files: Uint8Array[] = [];
    for (const threads of [1, 3]) {
      const { pair, metadata } = await learnByPoints(game, { ...asked, threads });
      files.push(encodePolicy(pair, metadata, game));
    }
    for (const file of files) expect(Buffer.compare(files[0], file)).toBe(0);
  },
);

test("learning at points with threads ends soon after an abort, with its reason", async () => {
  const controller = new AbortController();
  const onProgress = (): void => controller.abort(new Error("enough"));
  const options = { threads: 2, accuracy: 1e-6, signal: controller.signal, onProgress };
  await expect(learnByPoints(game, options)).rejects.toThrow("enough");
  await expect(learnByPoints(game, options)).rejects.toThrow("enough");
});

test("threads that are asked after an error or an abort reject, and end", async () => {
  const choice = { kind: "exact", draws: 1, seed: 0 } as const;
  const unprepared = pool(2);
  await expect(unprepared.sweep()).rejects.toThrow(/before it was prepared/);
  await expect(unprepared.sweep()).rejects.toThrow(/before it was prepared/);
  await unprepared.close();
  const controller = new AbortController();
  const aborted = pool(2, controller.signal);
  await aborted.prepare(surrogate(), choice);
  const sweeping = aborted.sweep();
  controller.abort(new Error("enough"));
  await expect(sweeping).rejects.toThrow("enough");
  await aborted.close();
  await expect(aborted.sweep()).rejects.toThrow("enough");
  const late = pool(2, controller.signal);
  await expect(late.prepare(surrogate(), choice)).rejects.toThrow("enough");
  await late.close();
});

/** A process that learns with threads from the compiled library, and what it does on a sweep. */
const program = (onProgress: string): string => `
  const { learn } = require(${JSON.stringify(join(__dirname, "../../src/learning/learn.js"))});
  const { randomGame } = require(${JSON.stringify(join(__dirname, "../games.js"))});
  const controller = new AbortController();
  const onProgress = ({ sweep }) => { if (sweep === 2) { ${onProgress} } };
  const game = randomGame(${JSON.stringify(sizes)}, 7);
  learn(game, { ...${JSON.stringify(options)}, threads: 2, signal: controller.signal, onProgress })
    .then(() => console.log("learned"), (error) => console.log(error.message));`;

test.each([
  ["learns to the end", "", "learned"],
  ["is aborted", "controller.abort(new Error('stopped'))", "stopped"],
  ["fails on the way", "throw new Error('broken')", "broken"],
])("no thread keeps a process alive that %s", (_name, onProgress, said) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["-e", program(onProgress)], {
    encoding: "utf8",
    timeout: 20_000,
  });
  expect({ status, stdout: stdout.trim(), stderr }).toEqual({
    status: 0,
    stdout: said,
    stderr: "",
  });
});
