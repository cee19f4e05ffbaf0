/** Robots' moves and rewards under one π_l written out, to hold what is kept sparse against. */
import { type Game, localRow, scaleToOne, sizesOf } from "../src/game/model";

/** Rows of `values` [sL][sG][aL][width], averaged by π_l(a | s, s_g, a_g); returns [sL][width]. */
function actedOn(
  game: Game,
  localPolicy: ArrayLike<number>,
  globalState: number,
  globalAction: number,
  values: Float64Array,
  width: number,
): Float64Array {
  const { sG, sL, aL } = sizesOf(game);
  const mean = new Float64Array(sL * width);
  for (let s = 0; s < sL; s++) {
    const policyRow = localRow(game, localPolicy, s, globalState, globalAction);
    for (let a = 0; a < aL; a++) {
      const row = (s * sG + globalState) * aL + a;
      const probability = localPolicy[policyRow + a];
      if (probability === 0) continue;
      for (let i = 0; i < width; i++) {
        mean[s * width + i] += probability * values[row * width + i];
      }
    }
  }
  return mean;
}

/**
 * M[s][s'] = Σ_a π_l(a|s,s_g,a_g) P_l(s'|s,s_g,a): how one local agent moves while the global state is
 * `globalState`, under the command `globalAction` (form `command`; else any). Returns [sL][sL'], rows sum
 * to 1.
 */
export function localKernel(
  game: Game,
  localPolicy: ArrayLike<number>,
  globalState: number,
  globalAction = 0,
): Float64Array {
  const { length } = game.localStates;
  const rows = game.localTransition;
  const kernel = actedOn(game, localPolicy, globalState, globalAction, rows, length);
  // π_l in float32 misses 1 by 1e-7, which the check of a backup would see.
  for (let at = 0; at < kernel.length; at += length) scaleToOne(kernel.subarray(at, at + length));
  return kernel;
}

/** r̄_l(s) = Σ_a π_l(a|s,s_g,a_g) r_l(s,s_g,a) for one (s_g, a_g); returns [sL]. */
export const meanLocalReward = (
  game: Game,
  localPolicy: ArrayLike<number>,
  globalState: number,
  globalAction = 0,
): Float64Array => actedOn(game, localPolicy, globalState, globalAction, game.localReward, 1);
