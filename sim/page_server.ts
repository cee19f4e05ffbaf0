/**
 * The page's server: HTTP for its fixed files, a WebSocket for everything else. On loopback by
 * default; only pages with the token of the printed link may command.
 *
 * It runs in the simulator's process, which a throw in a callback would end; so each is guarded.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { CallbackGuard } from "./callback_guard";
import { isOwnHost, nameOf, ownNames, socketRefusal, type Refusal } from "./page_access";
import { readPageFiles, securityHeaders, type PageFile } from "./page_files";
import { PageHub, type PageHubOptions } from "./page_hub";

export interface PageServerOptions extends PageHubOptions {
  /** Address to listen on; default 127.0.0.1. */
  host?: string;
  /** 0: any free port; else this one or, when taken, one of the next PORTS_TRIED. */
  port: number;
  /** Folder of the built page. */
  webRoot: string;
  /** Time between pings, ms; a page that answers none of them is ended. */
  pingMs?: number;
  log: (line: string) => void;
}

/** Ports tried after the one asked for. */
export const PORTS_TRIED = 20;
/** Pages served at the same time. */
export const CLIENTS_LIMIT = 128;
/** Bytes of a message from a page. */
export const MESSAGE_LIMIT = 1024;
const CONNECTIONS_LIMIT = 4 * CLIENTS_LIMIT;
const PING_MS = 30_000;
/** Time for close frames before connections are cut. */
const GOODBYE_MS = 50;

const FULL: Refusal = {
  status: "503 Service Unavailable",
  reason: `${CLIENTS_LIMIT} pages are open, or the server is ending`,
};

export async function startPageServer(options: PageServerOptions): Promise<PageServer> {
  const page = new PageServer(options, await readPageFiles(options.webRoot));
  await page.listen();
  return page;
}

export class PageServer {
  readonly pages: PageHub;
  /** The port in use, once `listen` is done. */
  port = 0;
  private readonly guard: CallbackGuard;
  private readonly http: Server;
  private readonly sockets: WebSocketServer;
  private readonly host: string;
  private readonly names: readonly string[];
  private readonly connections = new Set<Duplex>();
  private pinging: NodeJS.Timeout | undefined;
  private closing: Promise<void> | undefined;

  constructor(
    private readonly options: PageServerOptions,
    private readonly files: ReadonlyMap<string, PageFile>,
  ) {
    this.guard = new CallbackGuard(options.log);
    this.pages = new PageHub(options, this.guard);
    this.host = options.host ?? "127.0.0.1";
    this.names = ownNames(this.host);
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
      this.guard.wrap("a request", (request, response) => this.answer(request, response)),
    );
    this.http.on(
      "upgrade",
      this.guard.wrap("an upgrade", (request, socket, head) => this.upgrade(request, socket, head)),
    );
    this.http.on("connection", (socket) => {
      this.connections.add(socket);
      socket.on("close", () => this.connections.delete(socket));
    });
    this.http.on("clientError", (_error, socket) => socket.destroy());
  }

  /** Address of the page that only shows. */
  get url(): string {
    return `http://${nameOf(this.host)}:${this.port}/`;
  }

  /** Address of the page that may command: with the token. */
  get commandUrl(): string {
    // The part after # stays in the browser: no request and no log contains it.
    return `${this.url}#token=${this.options.token}`;
  }

  async listen(): Promise<void> {
    await this.bind();
    this.http.on("error", (error) => this.guard.log(`page server: ${error.message}`));
    const check = this.guard.wrap("a ping", () => this.pages.dropSilent());
    this.pinging = setInterval(check, this.options.pingMs ?? PING_MS);
    this.pinging.unref();
  }

  /** Ends every connection at once. */
  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  /** Listens on the port asked for, or on the next free one. */
  private async bind(): Promise<void> {
    const { http, host } = this;
    const { port: first } = this.options;
    const last = first === 0 ? 0 : Math.min(first + PORTS_TRIED, 65_535);
    for (let port = first; ; port++) {
      try {
        await once(http.listen(port, host), "listening");
        const address = http.address();
        this.port = typeof address === "object" && address !== null ? address.port : port;
        return;
      } catch (error) {
        if (!String(error).includes("EADDRINUSE")) throw error;
        if (port < last) continue;
        const tried = `ports ${first} to ${last} of ${host} are taken`;
        throw new Error(`${tried}; give another with --port`, { cause: error });
      }
    }
  }

  private async end(): Promise<void> {
    clearInterval(this.pinging);
    const closed = new Promise<void>((resolve) => this.http.close(() => resolve()));
    if (this.pages.clients > 0) {
      this.guard.wrap("a goodbye", () => this.pages.close())();
      await new Promise((resolve) => setTimeout(resolve, GOODBYE_MS));
    }
    this.pages.end();
    this.connections.forEach((connection) => connection.destroy());
    await closed;
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
    const full = this.pages.clients >= CLIENTS_LIMIT || this.closing !== undefined;
    const refusal = socketRefusal(request, this.names, this.port) ?? (full ? FULL : undefined);
    if (refusal !== undefined) {
      this.guard.log(`page refused: ${refusal.reason}`);
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
      this.guard.wrap("a connection", (page) => this.pages.welcome(page)),
    );
  }
}

function refuse(response: ServerResponse, status: number, reason: string): void {
  response.writeHead(status, {
    ...securityHeaders("127.0.0.1"),
    "Content-Type": "text/plain; charset=utf-8",
  });
  response.end(`${reason}\n`);
}
