/**
 * The page's server: HTTP for the page's fixed files and a WebSocket that tells what happens.
 * Loopback by default, and read-only but for pages that show the token of the link that the start
 * printed: their commands are handed on, each with an answer.
 *
 * It lives in the simulator's process, where a throw out of any callback ends the process; hence
 * every callback is guarded.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";
import { listenOnFirstFree } from "./listen";
import { isOwnHost, nameOf, ownNames, socketRefusal, type Refusal } from "./page_access";
import { readPageFiles, securityHeaders, type PageFile } from "./page_files";
import { PageHub, type PageHubOptions, type SharedWorld } from "./page_hub";
import { HISTORY_LIMIT, type EpochReport, type PolicyPicture, type Snapshot } from "./protocol";

export interface PageServerOptions extends PageHubOptions {
  /** Address to listen on; default 127.0.0.1. */
  host?: string;
  /** 0: any free port; else this one or, when taken, one of the next PORTS_TRIED. */
  port: number;
  /** Folder of the built page. */
  webRoot: string;
  log: (line: string) => void;
  /** Called once for each page that connects. */
  snapshot: () => Snapshot;
  /** Time between liveness checks, ms; a page silent from one to the next is ended. */
  pingMs?: number;
}

export interface PageServer {
  /** Address to open, with the port in use; it shows and takes no command. */
  readonly url: string;
  /** The same with the token: whoever opens it may command. */
  readonly commandUrl: string;
  readonly port: number;
  publish(message: EpochReport | PolicyPicture): void;
  /** Gives every page a new snapshot. */
  restart(): void;
  /** Told to every page now and to every one that comes. */
  publishWorld(world: SharedWorld): void;
  /** The frame is kept, not copied: do not write to it afterwards. */
  publishPoses(frame: Uint8Array): void;
  /** Pages connected. */
  readonly clients: number;
  /** Ends every connection at once. */
  close(): Promise<void>;
}

/** Ports tried after the one asked for. */
export const PORTS_TRIED = 20;
/** Pages served at the same time. */
export const CLIENTS_LIMIT = 128;
/** Bytes of a message from a page. */
export const MESSAGE_LIMIT = 1024;
const CONNECTIONS_LIMIT = 4 * CLIENTS_LIMIT;
const PING_MS = 30_000;
/** Given to a goodbye before its connection is cut, ms. */
const GOODBYE_MS = 50;
/** Close codes of RFC 6455 and its registry. */
const GOING_AWAY = 1001;
const INTERNAL_ERROR = 1011;

const FULL: Refusal = {
  status: "503 Service Unavailable",
  reason: `${CLIENTS_LIMIT} pages are open, or the server ends`,
};

export async function startPageServer(options: PageServerOptions): Promise<PageServer> {
  const files = await readPageFiles(options.webRoot);
  const page = new LivePage(options, files);
  await page.listen();
  return page;
}

class LivePage implements PageServer {
  private readonly http: Server;
  private readonly sockets: WebSocketServer;
  private readonly pages: PageHub;
  private readonly names: readonly string[];
  private readonly connections = new Set<Duplex>();
  private pinging: NodeJS.Timeout | undefined;
  private closing: Promise<void> | undefined;
  private boundPort = 0;

