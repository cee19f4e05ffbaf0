/** Local policies from which the alternation starts, in any scenario. */
import { finish, type Steps } from "../base/steps";
import { type Game, sizesOf } from "../game/model";
import { localSteps } from "./local_learner";

/** P(a_g | s_g) of a global agent that does not look at robots, as [sL][sG][aG]. */
function actionLaw(game: Game, probability: (globalState: number, action: number) => number) {
  const { sG, aG, sL } = sizesOf(game);
  return Float64Array.from({ length: sL * sG * aG }, (_, i) =>
    probability(Math.floor(i / aG) % sG, i % aG),
  );
}

/** The local best response to a global agent that commands `action` always, whatever it sees. */
export const blindLocalPolicy = (game: Game, action: number, temperature?: number): Float32Array =>
  finish(blindSteps(game, action, temperature));

/** The same in steps. */
export const blindSteps = (game: Game, action: number, temperature?: number): Steps<Float32Array> =>
  localSteps(
    game,
    actionLaw(game, (_, a) => (a === action ? 1 : 0)),
    temperature,
  );

/** Where the first alternation starts: responses to a global agent that never looks at robots. */
export function* startSteps(
  game: Game,
  blindPolicy: Float32Array,
  temperature?: number,
): Steps<{ localPolicy: Float32Array }[]> {
  const { sG, aG } = sizesOf(game);
  const stays = (g: number, a: number): number => game.globalTransition[(g * aG + a) * sG + g];
  const steady = game.globalStates.map((_, g) => {
    let best = 0;
    for (let a = 1; a < aG; a++) if (stays(g, a) > stays(g, best)) best = a;
    return best;
  });
  const staying = actionLaw(game, (g, a) => (a === steady[g] ? 1 : 0));
  const random = actionLaw(game, () => 1 / aG);
  const starts = [{ localPolicy: blindPolicy }];
  for (const law of [staying, random])
    starts.push({ localPolicy: yield* localSteps(game, law, temperature) });
  return starts;
}
