/**
 * UPDATE at one table size: G-LEARN and L-LEARN in turns, from several starts. Pairs are compared on
 * common random numbers. Another pair becomes the best only where it is better by more than the
 * noise, and the best pair ever met is the one returned.
 */
import { sha256Steps } from "../base/platform";
import { finish } from "../base/steps";
import type { PolicyPair } from "../game/model";
import type { PointLearnOptions } from "./options";
import { isBetter, type Played } from "./simulation";

export interface Start {
  readonly localPolicy: Float32Array;
  /** For value iteration, [sG][H]; default: zeros. */
  readonly values?: ArrayLike<number>;
}

/** A pair, with what it is compared by. */
export interface Candidate {
  readonly pair: PolicyPair;
  readonly trials: readonly Played[];
  /** Of the learning that gave its global policy. */
  readonly sweeps: number;
}

/** Best responses of both players. */
export interface Responses<C extends Candidate> {
  readonly settings: Pick<PointLearnOptions, "signal" | "temperature" | "isTimeUp">;
  readonly standing: { iteration: number; best?: C };
  /** The pair (G-LEARN(π_l), π_l). */
  respond(start: Start): Promise<C>;
  /** L-LEARN(π_g) */
  localResponse(candidate: C, temperature?: number): Promise<Float32Array>;
}

export interface Turns {
  /** Turns of G-LEARN and L-LEARN over all starts, and how many gave a better pair. */
  readonly iterations: number;
  readonly accepted: number;
  readonly sweeps: number;
}

export interface Alternated<C> {
  readonly best: C;
  /** Where each start ended. */
  readonly ends: readonly C[];
  readonly turns: Turns;
}

/** Rollouts after which a start's way is given up where it leads downwards by more than the noise. */
const WALK_ROLLOUTS = 256;
/** Turns from one start. */
const MOST_ITERATIONS = 10;

export class Alternation<C extends Candidate> {
  private best?: C;
  private accepted = 0;
  private sweeps = 0;
  private readonly seen = new Set<string>();

  constructor(private readonly responder: Responses<C>) {}

  /** Alternates from every start, of which there must be one. */
  async run(starts: readonly Start[]): Promise<Alternated<C>> {
    const ends: C[] = [];
    for (const start of starts) {
      const end = await this.walk(start);
      if (end) ends.push(end);
    }
    const { best, accepted, sweeps } = this;
    if (!best) throw new Error("an alternation needs a start");
    const { iteration: iterations } = this.responder.standing;
    return { best, ends, turns: { iterations, accepted, sweeps } };
  }

  /** G-LEARN, then L-LEARN against its policy, until nothing new or nothing better comes. */
  private async walk(start: Start): Promise<C | undefined> {
    const { responder } = this;
    let next = start;
    let own: C | undefined;
    for (let turn = 0; turn < MOST_ITERATIONS; turn++) {
      const key = keyOf(next.localPolicy);
      // Met before, from this start or another: the way from here is known.
      if (this.seen.has(key) || (this.best && responder.settings.isTimeUp?.())) break;
      this.seen.add(key);
      responder.standing.iteration += 1;
      const candidate = await responder.respond(next);
      await this.consider(candidate);
      const { signal, temperature } = responder.settings;
      // It leads downwards.
      if (own && (await isBetter(own.trials, candidate.trials, signal, WALK_ROLLOUTS))) break;
      own = candidate;
      const localPolicy = await responder.localResponse(candidate, temperature);
      const { pair } = candidate;
      next = { localPolicy, values: "globalValues" in pair ? pair.globalValues : undefined };
    }
    return own;
  }

  /** Takes the candidate where it is the first or better by more than the noise. */
  private async consider(candidate: C): Promise<void> {
    this.sweeps += candidate.sweeps;
    const { settings } = this.responder;
    if (this.best && !(await isBetter(candidate.trials, this.best.trials, settings.signal))) return;
    this.best = candidate;
    this.responder.standing.best = candidate;
    this.accepted += 1;
  }
}

export const NO_TURNS: Turns = { iterations: 0, accepted: 0, sweeps: 0 };

export function sumOf(a: Turns, b: Turns): Turns {
  return {
    iterations: a.iterations + b.iterations,
    accepted: a.accepted + b.accepted,
    sweeps: a.sweeps + b.sweeps,
  };
}

/** The same for equal local policies alone. */
export const keyOf = ({ buffer, byteOffset, byteLength }: Float32Array): string =>
  finish(sha256Steps(new Uint8Array(buffer, byteOffset, byteLength)));
