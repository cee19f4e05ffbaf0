/**
 * Inner loops of G-LEARN, in AssemblyScript: compiled to WebAssembly, two numbers an instruction
 * (SIMD). Arguments that end in "At" are addresses in bytes (kernel_memory.ts). Sums are always taken in
 * the same order, and WebAssembly's arithmetic is IEEE 754's: the same result on every machine.
 */

/** Bytes of a number, and of the two of a vector. */
const ONE: usize = 8;
const TWO: usize = 16;

/** to[0..width] = from[0..width] */
function copy(fromAt: usize, toAt: usize, width: usize): void {
  const pairs = (width >> 1) * TWO;
  for (let x: usize = 0; x < pairs; x += TWO) v128.store(toAt + x, v128.load(fromAt + x));
  if (width & 1) f64.store(toAt + pairs, f64.load(fromAt + pairs));
}

// --- The sampled operator (sampled_backup.ts) ---

/** out[h][g] = mean of values[drawn[h][i]][g] over i: [count][draws] -> [count][width] */
export function averageDraws(
  drawnAt: usize,
  count: usize,
  draws: usize,
  valuesAt: usize,
  width: usize,
  outAt: usize,
): void {
  const row = width * ONE;
  const scale = f64x2.splat(1.0 / f64(draws));
  for (let h: usize = 0; h < count; h++) {
    const endAt = drawnAt + draws * 4;
    for (let x: usize = 0; x < row; x += TWO) {
      let a = f64x2.splat(0);
      for (let at = drawnAt; at < endAt; at += 4) {
        a = f64x2.add(a, v128.load(valuesAt + usize(load<u32>(at)) * row + x));
      }
      store1(outAt + x, row - x, f64x2.mul(a, scale));
    }
    drawnAt = endAt;
    outAt += row;
  }
}

/** The vector, or its first number where no more bytes are left. */
function store1(at: usize, left: usize, a: v128): void {
  if (left >= TWO) v128.store(at, a);
  else f64.store(at, f64x2.extract_lane(a, 0));
}

// --- The exact operator (exact_backup.ts) ---

/** Lines that are averaged side by side: a multiple of the columns that `average` takes. */
export const TOGETHER: usize = 8;

/** C(p,q) keep^q move^(p-q) for all q <= p < rows: row p starts at p (p + 1) / 2. */
function fillWeights(weightsAt: usize, rows: usize, keep: f64, move: f64): void {
  f64.store(weightsAt, 1);
  let rowAt = weightsAt + ONE;
  for (let p: usize = 1; p < rows; p++) {
    const aboveAt = rowAt - p * ONE;
    f64.store(rowAt, move * f64.load(aboveAt));
    for (let q: usize = ONE; q < p * ONE; q += ONE) {
      f64.store(rowAt + q, keep * f64.load(aboveAt + q - ONE) + move * f64.load(aboveAt + q));
    }
    f64.store(rowAt + p * ONE, keep * f64.load(aboveAt + p * ONE - ONE));
    rowAt += (p + 1) * ONE;
  }
}

/**
 * f(h) <- E f over the robots in one state, each kept there or moved to another, on the lines of
 * the histogram lattice (lattice_lines.ts): along a line g(p) = Σ_q C(p,q) keep^q move^(p-q) f(q).
 * @param linesAt how many lines have 1, 2, ..., size + 1 members
 * @param bufferAt room for lines side by side, [size + 1][TOGETHER · width]
 * @param weightRows lines with more members are averaged without weights
 */
export function averageLines(
  membersAt: usize,
  linesAt: usize,
  size: usize,
  forward: bool,
  keep: f64,
  move: f64,
  fAt: usize,
  width: usize,
  bufferAt: usize,
  weightsAt: usize,
  weightRows: usize,
): void {
  fillWeights(weightsAt, weightRows, keep, move);
  const cell = width * ONE;
  const row = TOGETHER * cell;
  membersAt += usize(load<u32>(linesAt)) * 4;
  for (let length: usize = 2; length <= size + 1; length++) {
    let left = usize(load<u32>(linesAt + (length - 1) * 4));
    while (left > 0) {
      const now = min(TOGETHER, left);
      left -= now;
      const blockAt = membersAt;
      for (let line: usize = 0; line < now; line++) {
        for (let p: usize = 0; p < length; p++) {
          const member = usize(load<u32>(membersAt + (forward ? p : length - 1 - p) * 4));
          copy(fAt + member * cell, bufferAt + p * row + line * cell, width);
        }
        membersAt += length * 4;
      }
      if (length <= weightRows) average(bufferAt, length, row, now * cell, weightsAt);
      else averageLong(bufferAt, length, row, now * cell, keep, move);
      let lineAt = blockAt;
      for (let line: usize = 0; line < now; line++) {
        for (let p: usize = 1; p < length; p++) {
          const member = usize(load<u32>(lineAt + (forward ? p : length - 1 - p) * 4));
          copy(bufferAt + p * row + line * cell, fAt + member * cell, width);
        }
        lineAt += length * 4;
      }
    }
  }
}

/** In place, by weights; rows two by two from the last: a row needs the old values before it. */
function average(bufferAt: usize, length: usize, row: usize, used: usize, weightsAt: usize): void {
  for (let x: usize = 0; x < used; x += 4 * TWO) {
    for (let p = isize(length) - 1; p > 0; p -= 2) averageTwoRows(bufferAt + x, p, row, weightsAt);
  }
}

