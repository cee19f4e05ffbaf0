/**
 * The connected pages: sends to all, and hears and answers each. A page that breaks the protocol is
 * closed without effect on the others.
 */
import type { RawData, WebSocket } from "ws";
import { isToken } from "./page_access";
import {
  type PageCommand,
  parsePageMessage,
  type EpochReport,
  type PolicyPicture,
  ProtocolError,
  type CommandResult,
  type Snapshot,
  type WorldState,
} from "./protocol";

/** Close codes of RFC 6455 and its registry. */
const GOING_AWAY = 1001;
const POLICY_VIOLATION = 1008;
const INTERNAL_ERROR = 1011;
const TRY_AGAIN_LATER = 1013;
/** Pages served at the same time, and places among them that only the token opens. */
export const CLIENTS_LIMIT = 128;
export const KEPT_FOR_TOKEN = 32;
/** Messages that wait for a page at most. */
export const WAITING_LIMIT = 100;
/** Messages a page may send at once, and per second: more than a key held down on a list. */
export const BURST = 100;
const RATE = 40;
/** Time for close frames at the server's end, ms. */
const GOODBYE_MS = 50;

const FULL = "too many pages are open; close one, or open the link with the token";

/** A snapshot without what differs from page to page. */
export type SharedSnapshot = Omit<Snapshot, "canCommand">;

export interface PageHubOptions {
  /** Pages that send it may command; empty: none may. */
  token: string;
  /** Carries a command out, or answers why not. Never rejects. */
  obey: (command: PageCommand) => Promise<CommandResult>;
  snapshot: () => SharedSnapshot;
}

/** `work`, of which a throw becomes a line in the log, and does not end the process. @param what the log calls it */
export const guarded =
  <A extends unknown[], R>(log: (line: string) => void, what: string, work: (...args: A) => R) =>
  (...args: A): R | undefined => {
    try {
      return work(...args);
    } catch (error) {
      log(`page server: ${what} failed: ${String(error)}`);
      return undefined;
    }
  };

/**
 * A connected page. At most one message to it is in flight; meanwhile the newest under each key wait,
 * so that a slow page costs bounded memory.
 */
class PageClient {
  private sending = false;
  private readonly waiting = new Map<string, string | Uint8Array>();
  /** Messages it may send at the instant `earnedMs`. */
  private allowed = BURST;
  private earnedMs = performance.now();

  constructor(
    readonly socket: WebSocket,
    first: string,
    /** Whether it has shown the token. */
    readonly canCommand: boolean,
  ) {
    this.offer("snapshot", first);
  }

  /** Sends `message`, or puts it last in the place of that which waits under `key`. */
  offer(key: string, message: string | Uint8Array): void {
    this.waiting.delete(key);
    this.waiting.set(key, message);
    const [oldest] = this.waiting.keys();
    if (this.waiting.size > WAITING_LIMIT) this.waiting.delete(oldest);
    this.pump();
  }

  /** Counts a message from it; false: that is one too many. */
  mayHear(): boolean {
    const nowMs = performance.now();
    const earned = (RATE * (nowMs - this.earnedMs)) / 1000;
    this.allowed = Math.min(BURST, this.allowed + earned) - 1;
    this.earnedMs = nowMs;
    return this.allowed >= 0;
  }

  private pump(): void {
    const [oldest] = this.waiting;
    const isOpen = this.socket.readyState === this.socket.OPEN;
    if (this.sending || !isOpen || oldest === undefined) return;
    const [key, message] = oldest;
    this.waiting.delete(key);
    this.sending = true;
    this.socket.send(message, (error) => {
      this.sending = false;
      if (!error) this.pump();
    });
  }
}

export class PageHub {
  private readonly pages = new Map<WebSocket, PageClient>();
  /** What a page is told after its snapshot: the newest of each kind. */
  private readonly newest = new Map<string, string | Uint8Array>();

  constructor(
    private readonly options: PageHubOptions,
    private readonly log: (line: string) => void,
  ) {}

  get clients(): number {
    return this.pages.size;
  }

