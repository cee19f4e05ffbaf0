/** One turn of the alternation at points, whole: G-LEARN(π_l), then L-LEARN against its policy. */
import type { Steps } from "../../base/steps";
import type { Game, PointsPair } from "../../game/model";
import type { PointsUsed } from "../../game/policy_metadata";
import { localSteps } from "../local_learner";
import { Occupancy } from "../occupancy";
import type { PointLearnSettings, Progress } from "../options";
import { OBSERVED_ROLLOUTS, simulationOf, trialOf } from "../simulation";
import { pairOf } from "./pair";
import { type PointOptions, pointSteps } from "./point_learner";

/** What a thread is started with. */
export interface Share {
  readonly game: Game;
  readonly settings: Pick<
    PointLearnSettings,
    "population" | "seed" | "points" | "accuracy" | "localForm" | "temperature"
  >;
}

export interface Turn extends PointsUsed {
  readonly pair: PointsPair;
  /** V̲ at starts that are the same for every π_l: by it pairs are compared. */
  readonly lowers: Float64Array;
  readonly sweeps: number;
  /** L-LEARN(π_g), greedy, and by the temperature asked for. */
  readonly best: Float32Array;
  readonly next: Float32Array;
}

/** The first of a turn names it; the others let it go on to the end of its next sweep. */
export interface Request {
  readonly localPolicy?: Float32Array;
  readonly isTimeUp: boolean;
}

export type Reply = { readonly points: Progress["points"] } | { readonly turn: Turn };

export function answering({ game, settings }: Share): (request: Request) => Reply {
  let steps: Steps<Turn>;
  let isTimeUp = false;
  let points: Progress["points"];
  const onSweep = (count: number, lower: number, upper: number): void => {
    points = { count, lower, upper };
  };
  const options = { ...settings, isTimeUp: () => isTimeUp, onSweep };
  return (request) => {
    ({ isTimeUp } = request);
    const { localPolicy } = request;
    if (localPolicy) steps = turnSteps(game, localPolicy, options);
    points = undefined;
    for (;;) {
      const step = steps.next();
      if (step.done) return { turn: step.value };
      if (points) return { points };
    }
  };
}

function* turnSteps(
  game: Game,
  localPolicy: Float32Array,
  options: Share["settings"] & PointOptions,
): Steps<Turn> {
  const { plans, ...result } = yield* pointSteps(game, localPolicy, options);
  const pair = pairOf(game, localPolicy, plans);
  const { localForm, population, temperature } = options;
  const occupancy = new Occupancy(game, localForm === "command" ? 1 : 0);
  const simulation = { ...simulationOf(options, "compare", OBSERVED_ROLLOUTS), asked: population };
  trialOf(game, pair, "sample", simulation, occupancy.visit).play();
  const law = occupancy.actionLaw();
  const best = yield* localSteps(game, law, undefined, localForm);
  const isGreedy = temperature === undefined;
  const next = isGreedy ? best : yield* localSteps(game, law, temperature, localForm);
  return { ...result, pair, best, next };
}
