/**
 * The game in the limit of many robots, for one local policy. The population's distribution μ moves
 * without noise, μ' = μ M, and an epoch is worth r_g(s_g, a_g) + μ · r: what a plan earns that depends on
 * the path of s_g alone is linear in μ. M and r are those of s_g, or of (s_g, a_g) where π_l uses the
 * command. M is never built: its rows are mixtures of those of P_l, which are kept sparse.
 */
import { type Game, localFormOf, localRow, scaleToOne, type Sizes, sizesOf } from "./model";

/** A matrix by its entries other than 0: row i has `starts[i]` to `starts[i + 1] - 1`. */
export interface SparseRows {
  readonly starts: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float64Array;
}

/** How robots move and what they earn in one s_g under the commands `from` to `end` - 1. */
export interface Move {
  readonly globalState: number;
  readonly from: number;
  readonly end: number;
  /** π_l there, [sL][aL]; and r, [sL]. */
  readonly actions: Float64Array;
  readonly reward: Float64Array;
  /** The s_g' that one of its commands reaches. */
  readonly reached: readonly number[];
}

export interface Limit {
  readonly sizes: Sizes;
  readonly discount: number;
  /** By s_g: one for all commands (form `state`), or one for each (form `command`). */
  readonly moves: readonly (readonly Move[])[];
  /** P_l: rows (s · sG + s_g) · aL + a, columns s'. */
  readonly robots: SparseRows;
  /** P_g: rows s_g · aG + a_g, columns s_g'; and r_g, [sG][aG]. */
  readonly lead: SparseRows;
  readonly globalReward: Float64Array;
}

/** @param localPolicy π_l, in either form */
export function limitOf(game: Game, localPolicy: ArrayLike<number>): Limit {
  const { discount, globalReward } = game;
  const sizes = sizesOf(game);
  const { sG, aG, sL, aL } = sizes;
  const lead = sparseRows(game.globalTransition, sG);
  const each = localFormOf(game, localPolicy) === "command" ? 1 : aG;
  const moveFrom = (globalState: number, from: number): Move => {
    const end = from + each;
    const actions = new Float64Array(sL * aL);
    const reward = new Float64Array(sL);
    for (let s = 0; s < sL; s++) {
      const row = actions.subarray(s * aL, (s + 1) * aL);
      const at = localRow(game, localPolicy, s, globalState, from);
      for (let a = 0; a < aL; a++) row[a] = localPolicy[at + a];
      // In float32 a row misses 1 by 1e-7.
      scaleToOne(row);
      const own = (s * sG + globalState) * aL;
      for (let a = 0; a < aL; a++) reward[s] += row[a] * game.localReward[own + a];
    }
    const reached = reachedBy(lead, globalState * aG + from, globalState * aG + end);
    return { globalState, from, end, actions, reward, reached };
  };
  const moves = game.globalStates.map((_, g) =>
    Array.from({ length: aG / each }, (_, move) => moveFrom(g, move * each)),
  );
  const robots = sparseRows(game.localTransition, sL);
  return { sizes, discount, moves, robots, lead, globalReward };
}

/** The limit in which the local action is chosen too, one for all robots. */
export function jointLimit(game: Game): Limit {
  const { sG, sL, aL } = sizesOf(game);
  const limits = game.localActions.map((_, action) => {
    const rule = Float64Array.from({ length: sL * sG * aL }, (_, i) => (i % aL === action ? 1 : 0));
    return limitOf(game, rule);
  });
  return {
    ...limits[0],
    moves: game.globalStates.map((_, g) => limits.map((one) => one.moves[g][0])),
  };
}

/** The limit under one command always. @param limit whose moves are the same for all commands */
export function commandedBy(limit: Limit, globalAction: number): Limit {
  const [from, end] = [globalAction, globalAction + 1];
  const moves = limit.moves.map((all, g) => {
    const reached = reachedBy(limit.lead, g * limit.sizes.aG + from, g * limit.sizes.aG + end);
    return all.map((move) => ({ ...move, from, end, reached }));
  });
  return { ...limit, moves };
}

/** Columns of the rows `from` to `end` - 1, each once. */
const reachedBy = ({ starts, columns }: SparseRows, from: number, end: number): number[] => [
  ...new Set(columns.subarray(starts[from], starts[end])),
];

export function sparseRows(dense: Float64Array, width: number): SparseRows {
  const starts = new Int32Array(dense.length / width + 1);
  const entries: number[] = [];
  for (let row = 0; row + 1 < starts.length; row++) {
    for (let i = row * width; i < (row + 1) * width; i++) if (dense[i] !== 0) entries.push(i);
    starts[row + 1] = entries.length;
  }
  const columns = Int32Array.from(entries, (i) => i % width);
  return { starts, columns, values: Float64Array.from(entries, (i) => dense[i]) };
}

/** The move of s_g under a_g. */
export function moveOf({ moves }: Limit, globalState: number, globalAction: number): Move {
  const all = moves[globalState];
  return all.length > 1 ? all[globalAction] : all[0];
}

/** `out` = μ M: where the population is an epoch later. */
export function movedBy(
  { robots: { starts, columns, values }, sizes: { sG, aL } }: Limit,
  { globalState, actions }: Move,
  shares: ArrayLike<number>,
  out: Float64Array,
): Float64Array {
  out.fill(0);
  for (let s = 0; s < shares.length; s++) {
    const row = (s * sG + globalState) * aL;
    for (let a = 0; a < aL; a++) {
      const share = shares[s] * actions[s * aL + a];
      if (share === 0) continue;
      for (let i = starts[row + a]; i < starts[row + a + 1]; i++)
        out[columns[i]] += share * values[i];
    }
  }
  return out;
}

/** M of a move as it stands, [sL][sL'], rows sum to 1. */
export function kernelOf(limit: Limit, move: Move): Float64Array {
  const { sL } = limit.sizes;
  const kernel = new Float64Array(sL * sL);
  const corner = new Float64Array(sL);
  for (let s = 0; s < sL; s++) {
    corner.fill(0)[s] = 1;
    scaleToOne(movedBy(limit, move, corner, kernel.subarray(s * sL, (s + 1) * sL)));
  }
  return kernel;
}

/** `out` = M α: what α is worth from each local state an epoch before. */
export function broughtBack(
  { robots, sizes: { sG, aL } }: Limit,
  { globalState, actions }: Move,
  vector: ArrayLike<number>,
  out: Float64Array,
): Float64Array {
  for (let s = 0; s < out.length; s++) {
    const row = (s * sG + globalState) * aL;
    let sum = 0;
    for (let a = 0; a < aL; a++) {
      const probability = actions[s * aL + a];
      if (probability !== 0) sum += probability * rowTimes(robots, row + a, vector);
    }
    out[s] = sum;
  }
  return out;
}

/** Row `row` of the matrix times `vector`. */
export function rowTimes(rows: SparseRows, row: number, vector: ArrayLike<number>): number {
  const { starts, columns, values } = rows;
  let sum = 0;
  for (let i = starts[row]; i < starts[row + 1]; i++) sum += values[i] * vector[columns[i]];
  return sum;
}

/** α · μ */
export function inner(vector: ArrayLike<number>, shares: ArrayLike<number>): number {
  let sum = 0;
  for (let s = 0; s < shares.length; s++) sum += vector[s] * shares[s];
  return sum;
}
