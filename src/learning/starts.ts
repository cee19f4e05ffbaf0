/** Local policies from which the alternation starts. */
import { type Game, sizesOf } from "../game/model";
import { learnLocal } from "./local_learner";

/** π_l that draws each action alike, [sL][sG][aL]. */
export function uniformLocalPolicy(game: Game): Float32Array {
  const { sL, sG, aL } = sizesOf(game);
  return new Float32Array(sL * sG * aL).fill(1 / aL);
}

/** The law of a global agent that never looks: `action` always, or any action alike; [sL][sG][aG]. */
export function blindActionLaw(game: Game, action?: number): Float64Array {
  const { sL, sG, aG } = sizesOf(game);
  const law = new Float64Array(sL * sG * aG);
  return action === undefined ? law.fill(1 / aG) : law.map((_, i) => (i % aG === action ? 1 : 0));
}

/** The local best response to a global agent that commands `action` always, whatever it sees. */
export function blindLocalPolicy(game: Game, action: number, temperature?: number): Float32Array {
  return learnLocal(game, blindActionLaw(game, action), temperature);
}
