/**
 * UPDATE at one table size: G-LEARN and L-LEARN in turns, from several starts. Pairs are compared on
 * common random numbers. Another pair becomes the best only where it is better by more than the
 * noise, and the best pair ever met is the one returned.
 */
import type { Candidate, Responder, Start } from "./responder";
import { isBetter } from "./simulation";

export interface Turns {
  /** Turns of G-LEARN and L-LEARN over all starts, and how many gave a better pair. */
  readonly iterations: number;
  readonly accepted: number;
  readonly sweeps: number;
}

interface Alternated {
  readonly best: Candidate;
  /** Where each start ended, the best of all first. */
  readonly ends: readonly Candidate[];
  readonly turns: Turns;
}

/** Rollouts after which a start's way is given up where it leads downwards by more than the noise. */
const WALK_ROLLOUTS = 256;
const MOST_ITERATIONS = 10;

export class Alternation {
  private best?: Candidate;
  private accepted = 0;
  private sweeps = 0;
  private readonly seen = new Set<string>();

  constructor(private readonly responder: Responder) {}

  /** Alternates from every start, of which there must be one. */
  async run(starts: readonly Start[]): Promise<Alternated> {
    const ends: Candidate[] = [];
    for (const start of starts) {
      const end = await this.walk(start);
      if (!end) continue;
      let place = 0;
      while (place < ends.length && !(await this.isBetter(end, ends[place]))) place++;
      ends.splice(place, 0, end);
    }
    const { best, accepted, sweeps } = this;
    if (!best) throw new Error("an alternation needs a start");
    const { iteration: iterations } = this.responder.standing;
    return { best, ends, turns: { iterations, accepted, sweeps } };
  }

  /** G-LEARN, then L-LEARN against its policy, until nothing new or nothing better comes. */
  private async walk(start: Start): Promise<Candidate | undefined> {
    const { responder } = this;
    let next = start;
    let own: Candidate | undefined;
    for (let turn = 0; turn < MOST_ITERATIONS; turn++) {
      const key = next.localPolicy.join();
      // Met before, from this start or another: the way from here is known.
      if (this.seen.has(key)) break;
      this.seen.add(key);
      responder.standing.iteration += 1;
      const candidate = await responder.respond(next);
      await this.consider(candidate);
      if (own && (await this.isBetter(own, candidate, WALK_ROLLOUTS))) break;
      own = candidate;
      const localPolicy = await responder.localResponse(candidate, responder.settings.temperature);
      next = { localPolicy, values: candidate.pair.globalValues };
    }
    return own;
  }

  /** Takes the candidate where it is the first or better by more than the noise. */
  private async consider(candidate: Candidate): Promise<void> {
    this.sweeps += candidate.sweeps;
    if (this.best && !(await this.isBetter(candidate, this.best))) return;
    this.best = candidate;
    this.responder.standing.best = candidate;
    this.accepted += 1;
  }

  private isBetter(candidate: Candidate, other: Candidate, rollouts?: number): Promise<boolean> {
    const { signal } = this.responder.settings;
    return isBetter(candidate.trials, other.trials, signal, rollouts);
  }
}
