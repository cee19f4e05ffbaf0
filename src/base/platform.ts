/**
 * What the pure layers (game, policy, learning, evaluation) need of Node.js, with types of our own:
 * those layers compile without Node's.
 */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parentPort, Worker, workerData } from "node:worker_threads";

/** The part of an AbortSignal that is used. */
export interface StopSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  throwIfAborted(): void;
}

/** SHA-256 (hex) of a text, as UTF-8. */
export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Bytes of a step: some milliseconds. */
const STEP_BYTES = 2 ** 22;

/** SHA-256 (hex) of the parts, one after another. */
export function* sha256Steps(...parts: readonly Uint8Array[]): Generator<void, string> {
  const hash = createHash("sha256");
  for (const part of parts) {
    for (let at = 0; at < part.length; at += STEP_BYTES) {
      hash.update(part.subarray(at, at + STEP_BYTES));
      yield;
    }
  }
  return hash.digest("hex");
}

export const encodeUtf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** @throws TypeError where the bytes are no UTF-8 */
export const decodeUtf8 = (bytes: Uint8Array): string =>
  new TextDecoder("utf-8", { fatal: true }).decode(bytes);

export const readBytes = (file: string): Uint8Array => readFileSync(file);

/** Encodings by the mark with which editors of other systems begin a file. */
const MARKS: readonly [mark: string, encoding: string][] = [
  ["fffe", "utf-16le"],
  ["feff", "utf-16be"],
];

/** A text file, without the mark at its start. */
export function readText(file: string): string {
  const bytes = readFileSync(file);
  const mark = bytes.subarray(0, 2).toString("hex");
  const encoding = MARKS.find(([start]) => start === mark)?.[1] ?? "utf-8";
  return new TextDecoder(encoding).decode(bytes);
}

export const namesIn = (folder: string): string[] => readdirSync(folder);

/** A file of the compiled src/, by its path there. */
export const compiledFile = (name: string): string => join(__dirname, "..", name);

/** Lets the event loop take a turn. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Methods by name; what they are given and give back can be sent to a thread. */
type Methods<Served> = Readonly<Record<keyof Served, (...given: never[]) => unknown>>;

/** What is served, here or in another thread: one call at a time. */
export interface Thread<Served extends Methods<Served>> {
  readonly call: <Name extends keyof Served>(
    name: Name,
    ...given: Parameters<Served[Name]>
  ) => Promise<ReturnType<Served[Name]>>;
  readonly end: () => Promise<unknown>;
}

/**
 * Another thread of this process. Calls reject once it has failed or ended, with the first reason.
 * @param program a compiled file that calls `serveThread`
 * @param signal aborted: what is called now and later rejects with its reason
 */
export function startThread<Served extends Methods<Served>>(
  program: string,
  data: unknown,
  signal?: StopSignal,
): Thread<Served> {
  const worker = new Worker(program, { workerData: data });
  const over = new AbortController();
  worker.on("error", (error) => over.abort(error));
  worker.on("exit", (code) => over.abort(new Error(`a learning thread ended (${code})`)));
  const stop = AbortSignal.any([over.signal, ...(signal ? [signal as AbortSignal] : [])]);
  return {
    call: async (...asked) => {
      stop.throwIfAborted();
      worker.postMessage(asked);
      const [reply] = (await once(worker, "message", { signal: stop }).catch(() => {
        throw stop.reason;
      })) as [never];
      return reply;
    },
    end: () => worker.terminate(),
  };
}

/** The same in this thread. */
export const servedHere = <Served extends Methods<Served>>(served: Served): Thread<Served> => ({
  call: async (name, ...given) => Reflect.apply(served[name], served, given),
  end: async () => {},
});

/** In a thread: answers each call. `make` is given the data that the thread was started with. */
export function serveThread<Data, Served extends Methods<Served>>(
  make: (data: Data) => Served,
): void {
  if (!parentPort) return;
  const port = parentPort;
  const served = make(workerData as Data);
  port.on("message", ([name, ...given]: [keyof Served, ...never[]]) =>
    port.postMessage(served[name](...given)),
  );
}
