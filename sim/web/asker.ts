/** Gives commands and shows their answers in the page's status line. */
import type { PageCommand } from "../page_protocol";
import type { Answer } from "../protocol";

export class Asker {
  private asked = 0;

  constructor(
    private readonly line: HTMLElement,
    private readonly give: (command: PageCommand) => Promise<Answer>,
  ) {}

  async ask(command: PageCommand): Promise<void> {
    const turn = ++this.asked;
    this.say(`${WORDS[command.do]} …`, "waiting");
    const { done, message } = await this.give(command);
    // Only the newest command's answer is shown.
    if (turn === this.asked) this.say(message, done ? "done" : "failed");
  }

  private say(text: string, outcome: "waiting" | "done" | "failed"): void {
    this.line.textContent = outcome === "failed" ? `Failed: ${text}` : text;
    this.line.dataset.outcome = outcome;
  }
}

const WORDS: Record<PageCommand["do"], string> = {
  pause: "pausing",
  resume: "resuming",
  step: "stepping",
  stop: "stopping all robots",
  release: "releasing the stop",
  speed: "changing the speed",
  reset: "resetting",
  sampleSize: "changing the number of robots asked",
  population: "changing the number of robots",
  observation: "changing what decisions are based on",
  fault: "changing the fault",
};
