/** Pairs that never look: one global action always, and the robots' best response to it. */
import { inTurns } from "../base/steps";
import { commandedBy, jointLimit } from "../game/limit";
import type { Game } from "../game/model";
import { DispatcherBound } from "./points/upper_bounds";
import type { CommonOptions } from "./options";
import { blindLocalPolicy } from "./starts";
import { rewardRange } from "./value_iteration";

/** Of what blind pairs are worth, as a share of the rewards' range. */
const ACCURACY_SHARE = 1e-4;

export interface Blind {
  readonly action: number;
  readonly localPolicy: Float32Array;
}

/**
 * The best blind pair, for ever: a robot that is alone with it earns what n of them earn on average, so
 * that its value is known for every n. The lowest action of equal ones.
 */
export async function bestBlind(
  game: Game,
  { temperature, signal }: Pick<CommonOptions, "temperature" | "signal">,
): Promise<Blind> {
  const joint = jointLimit(game);
  const accuracy = ACCURACY_SHARE * rewardRange(game);
  const [states, law] = [game.localStates.length, game.initialLocal];
  const shares =
    law.kind === "fixed" ? law.probabilities : new Float64Array(states).fill(1 / states);
  let best = { action: 0, worth: -Infinity };
  for (const action of game.globalActions.keys()) {
    const one = new DispatcherBound(commandedBy(joint, action));
    const { values } = await inTurns(one.solve({ accuracy }), signal);
    const worth = game.initialGlobal.reduce(
      (sum, p, g) => sum + p * values[g].reduce((all, value, s) => all + shares[s] * value, 0),
      0,
    );
    if (worth > best.worth + 2 * accuracy) best = { action, worth };
  }
  return { action: best.action, localPolicy: blindLocalPolicy(game, best.action, temperature) };
}
