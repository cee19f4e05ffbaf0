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

export type Reply = { readonly points: Progress["points"] } | { readonly turn: Turn };

export class TurnTaker {
  private steps!: Steps<Turn>;
  private isTimeUp = false;
  private points: Progress["points"];

  constructor(private readonly share: Share) {}

  begin(localPolicy: Float32Array): void {
    const isTimeUp = (): boolean => this.isTimeUp;
    const onSweep = (count: number, lower: number, upper: number): void => {
      this.points = { count, lower, upper };
    };
    const { game, settings } = this.share;
    this.steps = turnSteps(game, localPolicy, { ...settings, isTimeUp, onSweep });
  }

  /** To the end of the next sweep, or of the turn. */
  goOn(isTimeUp: boolean): Reply {
    this.isTimeUp = isTimeUp;
    this.points = undefined;
    for (;;) {
      const step = this.steps.next();
      if (step.done) return { turn: step.value };
      if (this.points) return { points: this.points };
    }
  }
}

function* turnSteps(
  game: Game,
  localPolicy: Float32Array,
  options: Share["settings"] & PointOptions,
): Steps<Turn> {
  const { plans, ...result } = yield* pointSteps(game, localPolicy, options);
  const pair = pairOf(game, localPolicy, plans);
  const { localForm, population, temperature } = options;
  const occupancy = new Occupancy(game, localForm);
  const simulation = { ...simulationOf(options, "compare", OBSERVED_ROLLOUTS), asked: population };
  trialOf(game, pair, "sample", simulation, occupancy.visit).play();
  const law = occupancy.actionLaw();
  const best = yield* localSteps(game, law, undefined, localForm);
  const isGreedy = temperature === undefined;
  const next = isGreedy ? best : yield* localSteps(game, law, temperature, localForm);
  return { ...result, pair, best, next };
}
