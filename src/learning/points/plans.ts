/**
 * Plans for the path of s_g. What a plan earns is linear in the population's distribution, so its
 * vector bounds from below what can be earned, for every n.
 *
 * A backup makes a plan from those so far; only plans that are best at a point are kept. At the end
 * `close` takes back those that kept plans go on with, unless one plan is above them everywhere. Then
 * V̲ = max α · μ is at most its backup T V̲ everywhere, and looking one step ahead earns at least V̲.
 *
 * What the best plan of each s_g' is worth after each move from each point is kept, and raised by each
 * new plan α: (M α) · μ at all points at once.
 */
import { finish, type Steps } from "../../base/steps";
import { broughtBack, type Limit, type Move, moveOf, rowTimes } from "../../game/limit";
import { Rows } from "../../base/rows";
import { emptyRows, Lookahead, lowestBest } from "../../policy/lookahead";
import { iterate } from "../value_iteration";

interface Plan {
  readonly action: number;
  /** What it earns from each local state, [sL]. */
  readonly vector: Float64Array;
  /** What it goes on with, for each s_g' that can follow. */
  readonly next: { readonly globalState: number; readonly plan: Plan }[];
}

/** The best plan at each of the points, and what it is worth there. */
interface Best {
  readonly plans: Plan[];
  readonly worth: number[];
}

/** The best plan of one s_g' after a move from each of the points. */
interface Ahead extends Best {
  readonly move: Move;
}

/** The plans that begin in one s_g, with their vectors in a row. */
class Block {
  plans: Plan[] = [];
  readonly best: Best = { plans: [], worth: [] };
  /** Where they are gone on with. */
  readonly aheads: Ahead[] = [];

  constructor(private readonly vectors: Rows) {}

  add(plan: Plan): void {
    this.plans.push(plan);
    this.vectors.add(plan.vector);
  }

  /** Keeps those that are best at a point. */
  prune(): void {
    const kept = new Set(this.best.plans);
    const plans = this.plans.filter((plan) => kept.has(plan));
    this.plans = [];
    this.vectors.clear();
    for (const plan of plans) this.add(plan);
  }
}

export class Plans {
  readonly blocks: readonly Block[];
  readonly lookahead: Lookahead;
  /** Distributions of the population at which plans are compared. */
  private readonly points: Rows;
  /** By move of s_g and s_g': what is ahead. And what an epoch is worth at each point. */
  private readonly ahead = new Map<Move, ReadonlyMap<number, Ahead>>();
  private readonly rewards = new Map<Move, Float64Array>();
  private readonly q: Float64Array;
  /** What a vector is worth before a move, and values of s_g' or s_l', as they are needed. */
  private readonly back: Float64Array;
  private readonly future: Float64Array;

  constructor(readonly limit: Limit) {
    const { sG, aG, sL } = limit.sizes;
    const vectors = emptyRows(sG, sL);
    this.blocks = vectors.map((rows) => new Block(rows));
    this.points = new Rows(sL);
    this.q = new Float64Array(aG);
    this.back = new Float64Array(sL);
    this.future = new Float64Array(sG);
    for (const move of limit.moves.flat()) {
      const ahead = move.reached.map((after): [number, Ahead] => {
        const one = { move, plans: [], worth: [] };
        this.blocks[after].aheads.push(one);
        return [after, one];
      });
      this.ahead.set(move, new Map(ahead));
    }
    this.lookahead = new Lookahead(limit, vectors);
  }

  /** V̲(s_g, μ) */
  at(globalState: number, shares: ArrayLike<number>): number {
    return this.lookahead.at(globalState, shares);
  }

  *addPoints(points: readonly Float64Array[]): Steps<void> {
    for (const point of points) this.points.add(point);
    for (const move of this.ahead.keys()) {
      this.rewards.set(move, this.points.times(move.reward).slice());
    }
    for (const block of this.blocks) {
      for (const plan of block.plans) this.take(block.best, plan, plan.vector);
      block.prune();
    }
    for (const block of this.blocks) {
      for (const plan of block.plans) this.bringBack(block, plan);
      yield;
    }
  }

