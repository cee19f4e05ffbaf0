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

/** Another thread of this process. */
export interface Thread<Request> {
  readonly post: (request: Request) => void;
  readonly end: () => Promise<unknown>;
}

/** SHA-256 (hex) of the parts, one after another; texts as UTF-8. */
export function sha256(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

export const encodeUtf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** @throws TypeError where the bytes are no UTF-8 */
export const decodeUtf8 = (bytes: Uint8Array): string =>
  new TextDecoder("utf-8", { fatal: true }).decode(bytes);

export const readBytes = (file: string): Uint8Array => readFileSync(file);
export const readText = (file: string): string => readFileSync(file, "utf8");
export const namesIn = (folder: string): string[] => readdirSync(folder);

/** A file of the compiled src/, by its path there. */
export const compiledFile = (name: string): string => join(__dirname, "..", name);

/** Lets the event loop take a turn. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** @param program a compiled file that calls `serveThread` */
export function startThread<Request, Reply>(
  program: string,
  data: unknown,
  onReply: (reply: Reply) => void,
  onEnd: (reason: Error) => void,
): Thread<Request> {
  const worker = new Worker(program, { workerData: data });
  worker.on("message", onReply);
  worker.on("error", onEnd);
  worker.on("exit", (code) => onEnd(new Error(`a learning thread ended (${code})`)));
  return { post: (message) => worker.postMessage(message), end: () => worker.terminate() };
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
