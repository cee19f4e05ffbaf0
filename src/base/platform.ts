/**
 * What the pure layers (game, policy, learning, evaluation) need of Node.js, with types of our own:
 * those layers compile without Node's.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parentPort, Worker, workerData } from "node:worker_threads";

/** The part of an AbortSignal that is used. */
export interface StopSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  throwIfAborted(): void;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
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

/** Who answers one request at a time. */
export interface Thread<Request, Reply> {
  readonly ask: (request: Request) => Promise<Reply>;
  /** Rejects what is asked now and later; the first reason counts. */
  readonly fail: (reason: unknown) => void;
  readonly end: () => Promise<unknown>;
}

/** Another thread of this process. @param program a compiled file that calls `serveThread` */
export function startThread<Request, Reply>(
  program: string,
  data: unknown,
): Thread<Request, Reply> {
  const worker = new Worker(program, { workerData: data });
  let take: (reply: Reply) => void = () => {};
  let refuse: (reason: unknown) => void = () => {};
  /** The first one. While nothing is asked it is told by the next request. */
  let failure: { readonly reason: unknown } | undefined;
  const fail = (reason: unknown): void => {
    failure ??= { reason };
    refuse(failure.reason);
  };
  worker.on("message", (reply: Reply) => take(reply));
  worker.on("error", fail);
  worker.on("exit", (code) => fail(new Error(`a learning thread ended (${code})`)));
  const ask = (request: Request): Promise<Reply> =>
    new Promise((resolve, reject) => {
      if (failure) return reject(failure.reason);
      [take, refuse] = [resolve, reject];
      worker.postMessage(request);
    });
  return { ask, fail, end: () => worker.terminate() };
}

/** In a thread: answers each message. `make` is given the data that the thread was started with. */
export function serveThread<Data, Request>(
  make: (data: Data) => (request: Request) => unknown,
): void {
  if (!parentPort) return;
  const port = parentPort;
  const answer = make(workerData as Data);
  port.on("message", (request: Request) => port.postMessage(answer(request)));
}
