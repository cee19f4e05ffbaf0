/** Tables of documents that show means of a CSV file's rows. */
import { estimate } from "../../src/game/statistics";
import { read } from "./documents";

/** Rows by the names of the file's head. */
export type Row = Readonly<Record<string, string>>;

export interface Table {
  /** Of those that follow a line that begins with the words sought: that line. */
  readonly line: string;
  readonly columns: readonly string[];
  readonly body: readonly (readonly string[])[];
}

/** Of a line of CSV in which words may stand in quotes. */
function cellsOf(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"([^"]*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted ?? plain,
  );
}

export function rowsOf(file: string): Row[] {
  const [head, ...rows] = read(file).trim().split(/\r?\n/).map(cellsOf);
  return rows.map((row) => Object.fromEntries(head.map((name, i) => [name, row[i]])));
}

/** Tables of a document that follow a line that begins so: the columns' names, and the rows of cells. */
export function tablesAfter(document: string, words: string): Table[] {
  const lines = read(document).split("\n");
  const cells = (line: string): string[] =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim());
  return lines.flatMap((line, at) => {
    if (!line.startsWith(words)) return [];
    const [columns, , ...body] = lines.slice(at + 2, lines.indexOf("", at + 2)).map(cells);
    return [{ line, columns, body }];
  });
}

/** Mean ± half of the interval, as a cell says it. */
const CELL = /^(-?[\d,.]+) ± ([\d,.]+)$/;
/** Student's t, two sides of 95 %, of 20 values. */
const T95 = 2.093;

/** As said, but for what its last digit leaves open. */
function expectSaid(said: string, value: number): void {
  const digits = /\.(\d+)/.exec(said)?.[1].length ?? 0;
  expect(Math.abs(value - Number(said.replaceAll(",", "")))).toBeLessThan(0.51 * 10 ** -digits);
}

/** The cell says the mean of 20 values and half of its 95 % interval. */
export function expectMean(cell: string, values: readonly number[]): void {
  expect(values).toHaveLength(20);
  const [, said, half] = CELL.exec(cell)!;
  const { mean, standardError } = estimate(values);
  expectSaid(said, mean);
  expectSaid(half, T95 * standardError);
}

/** The cell is of a measure of 20 rows. */
export function expectCell(
  cell: string,
  rows: readonly Row[],
  measure: string,
  scale: number,
): void {
  expectMean(
    cell,
    rows.map((row) => Number(row[measure]) / scale),
  );
}
