/** A policy as a picture: what π_g does around a belief. Pure. */
import { HistogramIndex, roundToSize } from "../game/histogram";
import { type Sizes, type TablePair } from "../game/model";

const MOST_ENTRIES = 20_000;

/**
 * actions[s_g][zone][j], [sG][sL][k + 1]: the action where a share of j / k of all robots is in
 * `zone` and the others are spread as in `belief` ([sL], sums to 1; evenly where nobody else is);
 * k is the table's size. Empty where it would be too large to look at.
 */
export function pictureOf(
  pair: TablePair,
  { sG, sL }: Sizes,
  belief: ArrayLike<number>,
): number[][][] {
  const { tableSize, globalPolicy } = pair;
  if (sG * sL * (tableSize + 1) > MOST_ENTRIES) return [];
  const index = new HistogramIndex(sL, tableSize);
  const histogram = new Int32Array(sL);
  const places = Array.from({ length: sL }, (_, zone) =>
    Array.from({ length: tableSize + 1 }, (_, j) => {
      roundToSize(lawWith(belief, zone, j / tableSize), tableSize, histogram);
      return index.indexOf(histogram);
    }),
  );
  return Array.from({ length: sG }, (_, s) =>
    places.map((shares) => shares.map((at) => globalPolicy[s * index.count + at])),
  );
}

/** `belief` with `share` in `zone` and the rest in proportion. */
function lawWith(belief: ArrayLike<number>, zone: number, share: number): Float64Array {
  const rest = 1 - belief[zone];
  return Float64Array.from(belief, (p, s) => {
    if (s === zone) return share;
    return (1 - share) * (rest > 1e-9 ? p / rest : 1 / (belief.length - 1));
  });
}
