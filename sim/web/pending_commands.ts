/**
 * Commands that await their answers. Each gets one: the server's, or one from here that says why there
 * is none. At most BURST commands are sent at once and RATE a second, since the server closes a page
 * that sends twice as many (a key held down on a select); an emergency stop is never held back.
 */
import type { PageCommand, PageMessage } from "../page_protocol";
import type { Answer } from "../protocol";

const TIMEOUT_MS = 5000;
const BURST = 10;
const RATE = 5;

export class PendingCommands {
  /** By the command's id. */
  private readonly waiting = new Map<number, (answer: Answer) => void>();
  private nextId = 1;
  private credit = BURST;
  private creditMs = 0;

  /** @param send returns false when there is no connection */
  constructor(private readonly send: (message: PageMessage) => boolean) {}

  give(command: PageCommand): Promise<Answer> {
    const id = this.nextId++;
    if (command.do !== "stop" && !this.maySend(performance.now())) {
      return Promise.resolve(refusal(id, "not sent: too many commands at once; wait a second"));
    }
    if (!this.send({ type: "command", id, command })) {
      return Promise.resolve(refusal(id, "not connected: the command was not sent"));
    }
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      const late = refusal(id, `no answer within ${TIMEOUT_MS / 1000} s: is the simulator busy?`);
      setTimeout(() => this.settle(late), TIMEOUT_MS);
    });
  }

  /** Resolves the command of `answer`; a late answer is ignored. */
  settle(answer: Answer): void {
    this.waiting.get(answer.id)?.(answer);
    this.waiting.delete(answer.id);
  }

  /** The connection is lost: no answer will come. */
  fail(): void {
    for (const id of [...this.waiting.keys()]) {
      this.settle(refusal(id, "connection lost: whether the command was carried out is not known"));
    }
  }

  private maySend(nowMs: number): boolean {
    const earned = (RATE * (nowMs - this.creditMs)) / 1000;
    this.credit = Math.min(BURST, this.credit + earned);
    this.creditMs = nowMs;
    if (this.credit < 1) return false;
    this.credit -= 1;
    return true;
  }
}

function refusal(id: number, message: string): Answer {
  return { type: "answer", id, done: false, message };
}
