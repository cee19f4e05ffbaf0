/**
 * The page's connection: parses messages, notices silence, reconnects after growing waits, sends the
 * token of the page's address (#token=...) and commands.
 */
import {
  ProtocolError,
  SOCKET_PATH,
  SOCKET_PROTOCOL,
  TOKEN_PROTOCOL,
  decodePoses,
  parseServerMessage,
  type PoseFrame,
  type ServerMessage,
} from "../protocol";

/** live: data arrives; stale: connected, but nothing for STALE_MS; lost: not connected. */
export type ConnectionState = "connecting" | "live" | "stale" | "lost";

export interface ConnectionEvents {
  message(message: ServerMessage): void;
  poses(frame: PoseFrame): void;
  state(state: ConnectionState, detail: string): void;
}

const STALE_MS = 3000;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 8000;
/** Close code for a message that does not follow the protocol (range for applications). */
const BAD_MESSAGE = 4000;
/** Close code of RFC 6455, for example for a wrong token. */
const POLICY_VIOLATION = 1008;

export class Connection {
  private socket: WebSocket | undefined;
  private waitMs = FIRST_WAIT_MS;
  private heardAt = 0;
  private state: ConnectionState = "connecting";
  private problem = "";
  private token = tokenOfAddress();
  private admitted = false;

  constructor(private readonly events: ConnectionEvents) {
    setInterval(() => this.checkAge(), 500);
    addEventListener("hashchange", () => {
      this.token = tokenOfAddress();
      this.socket?.close();
    });
    this.connect();
  }

  private connect(): void {
    // Relative, for pages that come through a proxy.
    const address = new URL(SOCKET_PATH.slice(1), location.href.replace(/^http/, "ws"));
    address.hash = "";
    const shown = this.token === "" ? [] : [`${TOKEN_PROTOCOL}${this.token}`];
    const socket = new WebSocket(address, [SOCKET_PROTOCOL, ...shown]);
    socket.binaryType = "arraybuffer";
    this.admitted = false;
    socket.onmessage = (event: MessageEvent<unknown>) => this.hear(socket, event.data);
    socket.onclose = (event) => this.retry(socket, event);
    this.socket = socket;
  }

  /** Returns whether there is a connection to send on. */
  send(message: object): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  private hear(socket: WebSocket, data: unknown): void {
    try {
      if (data instanceof ArrayBuffer) this.events.poses(decodePoses(data));
      else this.events.message(parseServerMessage(String(data)));
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.problem = error.message;
      socket.close(BAD_MESSAGE);
      return;
    }
    this.admitted = true;
    this.heardAt = performance.now();
    this.waitMs = FIRST_WAIT_MS;
    this.problem = "";
    this.change("live", "live");
  }

  private retry(socket: WebSocket, { code, reason }: CloseEvent): void {
    if (socket !== this.socket) return;
    if (reason !== "") this.problem = `closed by the server: ${reason}`;
    // The token of another run would always be refused: go on as a page that only shows.
    if (code === POLICY_VIOLATION && !this.admitted) this.token = "";
    const wait = this.waitMs * (0.75 + 0.5 * Math.random());
    this.waitMs = Math.min(LONGEST_WAIT_MS, 2 * this.waitMs);
    this.change("lost", this.problem || "connection lost, trying again");
    setTimeout(() => this.connect(), wait);
  }

  private checkAge(): void {
    const age = performance.now() - this.heardAt;
    if ((this.state === "live" || this.state === "stale") && age > STALE_MS) {
      this.change("stale", `stale: nothing heard for ${Math.round(age / 1000)} s`);
    }
  }

  private change(state: ConnectionState, detail: string): void {
    if (state === this.state && state === "live") return;
    this.state = state;
    this.events.state(state, detail);
  }
}

/** The token behind # in this page's address; "" when there is none that could be one. */
function tokenOfAddress(): string {
  const token = new URLSearchParams(location.hash.slice(1)).get("token") ?? "";
  return /^[\w-]*$/.test(token) ? token : "";
}
