/**
 * The page's server: HTTP for its fixed files, a WebSocket for everything else. On loopback by
 * default; only pages with the token of the printed link may command.
 *
 * A throw in a callback would end the process; so each is guarded.
 */
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { attempt, InvalidInputError, reasonOf } from "../src/base/errors";
import { nameOf, PageAccess, type Refusal, tokenShown } from "./page_access";
import { CLIENTS_LIMIT, guarded, PageHub, type PageHubOptions } from "./page_hub";
import { SOCKET_PATH } from "./protocol";

export interface PageServerOptions extends PageHubOptions {
  host: string;
  /** Further origins (of `readOrigins`) by which pages come: of a proxy, of a forwarded port. */
  origins: readonly string[];
  /** 0: any free port; else this one or, when taken, one of the next PORTS_TRIED. */
  port: number;
  webRoot: string;
  log: (line: string) => void;
}

export const PORTS_TRIED = 20;
/** Bytes of a message from a page. */
export const MESSAGE_LIMIT = 1024;
/** Connections without a page; where more come, the one that was idle longest is cut. */
export const BARE_LIMIT = 3 * CLIENTS_LIMIT;
/** A machine that is gone is looked for by TCP itself, once nothing came for so long, ms. */
const IDLE_MS = 30_000;
/** Time for an answer to a close frame before the connection is cut. */
const CLOSE_MS = 1000;

/** The page's files: a fixed list read at the start, so that no request can name another path. */
const FILES = { "index.html": "html", "style.css": "css", "main.js": "javascript" };

/** Of every answer. */
const HEADERS = {
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cache-Control": "no-cache",
};

type Files = Map<string, { mime: string; body: Buffer }>;

export async function startPageServer(options: PageServerOptions): Promise<PageServer> {
  const files: Files = new Map();
  for (const [name, kind] of Object.entries(FILES)) {
    const body = await readFile(join(options.webRoot, name)).catch((error: unknown) => {
      const what = `cannot read the page's ${name} in ${options.webRoot}`;
      throw new Error(`${what} (${String(error)}); run "npm run build"`);
    });
    files.set(`/${name}`, { mime: `text/${kind}; charset=utf-8`, body });
  }
  const http = createServer({
    ...{ requestTimeout: 10_000, headersTimeout: 10_000 },
    ...{ keepAlive: true, keepAliveInitialDelay: IDLE_MS },
  });
  return new PageServer(options, files, http, await listen(http, options));
}

/** Listens on the port asked for, or on the next free one; returns which. */
async function listen(http: Server, { host, port: first }: PageServerOptions): Promise<number> {
  const last = first === 0 ? 0 : Math.min(first + PORTS_TRIED, 65_535);
  for (let port = first; ; port++) {
    try {
      await once(http.listen(port, host), "listening");
      const address = http.address();
      return typeof address === "object" && address !== null ? address.port : port;
    } catch (error) {
      const why = reasonOf(error);
      if (!why.includes("EADDRINUSE")) {
        throw new InvalidInputError(
          `the page cannot be served on host ${host}, port ${port}: ${why}; give an address of this machine, such as 127.0.0.1, and a port that you may use`,
          { cause: error },
        );
      }
      if (port < last) continue;
      const tried = `ports ${first} to ${last} of ${host} are taken`;
      throw new InvalidInputError(`${tried}; give another with --port`, { cause: error });
    }
  }
}

export class PageServer {
  readonly pages: PageHub;
  private readonly access: PageAccess;
  /** Connections without a page, the one used last at the end. */
  private readonly bare = new Set<Duplex>();
  private closing: Promise<void> | undefined;

  /** @param http listens on `port` */
  constructor(
    private readonly options: PageServerOptions,
    private readonly files: Files,
    private readonly http: Server,
    readonly port: number,
  ) {
    // There is nowhere left to say that a log throws.
    const log = (line: string): void => attempt(() => options.log(line));
    this.pages = new PageHub(options, log);
    this.access = new PageAccess(options.host, port, this.url, options.origins);
    type Admit = (isAdmitted: boolean, status?: number) => void;
    const verify = guarded(log, "an upgrade", (request: IncomingMessage, admit: Admit) => {
      const refusal = this.access.socketRefusal(request);
      if (refusal) log(`page refused: ${refusal.reason}`);
      admit(refusal === undefined, refusal?.status);
    });
    const sockets = new WebSocketServer({
      server: http,
      path: SOCKET_PATH,
      clientTracking: false,
      maxPayload: MESSAGE_LIMIT,
      // Not in the types of ws 8.18.
      ...{ closeTimeout: CLOSE_MS },
      // With two parameters, by which it is known to answer by `admit`.
      verifyClient: ({ req }, admit) => verify(req, admit),
    });
    http.on("request", guarded(log, "a request", this.answer.bind(this)));
    const welcome = (page: WebSocket, request: IncomingMessage): void => {
      if (this.pages.welcome(page, tokenShown(request))) this.bare.delete(request.socket);
    };
    sockets.on("connection", guarded(log, "a page", welcome));
    http.on("connection", (socket) => {
      this.touch(socket);
      socket.on("close", () => this.bare.delete(socket));
    });
    http.on("clientError", (_error, socket) => socket.destroy());
    sockets.on("error", (error) => log(`page server: ${error.message}`));
  }

  get url(): string {
    return `http://${nameOf(this.options.host)}:${this.port}/`;
  }

  /** Address of the page that may command: with the token. */
  get commandUrl(): string {
    // The part after # stays in the browser: no request and no log contains it.
    return `${this.url}#token=${this.options.token}`;
  }

  close(): Promise<void> {
    return (this.closing ??= this.end());
  }

  private async end(): Promise<void> {
    const closed = once(this.http.close(), "close");
    await this.pages.close();
    this.bare.forEach((connection) => connection.destroy());
    await closed;
  }

  /** A connection without a page came, or was used. */
  private touch(socket: Duplex): void {
    this.bare.delete(socket);
    this.bare.add(socket);
    if (this.bare.size <= BARE_LIMIT) return;
    const [idle] = this.bare;
    this.bare.delete(idle);
    idle.destroy();
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    this.touch(request.socket);
    const misdirected = this.access.hostRefusal(request.headers.host);
    if (misdirected) return refuse(response, misdirected);
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.setHeader("Allow", "GET, HEAD");
      return refuse(response, { status: 405, reason: "only GET and HEAD" });
    }
    const path = (request.url ?? "").split("?", 1)[0];
    const file = this.files.get(path === "/" ? "/index.html" : path);
    if (file === undefined) return refuse(response, { status: 404, reason: "no such page" });
    const about = { "Content-Type": file.mime, "Content-Length": file.body.length };
    response.writeHead(200, { ...HEADERS, ...about });
    response.end(request.method === "HEAD" ? undefined : file.body);
  }
}

function refuse(response: ServerResponse, { status, reason }: Refusal): void {
  response.writeHead(status, { ...HEADERS, "Content-Type": "text/plain; charset=utf-8" });
  response.end(`${reason}\n`);
}
