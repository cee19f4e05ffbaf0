/** How a pair of policies comes about, who plays by it, and what it earns. */
import { finish } from "../../src/base/steps";
import type { Game, PolicyPair } from "../../src/game/model";
import { sizesOf } from "../../src/game/model";
import type { PolicyMetadata } from "../../src/game/policy_metadata";
import type { EpochVisitor, GlobalController } from "../../src/game/population";
import { type Estimate, estimate } from "../../src/game/statistics";
import { Trial } from "../../src/game/trial";
import { bestBlind } from "../../src/learning/blind";
import { learn } from "../../src/learning/learn";
import { learnByPoints } from "../../src/learning/points/learn_by_points";
import { pairOf } from "../../src/learning/points/pair";
import { pointSteps } from "../../src/learning/points/point_learner";
import {
  constantController,
  policyController,
  randomController,
} from "../../src/policy/controllers";
import { RANDOM, shiftsBy, wayOf } from "../corridor/task";
import { roundedMeanLearner } from "../rivals/rounded_mean";
import type { Job } from "./jobs";

/** Learning draws by 3 · seed and the two after it. */
const JUDGED_FROM = 1_000_000;
export const HORIZON = 50;
/** Epochs that are judged: of a user's file its own shift. */
export const epochsOf = (game: Game, { sha256 }: Pick<Job, "sha256">): number =>
  (sha256 === undefined ? undefined : game.horizon) ?? HORIZON;
/** Not a user's file of that name. */
const isCorridor = ({ scenario, sha256 }: Job): boolean =>
  scenario === "corridor_dispatch" && sha256 === undefined;
/** As the authors evaluate it. */
const CORRIDOR_SHIFTS = 300;
/** A grid has a hundred points, and nobody asks there what is measured of a pair. */
const CORRIDOR_LEARNING = { points: 100, accuracy: 0.01, isTimeUp: (share = 1) => share > 0.6 };

/** π_l, and who commands. */
export interface Players {
  readonly localPolicy: ArrayLike<number>;
  readonly controller: GlobalController & {
    readonly observation?: { readonly belief: Float64Array };
  };
}

/** How the global agent uses what it sees, and how such a line is called after the way's name. */
export const MEMORY = " + memory";
export const MODES = { sample: "", filter: MEMORY } as const;
export type Mode = keyof typeof MODES;

export interface Learned {
  readonly pair?: PolicyPair;
  readonly metadata?: Partial<PolicyMetadata>;
  /** How often a table was learned. */
  readonly iterations?: number;
  /** Those that never look. */
  readonly players?: Players;
}

/** @param more what a level changes of learning */
export async function learnedBy(game: Game, job: Job, words: string, more = {}): Promise<Learned> {
  const { k: tableSize, robots: population, seed } = job;
  const [way, ...changes] = words.split(" ");
  const localForm = way.endsWith("command") ? "command" : "state";
  const options = { tableSize, population, seed, localForm, ...more } as const;
  switch (way) {
    case "blind": {
      const { action, localPolicy } = await bestBlind(game, {});
      return { players: { localPolicy, controller: constantController(action) } };
    }
    case "random": {
      const { sL, sG, aL } = sizesOf(game);
      const localPolicy = new Float64Array(sL * sG * aL).fill(1 / aL);
      return { players: { localPolicy, controller: randomController(game) } };
    }
    case "authors": {
      const pair = await roundedMeanLearner(game, options, changes);
      if (!changes.includes("points")) return { pair };
      const { plans } = finish(pointSteps(game, pair.localPolicy, { seed }));
      return { pair: pairOf(game, pair.localPolicy, plans) };
    }
    case "table":
    case "table_command":
      return learn(game, options);
    default:
      return learnByPoints(game, isCorridor(job) ? { ...options, ...CORRIDOR_LEARNING } : options);
  }
}

/** Both sides of what was learned. @param asked all, where it is more than there are */
export function playersOf(
  game: Game,
  { pair, players }: Learned,
  mode: Mode,
  robots: number,
  asked: number,
): Players {
  if (!pair) return players!;
  const controller = policyController(game, pair, mode, robots, Math.min(asked, robots));
  return { localPolicy: pair.localPolicy, controller };
}

/** What both sides earn: the discounted return over 50 epochs, by random numbers of the judges. */
export function earned(
  game: Game,
  { localPolicy, controller }: Players,
  job: Job,
  visit?: EpochVisitor,
): Estimate {
  const { robots, seed, rollouts, timing } = job;
  const judge = JUDGED_FROM + seed;
  if (!isCorridor(job)) {
    const horizon = epochsOf(game, job);
    const options = { population: robots, seed: judge, timing, rollouts, horizon, visit };
    return new Trial(game, localPolicy, controller, options).play().earned.return;
  }
  const way = localPolicy instanceof Float64Array ? RANDOM : wayOf(game, localPolicy, controller);
  return estimate(shiftsBy(way, judge, Math.min(rollouts, CORRIDOR_SHIFTS)));
}