/** Rows p and p - 1 of eight columns, whose sums stay in registers. */
function averageTwoRows(columnAt: usize, p: usize, row: usize, weightsAt: usize): void {
  let weightAt = weightsAt + ((p * (p + 1)) >> 1) * ONE;
  const lower = p * ONE;
  const zero = f64x2.splat(0);
  let a0 = zero;
  let a1 = zero;
  let a2 = zero;
  let a3 = zero;
  let b0 = zero;
  let b1 = zero;
  let b2 = zero;
  let b3 = zero;
  let at = columnAt;
  const lastAt = columnAt + p * row;
  for (; at < lastAt; at += row) {
    const a = v128.load64_splat(weightAt);
    const b = v128.load64_splat(weightAt - lower);
    const f0 = v128.load(at);
    const f1 = v128.load(at, TWO);
    const f2 = v128.load(at, 2 * TWO);
    const f3 = v128.load(at, 3 * TWO);
    a0 = f64x2.add(a0, f64x2.mul(a, f0));
    a1 = f64x2.add(a1, f64x2.mul(a, f1));
    a2 = f64x2.add(a2, f64x2.mul(a, f2));
    a3 = f64x2.add(a3, f64x2.mul(a, f3));
    b0 = f64x2.add(b0, f64x2.mul(b, f0));
    b1 = f64x2.add(b1, f64x2.mul(b, f1));
    b2 = f64x2.add(b2, f64x2.mul(b, f2));
    b3 = f64x2.add(b3, f64x2.mul(b, f3));
    weightAt += ONE;
  }
  const last = v128.load64_splat(weightAt);
  v128.store(at, f64x2.add(a0, f64x2.mul(last, v128.load(at))));
  v128.store(at, f64x2.add(a1, f64x2.mul(last, v128.load(at, TWO))), TWO);
  v128.store(at, f64x2.add(a2, f64x2.mul(last, v128.load(at, 2 * TWO))), 2 * TWO);
  v128.store(at, f64x2.add(a3, f64x2.mul(last, v128.load(at, 3 * TWO))), 3 * TWO);
  at -= row;
  v128.store(at, b0);
  v128.store(at, b1, TWO);
  v128.store(at, b2, 2 * TWO);
  v128.store(at, b3, 3 * TWO);
}

/** In place, by repeated two-term averaging (de Casteljau's scheme), which needs no weights. */
function averageLong(
  bufferAt: usize,
  length: usize,
  row: usize,
  used: usize,
  keep: f64,
  move: f64,
): void {
  const kept = f64x2.splat(keep);
  const moved = f64x2.splat(move);
  for (let low: usize = 1; low < length; low++) {
    for (let p = length - 1; p >= low; p--) {
      const at = bufferAt + p * row;
      for (let x: usize = 0; x < used; x += TWO) {
        const first = f64x2.mul(kept, v128.load(at + x));
        const second = f64x2.mul(moved, v128.load(at - row + x));
        v128.store(at + x, f64x2.add(first, second));
      }
    }
  }
}

// --- The maximum over actions (sweeper.ts) ---

/**
 * Raises best[h] to max_a rewards[a] + Σ_i futures[a][i] expected[h][i] + sample[h], for all h of one s_g.
 * @param rewardsAt [actions], actions even: an odd number is filled up by one of -Infinity
 * @param futuresAt γ P_g(i | g, a), [width][actions]
 * @param sampleAt mean r_l, [count]
 */
export function bestActions(
  rewardsAt: usize,
  futuresAt: usize,
  actions: usize,
  expectedAt: usize,
  width: usize,
  sampleAt: usize,
  bestAt: usize,
  count: usize,
): void {
  const row = width * ONE;
  const across = actions * ONE;
  for (let h: usize = 0; h < count; h++) {
    let best = f64x2.splat(-Infinity);
    for (let a: usize = 0; a < across; a += TWO) {
      let q = v128.load(rewardsAt + a);
      let futureAt = futuresAt + a;
      for (let x: usize = 0; x < row; x += ONE) {
        const value = v128.load64_splat(expectedAt + x);
        q = f64x2.add(q, f64x2.mul(v128.load(futureAt), value));
        futureAt += across;
      }
      best = f64x2.pmax(best, q);
    }
    const even = f64x2.extract_lane(best, 0);
    const odd = f64x2.extract_lane(best, 1);
    const own = (even < odd ? odd : even) + f64.load(sampleAt);
    if (own > f64.load(bestAt)) f64.store(bestAt, own);
    expectedAt += row;
    sampleAt += ONE;
    bestAt += ONE;
  }
}

// --- Backups at points (points/points.ts) ---

/**
 * out[i] = Σ_s points[i][s] vector[s], [count]
 * @param pointsAt [count][width], count a multiple of 4, width even
 */
export function innerProducts(
  pointsAt: usize,
  count: usize,
  width: usize,
  vectorAt: usize,
  outAt: usize,
): void {
  const row = width * ONE;
  for (let i: usize = 0; i < count; i += 4) {
    let a = f64x2.splat(0);
    let b = a;
    let c = a;
    let d = a;
    for (let x: usize = 0; x < row; x += TWO) {
      const v = v128.load(vectorAt + x);
      const at = pointsAt + x;
      a = f64x2.add(a, f64x2.mul(v, v128.load(at)));
      b = f64x2.add(b, f64x2.mul(v, v128.load(at + row)));
      c = f64x2.add(c, f64x2.mul(v, v128.load(at + 2 * row)));
      d = f64x2.add(d, f64x2.mul(v, v128.load(at + 3 * row)));
    }
    storeSum(outAt, a);
    storeSum(outAt + ONE, b);
    storeSum(outAt + 2 * ONE, c);
    storeSum(outAt + 3 * ONE, d);
    pointsAt += 4 * row;
    outAt += 4 * ONE;
  }
}

/** Both numbers of a vector together. */
function storeSum(at: usize, a: v128): void {
  f64.store(at, f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1));
}
