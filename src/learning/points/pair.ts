/** Plans as the policy file keeps them. */
import { sizesOf, type Game, type PointsPair } from "../../game/model";
import type { Plans } from "./plans";

/** Of a number in float32, as a share of it. */
const FLOAT32_STEP = 2 ** -23;

/**
 * The vectors in float32, rounded down. V̲ <= T V̲ still holds, as all are lowered by γ/(1-γ) of what
 * rounding can take.
 */
export function pairOf(game: Game, localPolicy: Float32Array, plans: Plans): PointsPair {
  const { sL } = sizesOf(game);
  const all = plans.blocks.flatMap((block, g) => block.plans.map((plan) => ({ g, plan })));
  let greatest = 0;
  for (const { plan } of all) {
    for (const value of plan.vector) greatest = Math.max(greatest, Math.abs(value));
  }
  const step = FLOAT32_STEP * greatest;
  const lowered = (game.discount / (1 - game.discount)) * step;
  const vectors = new Float32Array(all.length * sL);
  // To the nearest is up by at most half a step.
  all.forEach(({ plan }, i) => {
    vectors.set(
      plan.vector.map((value) => value - lowered - step / 2),
      i * sL,
    );
  });
  return {
    localPolicy,
    vectors,
    vectorState: Uint16Array.from(all, ({ g }) => g),
    vectorAction: Uint16Array.from(all, ({ plan }) => plan.action),
  };
}
