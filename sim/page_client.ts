/**
 * A connected page. At most one message to it is in flight. At most WAITING_LIMIT messages, the newest
 * under each key, wait meanwhile, so that a slow page costs bounded memory. Its own messages are
 * limited to BURST at once and RATE a second.
 */
import type { WebSocket } from "ws";
import { Allowance } from "./protocol";

export const WAITING_LIMIT = 100;
/** Messages a page may send at once, and per second. */
export const BURST = 20;
export const RATE = 10;

export class PageClient {
  private sending = false;
  private readonly waiting = new Map<string, string | Uint8Array>();
  private answered = true;
  readonly allowance = new Allowance(BURST, RATE);

  constructor(
    readonly socket: WebSocket,
    first: string,
    /** Whether it has shown the token. */
    readonly canCommand: boolean,
  ) {
    socket.on("pong", () => (this.answered = true));
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

  /** Pings; false: the ping before was not answered. */
  checkAlive(): boolean {
    if (!this.answered) return false;
    this.answered = false;
    this.socket.ping();
    return true;
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