  /**
   * Adds the plan of the backup at each point where it gains more than `gain`, then keeps those that are
   * best at a point. Returns the sum of what they gained.
   */
  raise(globalState: number, gain: number): number {
    const { points } = this;
    const block = this.blocks[globalState];
    const before = new Set(block.plans);
    let sum = 0;
    for (let point = 0; point < points.count; point++) {
      const gained = this.backUp(globalState, point) - block.best.worth[point];
      if (gained <= gain) continue;
      const plan = this.planAt(globalState, point, lowestBest(this.q));
      block.add(plan);
      this.take(block.best, plan, plan.vector);
      sum += gained;
    }
    if (sum === 0) return 0;
    block.prune();
    for (const plan of block.plans) if (!before.has(plan)) this.bringBack(block, plan);
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

  /** Takes the plan into account before it. */
  private bringBack({ aheads }: Block, plan: Plan): void {
    for (const ahead of aheads) {
      this.take(ahead, plan, broughtBack(this.limit, ahead.move, plan.vector, this.back));
    }
  }

  /** The plan is the best wherever `vector`, which says what it is worth, is above what was. */
  private take({ plans, worth }: Best, plan: Plan, vector: Float64Array): void {
    const products = this.points.times(vector);
    for (let point = 0; point < this.points.count; point++) {
      if (products[point] <= worth[point]) continue;
      worth[point] = products[point];
      plans[point] = plan;
    }
  }

  /** Fills `q` at a point; returns the most. */
  private backUp(globalState: number, point: number): number {
    const { limit, future, q } = this;
    let most = -Infinity;
    for (const move of limit.moves[globalState]) {
      const reward = this.rewards.get(move)![point];
      for (const [after, { worth }] of this.ahead.get(move)!) future[after] = worth[point];
      for (let a = move.from; a < move.end; a++) {
        const row = globalState * q.length + a;
        const ahead = limit.discount * rowTimes(limit.lead, row, future);
        q[a] = reward + limit.globalReward[row] + ahead;
        most = Math.max(most, q[a]);
      }
    }
    return most;
  }

  /** The plan that begins with `action` and goes on with what is best after it. */
  private planAt(globalState: number, point: number, action: number): Plan {
    const { lead, sizes } = this.limit;
    const ahead = this.ahead.get(moveOf(this.limit, globalState, action))!;
    const row = globalState * sizes.aG + action;
    const reached = [...lead.columns.subarray(lead.starts[row], lead.starts[row + 1])];
    const next = reached.map((after) => ({
      globalState: after,
      plan: ahead.get(after)!.plans[point],
    }));
    const vector = new Float64Array(sizes.sL);
    this.worthOf(globalState, action, next, vector);
    return { action, vector, next };
  }

  /** `out` = r_{s_g,a} + r_g(s_g, a) 1 + γ M_{s_g,a} Σ_{s_g'} P_g(s_g'|s_g, a) α_{s_g'} */
  private worthOf(
    globalState: number,
    action: number,
    next: Plan["next"],
    out: Float64Array,
  ): void {
    const { limit, back } = this;
    const { lead, globalReward, discount, sizes } = limit;
    const move = moveOf(limit, globalState, action);
    const row = globalState * sizes.aG + action;
    back.fill(0);
    for (let i = 0; i < next.length; i++) {
      const probability = lead.values[lead.starts[row] + i];
      const { vector } = next[i].plan;
      for (let s = 0; s < back.length; s++) back[s] += probability * vector[s];
    }
    broughtBack(limit, move, back, out);
    for (let s = 0; s < out.length; s++) {
      out[s] = move.reward[s] + globalReward[row] + discount * out[s];
    }
  }

  /**
   * The plans that give one command always, with values from below (MacQueen's bound).
   * @param accuracy of their values, in the reward's unit
   */
  repeat(action: number, accuracy: number): void {
    const { limit, blocks } = this;
    const { aG, sL } = limit.sizes;
    const { lead, discount } = limit;
    const plans = blocks.map((): Plan => ({ action, vector: new Float64Array(sL), next: [] }));
    plans.forEach(({ next }, g) => {
      const row = g * aG + action;
      for (let i = lead.starts[row]; i < lead.starts[row + 1]; i++) {
        next.push({ globalState: lead.columns[i], plan: plans[lead.columns[i]] });
      }
    });
    const values = plans.map(({ vector }) => vector);
    const worth = (g: number, out: Float64Array): void =>
      this.worthOf(g, action, plans[g].next, out);
    finish(iterate(values, worth, discount, { accuracy }, "below"));
    plans.forEach((plan, g) => blocks[g].add(plan));
  }
}
