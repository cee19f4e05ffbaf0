/** A page in a browser by which a running swarm is commanded, and all that its server tells it. */
import type { Page } from "playwright-core";
import { parseServerMessage, type ServerMessage, type PageCommand } from "../../sim/protocol";
import { type OpenedPage, openPage } from "./open_page";
import { answerOf, press } from "./press";

/** The page is told of everything within, ms; something is told each second. */
const LONGEST_WAIT_MS = 30_000;

export class ToldPage {
  readonly told: ServerMessage[] = [];
  private opened: OpenedPage | undefined;
  private wake = (): void => undefined;

  async open(url: string): Promise<void> {
    this.opened = await openPage(url, {
      // Small and seldom: drawn by software, beside the swarm that is measured.
      width: 640,
      height: 400,
      pictures: 4,
      onMessage: (text) => {
        this.told.push(parseServerMessage(text));
        this.wake();
      },
    });
  }

  get page(): Page {
    if (this.opened === undefined) throw new Error("the page is not open");
    return this.opened.page;
  }

  get errors(): readonly string[] {
    return this.opened?.errors ?? [];
  }

  /** What `look` finds, once it does, among the messages from `from` on. */
  async heard<T>(
    look: (messages: readonly ServerMessage[]) => T | undefined,
    from = 0,
  ): Promise<T> {
    const end = performance.now() + LONGEST_WAIT_MS;
    for (;;) {
      const found = look(this.told.slice(from));
      if (found !== undefined) return found;
      const left = end - performance.now();
      if (left <= 0) throw new Error(`the page was not told: ${String(look)}`);
      await new Promise<void>((resolve) => {
        this.wake = resolve;
        setTimeout(resolve, left).unref();
      });
    }
  }

  /** Gives a command by the page's controls; what the page says of it. */
  async command(what: PageCommand): Promise<string> {
    await press(this.page, what);
    return answerOf(this.page);
  }

  async end(): Promise<void> {
    await this.opened?.close();
  }
}
