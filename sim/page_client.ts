/**
 * One page that is connected. At most one message is on its way to it; what comes meanwhile waits,
 * and only the newest of it: one pose frame, and REPORTS_LIMIT epoch reports (the newest of each
 * epoch). A page that reads slowly or never therefore costs a bounded amount of memory.
 */
import type { WebSocket } from "ws";

/** Epoch reports that wait for a slow page at most. */
export const REPORTS_LIMIT = 100;

export class PageClient {
  private sending = false;
  private poses: Uint8Array | undefined;
  private readonly reports = new Map<number, string>();
  private answered = true;

  constructor(
    private readonly socket: WebSocket,
    first: string,
  ) {
    socket.on("pong", () => (this.answered = true));
    this.send(first);
  }

  offerReport(epoch: number, text: string): void {
    this.reports.delete(epoch);
    this.reports.set(epoch, text);
    if (this.reports.size > REPORTS_LIMIT) {
      const [oldest] = this.reports.keys();
      this.reports.delete(oldest);
    }
    this.pump();
  }

  offerPoses(frame: Uint8Array): void {
    this.poses = frame;
    this.pump();
  }

  /** Whether the ping before was answered; asks again. */
  checkAlive(): boolean {
    if (!this.answered) return false;
    this.answered = false;
    this.socket.ping();
    return true;
  }

  /** Says goodbye with a close code (RFC 6455, 7.4); `end` follows. */
  close(code: number, reason: string): void {
    this.socket.close(code, reason);
  }

  end(): void {
    this.reports.clear();
    this.poses = undefined;
    this.socket.terminate();
  }

  private pump(): void {
    if (this.sending || this.socket.readyState !== this.socket.OPEN) return;
    const [oldest] = this.reports;
    if (oldest !== undefined) {
      this.reports.delete(oldest[0]);
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
