/** The games of the fields that the paper names, and its authors' line: seeing pays, and what is learned beats a rule of thumb. */
import type { Game, PolicyPair } from "../../src/game/model";
import { sizesOf } from "../../src/game/model";
import type { GlobalController } from "../../src/game/population";
import { pairedDifference } from "../../src/game/statistics";
import { Trial } from "../../src/game/trial";
import { bestBlind } from "../../src/learning/blind";
import { learnByPoints } from "../../src/learning/points/learn_by_points";
import {
  constantController,
  policyController,
  randomController,
} from "../../src/policy/controllers";
import { shipped } from "../games";

const ROBOTS = 200;

/** The returns of shifts with the same draws for all. */
function earned(game: Game, localPolicy: ArrayLike<number>, controller: GlobalController) {
  const options = { population: ROBOTS, seed: 77, horizon: game.horizon ?? 50, rollouts: 300 };
  return new Trial(game, localPolicy, controller, options).play().returns;
}

/** By more than three standard errors of the difference. */
function isMore(a: Float64Array, b: Float64Array): boolean {
  const { mean, standardError } = pairedDifference(a, b);
  return mean > 3 * standardError;
}

/** π_l that takes an action by (s_l, s_g) for sure. */
function rule(game: Game, act: (state: string, lead: string) => string): Float64Array {
  const { sL, sG, aL } = sizesOf(game);
  const policy = new Float64Array(sL * sG * aL);
  game.localStates.forEach((state, s) =>
    game.globalStates.forEach((lead, g) => {
      policy[(s * sG + g) * aL + game.localActions.indexOf(act(state, lead))] = 1;
    }),
  );
  return policy;
}

/** Sees all, and commands by the shares of the states. */
const ruled = (game: Game, command: (share: (state: string) => number) => string) => ({
  sampleSize: ROBOTS,
  decide: (_g: number, counts: ArrayLike<number>) =>
    game.globalActions.indexOf(
      command((state) => counts[game.localStates.indexOf(state)] / ROBOTS),
    ),
});

/** Clients train where that ends in an update; rounds are short while at least half of the links are fast. */
function byThumbInRounds(game: Game): Float64Array {
  const isInTime = (state: string, kind: string): boolean =>
    state.includes("charged") && (kind === "long_round" || state.endsWith("fast"));
  const act = (state: string, kind: string): string => (isInTime(state, kind) ? "train" : "rest");
  const fast = game.localStates.filter((state) => state.endsWith("fast"));
  const server = ruled(game, (share) =>
    fast.reduce((sum, state) => sum + share(state), 0) >= 0.5
      ? "announce_short_rounds"
      : "announce_long_round",
  );
  return earned(game, rule(game, act), server);
}

/** Cars that must charge boost; power is dear while more than 35 % draw, and cheap while less than 15 % do. */
function byThumbOfTariffs(game: Game): Float64Array {
  const act = (state: string): string => (state === "must_charge" ? "boost" : "follow");
  const utility = ruled(game, (share) => {
    const draw = share("must_charge") + share("can_wait") + share("has_time");
    return draw > 0.35 ? "to_dear" : draw < 0.15 ? "to_cheap" : "to_normal";
  });
  return earned(game, rule(game, act), utility);
}

/** Robots drive towards the lead, which goes to the bin where most are. */
function byThumbInCorridor(game: Game): Float64Array {
  const { localStates, globalStates, globalActions } = game;
  const end = (place: number, places: readonly string[]): number => (place + 0.5) / places.length;
  const act = (state: string, lead: string): string => {
    const ahead = end(globalStates.indexOf(lead), globalStates);
    const way = ahead - end(localStates.indexOf(state), localStates);
    return Math.abs(way) < 1 / 30 ? "stay" : way > 0 ? "up" : "down";
  };
  const lead = ruled(game, (share) => {
    const inBin = globalActions.map((action) => {
      const bin = `${action.replace("to_", "")}_`;
      return localStates.reduce((sum, one) => sum + (one.startsWith(bin) ? share(one) : 0), 0);
    });
    return globalActions[inBin.indexOf(Math.max(...inBin))];
  });
  return earned(game, rule(game, act), lead);
}

const playedBy = (game: Game, pair: PolicyPair, mode: "sample" | "filter", asked: number) =>
  earned(game, pair.localPolicy, policyController(game, pair, mode, ROBOTS, asked));

test.each([
  ["federated_rounds", byThumbInRounds],
  ["demand_response", byThumbOfTariffs],
  ["corridor_dispatch", byThumbInCorridor],
])("in %s seeing pays, and the pair earns more than a rule of thumb", async (name, byThumb) => {
  const game = shipped(name);
  const { sL, sG, aL } = sizesOf(game);
  const { action, localPolicy } = await bestBlind(game, {});
  const blind = earned(game, localPolicy, constantController(action));
  const any = new Float64Array(sL * sG * aL).fill(1 / aL);
  const random = earned(game, any, randomController(game));
  const { pair } = await learnByPoints(game, { population: ROBOTS });
  const all = playedBy(game, pair, "sample", ROBOTS);
  expect(isMore(blind, random)).toBe(true);
  expect(isMore(all, blind)).toBe(true);
  expect(isMore(all, byThumb(game))).toBe(true);
  // Memory makes up for most of what one client a round does not tell.
  expect(isMore(playedBy(game, pair, "filter", 1), playedBy(game, pair, "sample", 1))).toBe(true);
  expect(isMore(playedBy(game, pair, "filter", 1), blind)).toBe(true);
});
