/**
 * Turns of the alternation, each in a thread. A turn depends on its π_l alone, so that the number of
 * threads does not change a bit of the result: with several, turns that will be asked for are taken
 * ahead.
 */
import { compiledFile, startThread, type Thread } from "../../base/platform";
import type { Game } from "../../game/model";
import { Alternation, keyOf, type Responses, type Start } from "../alternation";
import type { PointLearnSettings, Progress } from "../options";
import type { Played } from "../simulation";
import { meanOf } from "./point_learner";
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

export class TurnThreads implements Responses<PointCandidate> {
  readonly standing: { iteration: number; best?: PointCandidate } = { iteration: 0 };
  /** By π_l, all that were begun. */
  private readonly begun = new Map<string, Promise<PointCandidate>>();
  private readonly threads: TurnThread[] = [];
  private readonly free: TurnThread[] = [];
  private readonly waiting: ((thread: TurnThread) => void)[] = [];

  constructor(
    readonly game: Game,
    readonly settings: PointLearnSettings,
  ) {}

  /** Takes turns ahead: those of an alternation from each of the starts alone. */
  foresee(starts: readonly Start[]): void {
    const { settings, localResponse } = this;
    if (settings.threads === 1) return;
    const respond = (start: Start): Promise<PointCandidate> => this.respond(start);
    for (const start of starts) {
      const responses = { settings, respond, localResponse, standing: { iteration: 0 } };
      // Whoever asks for a turn that failed hears of it.
      void new Alternation(responses).run([start]).catch(() => undefined);
    }
  }

  async localResponse({ next }: PointCandidate): Promise<Float32Array> {
    return next;
  }

  respond({ localPolicy }: Start): Promise<PointCandidate> {
    const key = keyOf(localPolicy);
    const turn = this.begun.get(key) ?? this.run(localPolicy);
    this.begun.set(key, turn);
    return turn;
  }

  async close(): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.end()));
  }

  report(doing: Progress["doing"], points?: Progress["points"]): void {
    const { iteration, best } = this.standing;
    const accuracy = this.settings.accuracy * Math.abs(points?.lower ?? 0);
    const lower = best && meanOf(best.lowers);
    this.settings.onProgress?.({ doing, iteration, points, accuracy, best: lower });
  }

  private async run(localPolicy: Float32Array): Promise<PointCandidate> {
    const thread = await this.thread();
    try {
      await thread.call("begin", localPolicy);
      for (;;) {
        const reply = await thread.call("goOn", this.settings.isTimeUp?.() ?? false);
        if ("turn" in reply) return candidateOf(reply.turn);
        this.report("G-LEARN", reply.points);
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
    const { population, seed, points, accuracy, localForm, temperature, signal } = this.settings;
    const own = { population, seed, points, accuracy, localForm, temperature };
    const share: Share = { game: this.game, settings: own };
    const thread: TurnThread = startThread(PROGRAM, share, signal);
    this.threads.push(thread);
    return thread;
  }
}
