/**
 * The average along lines g(p) = Σ_q C(p,q) keep^q move^(p-q) f(q): p robots, each kept or moved.
 * Several lines side by side, so that the columns come in blocks of four, which stay in registers.
 */

/** Lines averaged at once; a multiple of 4, so that columns divide into blocks of four. */
export const LINES_TOGETHER = 8;
/** Weights of longer lines would not fit into memory. */
const LONGEST_WEIGHTED = 1024;

/** C(p,q) keep^q move^(p-q) for all q <= p: row p starts at p (p + 1) / 2. */
export class LineWeights {
  readonly values: Float64Array;
  keep = 1;
  move = 0;
  private readonly rows: number;

  constructor(longest: number) {
    this.rows = Math.min(longest, LONGEST_WEIGHTED);
    this.values = new Float64Array((this.rows * (this.rows + 1)) / 2);
  }

  fill(keep: number, move: number): void {
    const { values } = this;
    this.keep = keep;
    this.move = move;
    values[0] = 1;
    for (let p = 1, row = 1; p < this.rows; row += ++p) {
      const above = row - p;
      values[row] = move * values[above];
      for (let q = 1; q < p; q++) {
        values[row + q] = keep * values[above + q - 1] + move * values[above + q];
      }
      values[row + p] = keep * values[above + p - 1];
    }
  }
}

/** In place, [length][columns], the first `used` columns; `columns` is a multiple of 4. */
export function averageLines(
  lines: Float64Array,
  length: number,
  columns: number,
  used: number,
  weights: LineWeights,
): void {
  if (length > LONGEST_WEIGHTED) {
    averageLongLines(lines, length, columns, weights);
    return;
  }
  for (let column = 0; column < used; column += 4) {
    // Rows two by two from the last: a row needs the old values of those before it.
    let p = length - 1;
    for (; p > 1; p -= 2) averageTwoRows(lines, p, column, columns, weights.values);
    if (p < 1) continue;
    for (let x = column; x < column + 4; x++) {
      lines[columns + x] = weights.move * lines[x] + weights.keep * lines[columns + x];
    }
  }
}

/** Rows p and p - 1 of four columns. */
function averageTwoRows(
  lines: Float64Array,
  p: number,
  column: number,
  columns: number,
  weights: Float64Array,
): void {
  const row = (p * (p + 1)) / 2;
  let [a0, a1, a2, a3, b0, b1, b2, b3] = [0, 0, 0, 0, 0, 0, 0, 0];
  let x = column;
  for (let q = 0; q < p; q++) {
    const a = weights[row + q];
    const b = weights[row - p + q];
    const f0 = lines[x];
    const f1 = lines[x + 1];
    const f2 = lines[x + 2];
    const f3 = lines[x + 3];
    a0 += a * f0;
    a1 += a * f1;
    a2 += a * f2;
    a3 += a * f3;
    b0 += b * f0;
    b1 += b * f1;
    b2 += b * f2;
    b3 += b * f3;
    x += columns;
  }
  const last = weights[row + p];
  lines[x] = a0 + last * lines[x];
  lines[x + 1] = a1 + last * lines[x + 1];
  lines[x + 2] = a2 + last * lines[x + 2];
  lines[x + 3] = a3 + last * lines[x + 3];
  x -= columns;
  lines[x] = b0;
  lines[x + 1] = b1;
  lines[x + 2] = b2;
  lines[x + 3] = b3;
}

/** By repeated two-term averaging (de Casteljau's scheme), which needs no weights. */
function averageLongLines(
  lines: Float64Array,
  length: number,
  columns: number,
  { keep, move }: LineWeights,
): void {
  const end = length * columns;
  for (let low = columns; low < end; low += columns) {
    for (let x = end - 1; x >= low; x--) lines[x] = keep * lines[x] + move * lines[x - columns];
  }
}
