/**
 * The pages that are connected: what is told to all, what each may say, and its answers. A page that
 * breaks a rule is closed; no other one notices.
 */
import type { WebSocket } from "ws";
import { isToken } from "./page_access";
import { PageClient } from "./page_client";
import { type Command, parsePageMessage } from "./page_protocol";
import {
  type EpochReport,
  type PolicyPicture,
  ProtocolError,
  type Said,
  type WorldState,
} from "./protocol";

/** Close code of RFC 6455 for whoever breaks a rule. */
const POLICY_VIOLATION = 1008;
/** Given to a goodbye before the connection is cut, ms. */
const GOODBYE_MS = 1000;

/** The world's state without what differs from page to page. */
export type SharedWorld = Omit<WorldState, "canCommand">;

export interface PageHubOptions {
  /** Whoever shows it may command; empty: nobody may. */
  token: string;
  /** Obeys a command of a page that may command, or says why not. Never rejects. */
  obey: (command: Command) => Promise<Said>;
}

export class PageHub {
  private readonly pages = new Set<PageClient>();
  private lastPoses: Uint8Array | undefined;
  private lastWorld: SharedWorld | undefined;
  private lastPicture: PolicyPicture | undefined;

  /** @param guard wraps a callback of a socket: a throw becomes a line in the log */
  constructor(
    private readonly options: PageHubOptions,
    private readonly log: (line: string) => void,
    private readonly guard: <A extends unknown[]>(
      what: string,
      work: (...args: A) => void,
    ) => (...args: A) => void,
  ) {}

  get size(): number {
    return this.pages.size;
  }

  /** Takes a page in: it hears `snapshot` first, then what was told last. */
  welcome(socket: WebSocket, snapshot: string): void {
    const page = new PageClient(socket, snapshot);
    this.pages.add(page);
    socket.on("close", () => this.pages.delete(page));
    socket.on(
      "message",
      this.guard("a message", (data, isBinary) => this.hear(page, isBinary ? "" : String(data))),
    );
    this.tellWorld(page);
    if (this.lastPicture) page.offerText("picture", JSON.stringify(this.lastPicture));
    if (this.lastPoses !== undefined) page.offerPoses(this.lastPoses);
  }

  /** Everything starts anew with this snapshot. */
  restart(snapshot: string): void {
    this.pages.forEach((page) => page.offerText("snapshot", snapshot));
  }

  publish(message: EpochReport | PolicyPicture): void {
    if (message.type === "picture") this.lastPicture = message;
    if (this.pages.size === 0) return;
    const text = JSON.stringify(message);
    const key = message.type === "picture" ? message.type : `epoch ${message.epoch}`;
    this.pages.forEach((page) => page.offerText(key, text));
  }

  publishWorld(world: SharedWorld): void {
    this.lastWorld = world;
    this.pages.forEach((page) => this.tellWorld(page));
  }

  publishPoses(frame: Uint8Array): void {
    this.lastPoses = frame;
    this.pages.forEach((page) => page.offerPoses(frame));
  }

  /** Ends the pages that did not answer since it was called last. */
  dropSilent(): void {
    for (const page of this.pages) {
      if (page.checkAlive()) continue;
      this.log("page ended: it does not answer");
      this.pages.delete(page);
      page.end();
    }
  }

  /** Says goodbye to all. */
  close(code: number, reason: string): void {
    this.pages.forEach((page) => page.close(code, reason));
  }

  /** Cuts every connection. */
  end(): void {
    this.pages.forEach((page) => page.end());
    this.pages.clear();
  }

  private tellWorld(page: PageClient): void {
    if (this.lastWorld === undefined) return;
    const { canCommand } = page;
    page.offerText("world", JSON.stringify({ ...this.lastWorld, canCommand }));
  }

  private hear(page: PageClient, text: string): void {
    if (!this.pages.has(page)) return;
    if (!page.mayTalk(performance.now())) return this.dismiss(page, "it sends too many messages");
    try {
      const message = parsePageMessage(text);
      if (message.type === "hello") this.admit(page, message.token);
      else this.command(page, message.id, message.command);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      // A close frame's reason holds 123 bytes.
      this.dismiss(page, `not the protocol: ${error.message.slice(0, 80)}`);
    }
  }

  private admit(page: PageClient, token: string): void {
    if (!isToken(token, this.options.token)) return this.dismiss(page, "its token is wrong");
    page.canCommand = true;
    this.tellWorld(page);
  }

  private command(page: PageClient, id: number, command: Command): void {
    const answer = (said: Said): void =>
      page.offerText(`answer ${id}`, JSON.stringify({ type: "answer", id, ...said }));
    if (page.canCommand) {
      void this.options.obey(command).then(answer);
      return;
    }
    this.log(`page refused: ${command.do} without the token`);
    answer({ done: false, message: "this page only shows: open the link that the start printed" });
  }

  private dismiss(page: PageClient, why: string): void {
    this.log(`page closed: ${why}`);
    this.pages.delete(page);
    page.close(POLICY_VIOLATION, why);
    setTimeout(() => page.end(), GOODBYE_MS).unref();
  }
}
