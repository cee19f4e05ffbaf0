/** Pairs that were learned on the grid play the continuous task. */
import { HistogramIndex } from "../../src/game/histogram";
import type { EpochVisitor, GlobalController } from "../../src/game/population";
import { limitOf, type Move, movedBy, moveOf } from "../../src/game/limit";
import { type Game, type PointsPair, scaleToOne, sizesOf } from "../../src/game/model";
import { Improvement } from "../../src/learning/improvement";
import { play, simulationOf, trialOf } from "../../src/learning/simulation";
import { Lookahead, lowestBest, vectorsOf } from "../../src/policy/lookahead";
import { startLaws } from "./grid";
import { BINS, cellOf, ROBOTS, type Way } from "./task";

/** Rollouts on the grid by which populations are met. */
const VISITED_ROLLOUTS = 128;
/** Times that a policy of bins is improved where it leads itself. */
const IMPROVEMENTS = 2;
/** Of robots that are where a law has none: 500 of them are not infinitely many. */
const LEAST_SHARE = 1e-4;
/** A law that is e to minus this times as likely as the likeliest one is not the true one. */
const NEGLIGIBLE = 30;

/**
 * @param localPolicy π_l, greedy, in either form
 * @param controller hears in which cells the robots asked are
 */
export function wayOf(
  game: Game,
  localPolicy: ArrayLike<number>,
  controller: GlobalController,
): Way {
  const { sG, aG, sL, aL } = sizesOf(game);
  const each = localPolicy.length > sL * sG * aL ? aG : 1;
  const rule = Uint8Array.from({ length: localPolicy.length / aL }, (_, row) =>
    lowestBest(Array.from({ length: aL }, (_, a) => localPolicy[row * aL + a])),
  );
  const counts = new Int32Array(sL);
  return {
    asked: controller.sampleSize,
    reset: () => controller.reset?.(),
    command(lead, sample, uniform) {
      counts.fill(0);
      for (const robot of sample) counts[cellOf(robot, sL)] += 1;
      return controller.decide(cellOf(lead, sG), counts, { actionUniform: uniform });
    },
    act(robot, lead, command) {
      const row = cellOf(robot, sL) * sG + cellOf(lead, sG);
      return rule[each > 1 ? row * each + command : row];
    },
  };
}

/**
 * Remembers by Bayes' rule which of the laws the robots started by, each moved on as in the limit of many
 * robots. The filter of the package knows one variance for all cells, and not that neighbours go together.
 */
export function lawMemory(game: Game, pair: PointsPair, asked: number): GlobalController {
  const limit = limitOf(game, pair.localPolicy);
  const lookahead = new Lookahead(limit, vectorsOf(pair, limit.sizes));
  const belief = new Float64Array(limit.sizes.sL);
  let laws: { shares: Float64Array; log: number }[] = [];
  let move: Move | undefined;
  return {
    sampleSize: asked,
    reset() {
      laws = startLaws(limit.sizes.sL).map((law) => ({ shares: Float64Array.from(law), log: 0 }));
      move = undefined;
    },
    decide(globalState, sample) {
      for (const law of laws) {
        if (move) law.shares = movedBy(limit, move, law.shares, new Float64Array(belief.length));
        sample.forEach((count, s) => {
          if (count > 0) law.log += count * Math.log(law.shares[s] + LEAST_SHARE);
        });
      }
      const most = Math.max(...laws.map(({ log }) => log));
      laws = laws.filter(({ log }) => log > most - NEGLIGIBLE);
      const weights = Float64Array.from(laws, ({ log }) => Math.exp(log - most));
      scaleToOne(weights);
      belief.fill(0);
      laws.forEach(({ shares }, i) => shares.forEach((p, s) => (belief[s] += weights[i] * p)));
      lookahead.look(globalState, belief);
      move = moveOf(limit, globalState, lookahead.action);
      return lookahead.action;
    },
  };
}

/** Sums of the cells of each bin. */
function binned(cells: ArrayLike<number>): Float64Array {
  const bins = new Float64Array(BINS);
  for (let s = 0; s < cells.length; s++) bins[Math.floor((s * BINS) / cells.length)] += cells[s];
  return bins;
}

/** Looks ahead from bins, or from cells where it is told them. */
class BinLookahead extends Lookahead {
  /** In place of what the next bins say. */
  exact?: Float64Array;
  /** Σ γ^t of robots in each cell, by s_g: how robots lie in a bin. */
  readonly met: readonly Float64Array[];

  constructor(game: Game, pair: PointsPair, limit = limitOf(game, pair.localPolicy)) {
    super(limit, vectorsOf(pair, limit.sizes));
    const { sG, sL } = limit.sizes;
    // A trace of robots everywhere: bins that were never met are even.
    this.met = Array.from({ length: sG }, () => new Float64Array(sL).fill(1e-9));
  }

  override look(globalState: number, shares: ArrayLike<number>): number {
    return super.look(globalState, this.exact ?? this.spread(globalState, shares));
  }

  private spread(globalState: number, bins: ArrayLike<number>): Float64Array {
    const cells = this.met[globalState];
    const own = binned(cells);
    return cells.map((weight, s) => {
      const bin = Math.floor((s * BINS) / cells.length);
      return (bins[bin] * weight) / own[bin];
    });
  }
}

/** A policy of (s_g, bins of the robots asked). */
const onBins = (
  sampleSize: number,
  decide: (globalState: number, bins: Int32Array) => number,
): GlobalController => ({
  sampleSize,
  decide: (globalState, sample) => decide(globalState, Int32Array.from(binned(sample))),
});

/**
 * π_g of s_g and the bins of `asked` robots, without memory. The first takes the sample's shares for the
 * population's, each bin spread over its cells as robots lie there on average in that s_g when the pair plays
 * with all seen. Each of the others is one step of improvement where the one before leads.
 */
export async function binPolicies(
  game: Game,
  pair: PointsPair,
  asked: number,
  seed: number,
): Promise<GlobalController[]> {
  const lookahead = new BinLookahead(game, pair);
  const plain = onBins(asked, (globalState, bins) => {
    lookahead.look(
      globalState,
      Float64Array.from(bins, (count) => count / asked),
    );
    return lookahead.action;
  });
  const policies = [plain];
  const binGame = { ...game, localStates: game.localStates.slice(0, BINS) };
  const options = simulationOf({ population: ROBOTS, seed }, "choose", VISITED_ROLLOUTS);
  // A policy of all robots' bins has too many histograms to keep what is best for each.
  const rounds = asked < ROBOTS ? IMPROVEMENTS : 0;
  for (let round = 0; round < Math.max(1, rounds); round++) {
    const improved =
      rounds > 0 ? new Improvement(binGame, new HistogramIndex(BINS, asked), lookahead) : undefined;
    const visit: EpochVisitor = ({ globalState, counts, population }, epoch) => {
      lookahead.exact = Float64Array.from(counts, (count) => count / population);
      improved?.visit({ globalState, counts: Int32Array.from(binned(counts)), population }, epoch);
      lookahead.exact = undefined;
      const weight = round === 0 ? game.discount ** epoch : 0;
      counts.forEach((count, s) => (lookahead.met[globalState][s] += weight * count));
    };
    const before = round === 0 ? undefined : policies[round];
    const trial = trialOf(game, pair, "sample", { ...options, asked: ROBOTS }, visit, before);
    await play(trial, VISITED_ROLLOUTS);
    if (improved) policies.push(onBins(asked, (g, bins) => improved.decide(g, bins)));
  }
  return policies;
}