  /**
   * Adds a page: it gets a snapshot first, then the newest world state, picture and poses.
   * @param token that it shows; undefined: none
   * @returns whether it was added; else it is told why not
   */
  welcome(socket: WebSocket, token: string | undefined): boolean {
    socket.on("error", (error) => this.log(`page: ${error.message}`));
    const canCommand = token !== undefined && isToken(token, this.options.token);
    if (token !== undefined && !canCommand)
      return this.dismiss(socket, POLICY_VIOLATION, "its token is wrong");
    if (!this.makeRoom(canCommand)) return this.dismiss(socket, TRY_AGAIN_LATER, FULL);
    const snapshot = this.snapshot(canCommand);
    if (snapshot === undefined) return this.dismiss(socket, INTERNAL_ERROR, "no snapshot");
    const page = new PageClient(socket, snapshot, canCommand);
    this.pages.set(socket, page);
    socket.on("close", () => this.pages.delete(socket));
    const hear = (data: RawData, isBinary: boolean): void =>
      this.hear(page, isBinary ? "" : String(data));
    socket.on("message", guarded(this.log, "a message", hear));
    this.newest.forEach((message, kind) => page.offer(kind, message));
    return true;
  }

  /** Whether one more page may come; for one with the token, another one goes if it must. */
  private makeRoom(canCommand: boolean): boolean {
    const isFull = this.pages.size >= CLIENTS_LIMIT;
    const watching = [...this.pages.values()].filter((page) => !page.canCommand);
    if (!canCommand) return !isFull && watching.length < CLIENTS_LIMIT - KEPT_FOR_TOKEN;
    if (isFull && watching.length > 0) this.dismiss(watching[0].socket, TRY_AGAIN_LATER, FULL);
    return this.pages.size < CLIENTS_LIMIT;
  }

  restart(): void {
    for (const page of this.pages.values()) {
      const snapshot = this.snapshot(page.canCommand);
      if (snapshot !== undefined) page.offer("snapshot", snapshot);
    }
  }

  /**
   * Sends to every page, and later to each that connects; past epochs are in its snapshot.
   * @param message bytes: a pose frame, which is kept, not copied; do not write to it afterwards
   */
  publish(message: EpochReport | PolicyPicture | WorldState | Uint8Array): void {
    const isFrame = message instanceof Uint8Array;
    const isEpoch = !isFrame && message.type === "epoch";
    const key = isFrame ? "poses" : isEpoch ? `epoch ${message.epoch}` : message.type;
    const said = isFrame ? message : JSON.stringify(message);
    if (!isEpoch) this.newest.set(key, said);
    this.pages.forEach((page) => page.offer(key, said));
  }

  /** Sends every page a close frame, and cuts those that do not answer it soon. */
  async close(): Promise<void> {
    if (this.pages.size === 0) return;
    this.pages.forEach(({ socket }) => socket.close(GOING_AWAY));
    await new Promise((resolve) => setTimeout(resolve, GOODBYE_MS));
    this.pages.forEach(({ socket }) => socket.terminate());
    this.pages.clear();
  }

  private snapshot(canCommand: boolean): string | undefined {
    return guarded(this.log, "a snapshot", () =>
      JSON.stringify({ ...this.options.snapshot(), canCommand }),
    )();
  }

  private hear(page: PageClient, text: string): void {
    if (!this.pages.has(page.socket)) return;
    if (!page.mayHear())
      return void this.dismiss(page.socket, POLICY_VIOLATION, "it sends too many messages");
    try {
      const { id, command } = parsePageMessage(text);
      this.command(page, id, command);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      // A close frame's reason holds 123 bytes.
      const why = `not the protocol: ${error.message.slice(0, 80)}`;
      this.dismiss(page.socket, POLICY_VIOLATION, why);
    }
  }

  private command(page: PageClient, id: number, command: PageCommand): void {
    const answer = (said: CommandResult): void =>
      page.offer(`answer ${id}`, JSON.stringify({ type: "answer", id, ...said }));
    if (page.canCommand) {
      void this.options.obey(command).then(answer);
      return;
    }
    this.log(`page refused: ${command.do} without the token`);
    answer({ done: false, message: "this page only shows: open the link that the start printed" });
  }

  /** A connection that is no page, or none any more. */
  private dismiss(socket: WebSocket, code: number, why: string): false {
    this.log(`page closed: ${why}`);
    this.pages.delete(socket);
    socket.close(code, why);
    return false;
  }
}
