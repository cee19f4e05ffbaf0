/**
 * The page's end of the wire: connects, parses, tells when nothing comes any more, connects again
 * after growing waits. It never sends anything.
 */
import {
  ProtocolError,
  SOCKET_PATH,
  decodePoses,
  parseServerMessage,
  type PoseFrame,
  type ServerMessage,
} from "../protocol";

/** live: data comes; stale: connected, but nothing came for STALE_MS; lost: not connected. */
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

export class Connection {
  private socket: WebSocket | undefined;
  private waitMs = FIRST_WAIT_MS;
  private heardAt = 0;
  private state: ConnectionState = "connecting";
  private problem = "";

  constructor(private readonly events: ConnectionEvents) {
    setInterval(() => this.checkAge(), 500);
    this.connect();
  }

  private connect(): void {
    const socket = new WebSocket(`ws://${location.host}${SOCKET_PATH}`);
    socket.binaryType = "arraybuffer";
    socket.onmessage = (event: MessageEvent<unknown>) => this.hear(socket, event.data);
    socket.onclose = () => this.retry(socket);
    this.socket = socket;
  }

  private hear(socket: WebSocket, data: unknown): void {
    try {
      if (typeof data === "string") this.events.message(parseServerMessage(data));
      else if (data instanceof ArrayBuffer) this.events.poses(decodePoses(data));
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.problem = error.message;
      socket.close(BAD_MESSAGE);
      return;
    }
    this.heardAt = performance.now();
    this.waitMs = FIRST_WAIT_MS;
    this.problem = "";
    this.change("live", "live");
  }

  private retry(socket: WebSocket): void {
    if (socket !== this.socket) return;
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
