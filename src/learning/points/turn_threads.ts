/**
 * Turns of the alternation, each in a thread. A turn depends on its π_l alone, so that the number of
 * threads does not change a bit of the result: with several, turns that will be asked for are taken
 * ahead.
 */
import { compiledFile, startThread, type Thread } from "../../base/platform";
import { keyOf, leadsDown, MOST_ITERATIONS } from "../alternation";
import type { PointLearnSettings, Progress } from "../options";
import type { Played } from "../simulation";
import type { Share, Turn, TurnTaker } from "./turn";

type TurnThread = Thread<TurnTaker>;

const PROGRAM = compiledFile("learning/points/turn_worker.js");

/** Compared by V̲. */
export interface PointCandidate extends Turn {
  readonly trials: readonly Played[];
}

const candidateOf = (turn: Turn): PointCandidate => {
  const { lowers } = turn;
  return { ...turn, trials: [{ returns: lowers, played: lowers.length, play() {} }] };
};

export class TurnThreads {
  /** Those not asked for yet, and the keys of all that were begun. */
  private readonly begun = new Map<string, Promise<PointCandidate>>();
  private readonly known = new Set<string>();
  private readonly threads: TurnThread[] = [];
  private readonly free: TurnThread[] = [];
  private readonly waiting: ((thread: TurnThread) => void)[] = [];

  constructor(
    private readonly share: Share,
    private readonly settings: PointLearnSettings,
    private readonly onPoints: (points: Progress["points"]) => void,
  ) {}

  /** Takes turns ahead, one after another from each of the policies. */
  foresee(policies: readonly Float32Array[]): void {
    if (this.settings.threads > 1) for (const policy of policies) void this.follow(policy);
  }

  /** The turn of π_l, which is asked for once. */
  async take(localPolicy: Float32Array): Promise<PointCandidate> {
    const key = keyOf(localPolicy);
    const turn = this.begun.get(key) ?? this.run(localPolicy);
    this.known.add(key);
    this.begun.delete(key);
    return turn;
  }

  async close(): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.end()));
  }

  private async follow(first: Float32Array): Promise<void> {
    let localPolicy = first;
    let before: PointCandidate | undefined;
    for (let turn = 0; turn < MOST_ITERATIONS; turn++) {
      const key = keyOf(localPolicy);
      if (this.known.has(key)) return;
      this.known.add(key);
      const running = this.run(localPolicy);
      this.begun.set(key, running);
      // Whoever asks for it hears of its failure.
      const done = await running.catch(() => undefined);
      if (!done || this.settings.isTimeUp?.()) return;
      if (before && (await leadsDown(before, done))) return;
      before = done;
      localPolicy = done.next;
    }
  }

  private async run(localPolicy: Float32Array): Promise<PointCandidate> {
    const thread = await this.thread();
    try {
      await thread.call("begin", localPolicy);
      for (;;) {
        const reply = await thread.call("goOn", this.settings.isTimeUp?.() ?? false);
        if ("turn" in reply) return candidateOf(reply.turn);
        this.onPoints(reply.points);
      }
    } finally {
      const next = this.waiting.shift();
      if (next) next(thread);
      else this.free.push(thread);
    }
  }

  /** One that has nothing to do, when there is one. */
  private async thread(): Promise<TurnThread> {
    const free = this.free.pop();
    if (free) return free;
    if (this.threads.length === this.settings.threads) {
      return new Promise((resolve) => this.waiting.push(resolve));
    }
    const thread: TurnThread = startThread(PROGRAM, this.share, this.settings.signal);
    this.threads.push(thread);
    return thread;
  }
}
