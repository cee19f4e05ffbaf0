/** Local policies from which the alternation starts, in any scenario. */
import { finish, type Steps } from "../base/steps";
import { type Game, type LocalForm, localRow, sizesOf } from "../game/model";
import type { Start } from "./alternation";
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

/** π_l of the form `command` that obeys each command by the local policy for it, in either form. */
export function toldBy(game: Game, policyFor: (action: number) => ArrayLike<number>): Float32Array {
  const { sG, aG, sL, aL } = sizesOf(game);
  return Float32Array.from({ length: sL * sG * aG * aL }, (_, i) => {
    const [a, row] = [i % aL, Math.floor(i / aL)];
    const [action, state] = [row % aG, Math.floor(row / aG)];
    const policy = policyFor(action);
    return policy[localRow(game, policy, Math.floor(state / sG), state % sG, action) + a];
  });
}

/** Robots' response to a lead that repeats its command, whichever it is. */
export function* repeatedSteps(game: Game, temperature?: number): Steps<Float32Array> {
  const responses: Float32Array[] = [];
  for (const action of game.globalActions.keys()) {
    responses.push(yield* blindSteps(game, action, temperature));
  }
  return toldBy(game, (action) => responses[action]);
}

/** π_l of the form `state` in the form asked for. */
export const inForm = (game: Game, localPolicy: Float32Array, form: LocalForm): Float32Array =>
  form === "state" ? localPolicy : toldBy(game, () => localPolicy);

/**
 * Where the first alternation starts: responses to a lead that never looks at robots, and (form `command`)
 * to one that repeats itself.
 * @param blindPolicy of the best blind pair, form `state`
 */
export function* startSteps(
  game: Game,
  blindPolicy: Float32Array,
  temperature?: number,
  form: LocalForm = "state",
): Steps<Start[]> {
  const { sG, aG } = sizesOf(game);
  const stays = (g: number, a: number): number => game.globalTransition[(g * aG + a) * sG + g];
  const steady = game.globalStates.map((_, g) => {
    let best = 0;
    for (let a = 1; a < aG; a++) if (stays(g, a) > stays(g, best)) best = a;
    return best;
  });
  const staying = actionLaw(game, (g, a) => (a === steady[g] ? 1 : 0));
  const random = actionLaw(game, () => 1 / aG);
  const unaware = [blindPolicy];
  for (const law of [staying, random]) unaware.push(yield* localSteps(game, law, temperature));
  const starts = form === "state" ? [] : [yield* repeatedSteps(game, temperature)];
  for (const policy of unaware) {
    starts.push(inForm(game, policy, form));
    yield;
  }
  return starts.map((localPolicy) => ({ localPolicy }));
}
