/**
 * Plans for the path of s_g. What a plan earns is linear in the population's distribution, so its
 * vector bounds from below what can be earned, for every n.
 *
 * A backup makes a plan from those so far; only plans that are best at a point are kept. At the end
 * `close` takes back those that kept plans go on with, unless one plan is above them everywhere. Then
 * V̲ = max α · μ is at most its backup T V̲ everywhere, and looking one step ahead earns at least V̲.
 */
import { inner, type Limit, rowTimes } from "../../game/limit";
import { Lookahead, type Vectors } from "../../policy/lookahead";

interface Plan {
  readonly action: number;
  /** What it earns from each local state, [sL]. */
  readonly vector: Float64Array;
  /** What it goes on with, for each s_g' that can follow. */
  readonly next: readonly { readonly globalState: number; readonly plan: Plan }[];
}

/** The plans that begin in one s_g, with their vectors in a row. */
class Block implements Vectors {
  plans: Plan[] = [];
  values = new Float64Array(0);

  get count(): number {
    return this.plans.length;
  }

  add(plan: Plan): void {
    const { length } = plan.vector;
    const at = this.plans.push(plan) * length - length;
    if (at === this.values.length) {
      const { values } = this;
      this.values = new Float64Array(2 * (at + length));
      this.values.set(values);
    }
    this.values.set(plan.vector, at);
  }

  keep(kept: ReadonlySet<number>): void {
    const plans = this.plans.filter((_, i) => kept.has(i));
    this.plans = [];
    for (const plan of plans) this.add(plan);
  }
}

export class Plans {
  readonly blocks: readonly Block[];
  readonly lookahead: Lookahead;

  /** @param least what every plan earns: the least reward forever */
  constructor(
    readonly limit: Limit,
    least: number,
  ) {
    this.blocks = limit.rewards.map(() => new Block());
    const vector = new Float64Array(limit.sizes.sL).fill(least);
    for (const block of this.blocks) block.add({ action: 0, vector, next: [] });
    this.lookahead = new Lookahead(limit, this.blocks);
  }

  /** V̲(s_g, μ) */
  at(globalState: number, shares: ArrayLike<number>): number {
    this.lookahead.best(globalState, shares);
    return this.lookahead.bestValue;
  }

  /** T V̲(s_g, μ); the command and what follows are then in `lookahead`. */
  backupAt(globalState: number, shares: ArrayLike<number>): number {
    const reward = inner(this.limit.rewards[globalState], 0, shares);
    return reward + this.lookahead.look(globalState, shares);
  }

  /**
   * Adds the plan of the backup at each point where it gains more than `gain`, then keeps those that are
   * best at a point. Returns the sum of what they gained.
   */
  raise(globalState: number, points: readonly Float64Array[], gain: number): number {
    const block = this.blocks[globalState];
    let sum = 0;
    for (const point of points) {
      const before = this.at(globalState, point);
      const gained = this.backupAt(globalState, point) - before;
      if (gained <= gain) continue;
      block.add(this.backedUp(globalState));
      sum += gained;
    }
    block.keep(new Set(points.map((point) => this.lookahead.best(globalState, point))));
    return sum;
  }

  /** Takes back what the plans go on with. */
  close(): void {
    const open = this.blocks.flatMap(({ plans }) => plans);
    const seen = new Set(open);
    for (let followed = open.pop(); followed; followed = open.pop()) {
      for (const { globalState, plan } of followed.next) {
        const block = this.blocks[globalState];
        if (seen.has(plan)) continue;
        seen.add(plan);
        if (block.plans.some(({ vector }) => vector.every((v, s) => v >= plan.vector[s]))) continue;
        block.add(plan);
        open.push(plan);
      }
    }
  }

  /** r_{s_g} + r_g(s_g, a*) 1 + γ M_{s_g} Σ_{s_g'} P_g(s_g'|s_g, a*) α*_{s_g'}, of the last look. */
  private backedUp(g: number): Plan {
    const { lead, kernels, rewards, globalReward, discount, sizes } = this.limit;
    const { action, next: best } = this.lookahead;
    const row = g * sizes.aG + action;
    const ahead = new Float64Array(sizes.sL);
    const next: Plan["next"][number][] = [];
    for (let entry = lead.starts[row]; entry < lead.starts[row + 1]; entry++) {
      const globalState = lead.columns[entry];
      const plan = this.blocks[globalState].plans[best[globalState]];
      next.push({ globalState, plan });
      for (let s = 0; s < ahead.length; s++) ahead[s] += lead.values[entry] * plan.vector[s];
    }
    const vector = rewards[g].map(
      (reward, s) => reward + globalReward[row] + discount * rowTimes(kernels[g], s, ahead),
    );
    return { action, vector, next };
  }
}
