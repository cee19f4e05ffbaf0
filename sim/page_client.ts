/**
 * A connected page. At most one message to it is in flight. At most WAITING_LIMIT messages, the newest
 * under each key, wait meanwhile, so that a slow page costs bounded memory. Its own messages are
 * limited to BURST at once and RATE a second.
 */
import type { WebSocket } from "ws";

export const WAITING_LIMIT = 100;
/** Messages a page may send at once, and per second. */
export const BURST = 20;
export const RATE = 10;

export class PageClient {
  private sending = false;
  private readonly waiting = new Map<string, string | Uint8Array>();
  private answered = true;
  private credit = BURST;
  private creditMs = 0;

  constructor(
    private readonly socket: WebSocket,
    first: string,
    /** Whether it has shown the token. */
    readonly canCommand: boolean,
  ) {
    socket.on("pong", () => (this.answered = true));
    this.send(first);
  }

  /** Sends `message`, or puts it last in the place of that which waits under `key`. */
  offer(key: string, message: string | Uint8Array): void {
    this.waiting.delete(key);
    this.waiting.set(key, message);
    const [oldest] = this.waiting.keys();
    if (this.waiting.size > WAITING_LIMIT) this.waiting.delete(oldest);
    this.pump();
  }

  /** Counts a message; false: too many. @param nowMs of a steady clock */
  mayTalk(nowMs: number): boolean {
    const earned = (RATE * (nowMs - this.creditMs)) / 1000;
    this.credit = Math.min(BURST, this.credit + earned) - 1;
    this.creditMs = nowMs;
    return this.credit >= 0;
  }

  /** Pings; false: the ping before was not answered. */
  checkAlive(): boolean {
    if (!this.answered) return false;
    this.answered = false;
    this.socket.ping();
    return true;
  }

  /** Sends a close frame (RFC 6455, 7.4); `end` must follow. */
  close(code: number, reason: string): void {
    this.socket.close(code, reason);
  }

  end(): void {
    this.waiting.clear();
    this.socket.terminate();
  }

  private pump(): void {
    if (this.sending || this.socket.readyState !== this.socket.OPEN) return;
    const [oldest] = this.waiting;
    if (oldest === undefined) return;
    this.waiting.delete(oldest[0]);
    this.send(oldest[1]);
  }

  private send(message: string | Uint8Array): void {
    this.sending = true;
    this.socket.send(message, (error) => {
      this.sending = false;
      if (error === undefined || error === null) this.pump();
    });
  }
}
