/** Gives a person's commands and shows in the status line what came of the newest one. */
import type { PageCommand, PageMessage, Answer } from "../protocol";

const TIMEOUT_MS = 5000;

export class Commands {
  /** Id of the newest command: only its answer is shown. */
  private newest = 0;

  /** @param send returns false when there is no connection */
  constructor(
    private readonly line: HTMLElement,
    private readonly send: (message: PageMessage) => boolean,
  ) {}

  give(command: PageCommand): void {
    const id = ++this.newest;
    this.say("sent …", "waiting");
    const fail = (message: string): void => this.settle({ id, done: false, message });
    if (!this.send({ type: "command", id, command })) {
      return fail("not connected: the command was not sent");
    }
    const late = `no answer within ${TIMEOUT_MS / 1000} s: is the machine busy?`;
    setTimeout(() => fail(late), TIMEOUT_MS);
  }

  /** Shows the answer, if it is the first to the newest command. */
  settle({ id, done, message }: Pick<Answer, "id" | "done" | "message">): void {
    if (id !== this.newest || this.line.dataset.outcome !== "waiting") return;
    this.say(done ? message : `Failed: ${message}`, done ? "done" : "failed");
  }

  /** The connection is lost: no answer will come. */
  lose(): void {
    const message = "connection lost: whether the command was carried out is not known";
    this.settle({ id: this.newest, done: false, message });
  }

  private say(text: string, outcome: "waiting" | "done" | "failed"): void {
    this.line.textContent = text;
    this.line.dataset.outcome = outcome;
  }
}
