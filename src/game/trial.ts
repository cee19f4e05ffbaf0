/** What a pair of policies earns in rollouts on common random numbers, played when asked for. */
import type { Game } from "./model";
import {
  type EpochVisitor,
  type GlobalController,
  Population,
  type PopulationOptions,
} from "./population";
import { type Estimate, estimate, sumOf } from "./statistics";

export interface TrialOptions extends PopulationOptions {
  readonly horizon: number;
  readonly rollouts: number;
  /** Sees every epoch before its move. */
  readonly visit?: EpochVisitor;
  /** What of each return was luck, as far as it is known; its mean is 0. */
  readonly luck?: ArrayLike<number>;
}

export class Trial {
  /** Σ_t γ^t r_t of each rollout; the first `played` are known. */
  readonly returns: Float64Array;
  /** Undiscounted mean of r_t. */
  readonly means: Float64Array;
  played = 0;
  private readonly population: Population;
  private readonly rewards: Float64Array;

  /** @param localPolicy π_l, [sL][sG][aL] */
  constructor(
    private readonly game: Game,
    localPolicy: ArrayLike<number>,
    private readonly controller: GlobalController,
    private readonly options: TrialOptions,
  ) {
    this.population = new Population(game, localPolicy, options);
    this.rewards = new Float64Array(options.horizon);
    this.returns = new Float64Array(options.rollouts);
    this.means = new Float64Array(options.rollouts);
  }

  get luck(): ArrayLike<number> | undefined {
    return this.options.luck;
  }

  /** Plays on until `count` rollouts are known. */
  play(count = this.options.rollouts): this {
    const { game, rewards } = this;
    for (; this.played < count; this.played++) {
      this.rollOut();
      this.returns[this.played] = discounted(rewards, game.discount);
      this.means[this.played] = sumOf(rewards) / rewards.length;
    }
    return this;
  }

  /** The next rollout; a new episode starts whenever the scenario's horizon is over. */
  private rollOut(): void {
    const { game, population, controller, rewards } = this;
    population.start(this.played);
    controller.reset?.();
    for (let epoch = 0; epoch < rewards.length; epoch++) {
      if (game.horizon && epoch > 0 && epoch % game.horizon === 0) {
        population.startEpisode();
        controller.reset?.();
      }
      const sample = population.drawSample(controller.sampleSize);
      const action = controller.decide(population.globalState, sample, population);
      this.options.visit?.(population, epoch, action);
      rewards[epoch] = population.step(action);
    }
  }

  get earned(): { readonly return: Estimate; readonly rewardPerStep: Estimate } {
    return {
      return: estimate(this.returns.subarray(0, this.played)),
      rewardPerStep: estimate(this.means.subarray(0, this.played)),
    };
  }
}

/** Σ_t γ^t rewards[t] */
export const discounted = (rewards: Float64Array, discount: number): number =>
  rewards.reduceRight((ahead, reward) => reward + discount * ahead, 0);
