/** Pairs that never look: one global action always, and the robots' best response to it. */
import { inTurns } from "../base/steps";
import { localLawMoments } from "../game/episode";
import { commandedBy, jointLimit } from "../game/limit";
import type { Game } from "../game/model";
import { UpperBound } from "./points/upper_bound";
import type { PointLearnOptions } from "./options";
import { blindSteps } from "./starts";
import { rewardRange } from "./value_iteration";

/** Of what blind pairs are worth, as a share of the rewards' range. */
const ACCURACY_SHARE = 1e-3;

export type Blind = Awaited<ReturnType<typeof bestBlind>>;

/**
 * The best blind pair, for ever: a robot that is alone with it earns what n of them earn on average, so
 * that its value is known for every n. The lowest action of equal ones; of those tried when the time is up.
 */
export async function bestBlind(
  game: Game,
  { temperature, signal, isTimeUp }: Pick<PointLearnOptions, "temperature" | "signal" | "isTimeUp">,
) {
  const joint = jointLimit(game);
  const accuracy = ACCURACY_SHARE * rewardRange(game);
  const { mean: shares } = localLawMoments(game);
  let best = { action: 0, worth: -Infinity };
  for (const action of game.globalActions.keys()) {
    if (action > 0 && isTimeUp?.()) break;
    const one = new UpperBound(commandedBy(joint, action));
    const { values } = await inTurns(one.solve({ accuracy }), signal);
    const worth = game.initialGlobal.reduce(
      (sum, p, g) => sum + p * values[g].reduce((all, value, s) => all + shares[s] * value, 0),
      0,
    );
    if (worth > best.worth + 2 * accuracy) best = { action, worth };
  }
  const { action } = best;
  return { action, localPolicy: await inTurns(blindSteps(game, action, temperature), signal) };
}