  constructor(
    private readonly options: PageServerOptions,
    private readonly files: ReadonlyMap<string, PageFile>,
  ) {
    this.names = ownNames(this.host);
    const log = (line: string): void => this.log(line);
    this.pages = new PageHub(options, log, (what, work) => this.guard(what, work));
    this.sockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      maxPayload: MESSAGE_LIMIT,
      perMessageDeflate: false,
    });
    this.http = createServer({ requestTimeout: 10_000, headersTimeout: 10_000 });
    this.http.maxConnections = CONNECTIONS_LIMIT;
    this.http.on(
      "request",
      this.guard("a request", (request, response) => this.answer(request, response)),
    );
    this.http.on(
      "upgrade",
      this.guard("an upgrade", (request, socket, head) => this.upgrade(request, socket, head)),
    );
    this.http.on("connection", (socket) => {
      this.connections.add(socket);
      socket.on("close", () => this.connections.delete(socket));
    });
    this.http.on("clientError", (_error, socket) => socket.destroy());
  }

  get port(): number {
    return this.boundPort;
  }

  get url(): string {
    return `http://${nameOf(this.host)}:${this.port}/`;
  }

  get commandUrl(): string {
    // The part behind # stays in the browser: no request, and so no log, holds it.
    return `${this.url}#token=${this.options.token}`;
  }

  get clients(): number {
    return this.pages.size;
  }

  async listen(): Promise<void> {
    const { port } = this.options;
    const last = port === 0 ? 0 : Math.min(port + PORTS_TRIED, 65_535);
    this.boundPort = await listenOnFirstFree(this.http, this.host, port, last);
    this.http.on("error", (error) => this.log(`page server: ${error.message}`));
    const check = this.guard("a ping", () => this.pages.dropSilent());
    this.pinging = setInterval(check, this.options.pingMs ?? PING_MS);
    this.pinging.unref();
  }

  publish(message: EpochReport | PolicyPicture): void {
    this.guard("a message", () => this.pages.publish(message))();
  }

  restart(): void {
    this.guard("a snapshot", () => this.pages.restart(snapshotText(this.options.snapshot())))();
  }

  publishWorld(world: SharedWorld): void {
    this.guard("the world's state", () => this.pages.publishWorld(world))();
  }

  publishPoses(frame: Uint8Array): void {
    this.guard("a pose frame", () => this.pages.publishPoses(frame))();
  }

  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private async end(): Promise<void> {
    clearInterval(this.pinging);
    const closed = new Promise<void>((resolve) => this.http.close(() => resolve()));
    if (this.pages.size > 0) {
      this.guard("a goodbye", () => this.pages.close(GOING_AWAY, "the simulator ends"))();
      await new Promise((resolve) => setTimeout(resolve, GOODBYE_MS));
    }
    this.pages.end();
    this.connections.forEach((connection) => connection.destroy());
    await closed;
  }

  private get host(): string {
    return this.options.host ?? "127.0.0.1";
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const { host } = request.headers;
    if (!isOwnHost(host, this.names, this.port))
      return refuse(response, 421, "this server is not that host");
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.setHeader("Allow", "GET, HEAD");
      return refuse(response, 405, "only GET and HEAD");
    }
    const path = (request.url ?? "").split("?", 1)[0];
    const file = this.files.get(path);
    if (file === undefined) return refuse(response, 404, "no such page");
    response.writeHead(200, {
      ...securityHeaders(host),
      "Content-Type": file.mime,
      "Content-Length": file.body.length,
    });
    response.end(request.method === "HEAD" ? undefined : file.body);
  }

  private upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", () => socket.destroy());
    const full = this.pages.size >= CLIENTS_LIMIT || this.closing !== undefined;
    const refusal = socketRefusal(request, this.names, this.port) ?? (full ? FULL : undefined);
    if (refusal !== undefined) {
      this.log(`page refused: ${refusal.reason}`);
      socket.end(
        `HTTP/1.1 ${refusal.status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
        () => socket.destroy(),
      );
      return;
    }
    this.sockets.handleUpgrade(
      request,
      socket,
      head,
      this.guard("a connection", (page) => this.welcome(page)),
    );
  }

  private welcome(socket: WebSocket): void {
    socket.on("error", (error) => this.log(`page: ${error.message}`));
    const snapshot = this.guard("a snapshot", () => snapshotText(this.options.snapshot()))();
    if (snapshot === undefined) return socket.close(INTERNAL_ERROR, "no snapshot");
    this.pages.welcome(socket, snapshot);
  }

  /** `work`, whose throw becomes a line in the log (and undefined). */
  private guard<A extends unknown[], R>(
    what: string,
    work: (...args: A) => R,
  ): (...args: A) => R | undefined {
    return (...args) => {
      try {
        return work(...args);
      } catch (error) {
        this.log(`page server: ${what} failed: ${String(error)}`);
        return undefined;
      }
    };
  }

  private log(line: string): void {
    try {
      this.options.log(line);
    } catch {
      // A log that throws must not end the process; there is nowhere left to say it.
    }
  }
}

function snapshotText(snapshot: Snapshot): string {
  return JSON.stringify({ ...snapshot, history: snapshot.history.slice(-HISTORY_LIMIT) });
}

function refuse(response: ServerResponse, status: number, reason: string): void {
  response.writeHead(status, {
    ...securityHeaders("127.0.0.1"),
    "Content-Type": "text/plain; charset=utf-8",
  });
  response.end(`${reason}\n`);
}
