/**
 * A connected page. At most one message to it is in flight. The newest pose frame and at most
 * TEXTS_LIMIT texts, the newest under each key, wait meanwhile, so that a slow page costs bounded
 * memory. Its own messages are limited to BURST at once and RATE a second.
 */
import type { WebSocket } from "ws";

export const TEXTS_LIMIT = 100;
/** Messages a page may send at once, and per second. */
export const BURST = 20;
export const RATE = 10;

export class PageClient {
  private sending = false;
  private poses: Uint8Array | undefined;
  private readonly texts = new Map<string, string>();
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

  /** Sends `text`, or replaces the text that waits under `key`. */
  offerText(key: string, text: string): void {
    this.texts.delete(key);
    this.texts.set(key, text);
    if (this.texts.size > TEXTS_LIMIT) {
      const [oldest] = this.texts.keys();
      this.texts.delete(oldest);
    }
    this.pump();
  }

  offerPoses(frame: Uint8Array): void {
    this.poses = frame;
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
    this.texts.clear();
    this.poses = undefined;
    this.socket.terminate();
  }

  private pump(): void {
    if (this.sending || this.socket.readyState !== this.socket.OPEN) return;
    const [oldest] = this.texts;
    if (oldest !== undefined) {
      this.texts.delete(oldest[0]);
      this.send(oldest[1]);
    } else if (this.poses !== undefined) {
      const frame = this.poses;
      this.poses = undefined;
      this.send(frame);
    }
  }

  private send(message: string | Uint8Array): void {
    this.sending = true;
    this.socket.send(message, (error) => {
      this.sending = false;
      if (error === undefined || error === null) this.pump();
    });
  }
}
