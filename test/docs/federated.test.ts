/** What docs/federated.md shows of its example is in the example. */
import { chunksOf, read } from "./documents";

const DOCUMENT = "docs/federated.md";

test("the lines that a Flower app adds are lines of the app that is tried", () => {
  const [shown] = chunksOf(DOCUMENT).filter(({ language }) => language === "text");
  const app = read("examples/federated/flower_app.py").split("\n");
  expect(shown.lines.length).toBeGreaterThan(9);
  expect(shown.lines.filter((line) => !app.includes(line))).toEqual([]);
});

/** Mean ± half of the interval, as a cell says it. */
const CELL = /^(-?[\d,.]+) ± ([\d,.]+)$/;

/** Rows of docs/federated.csv by the names of its head. */
const [head, ...rows] = read("docs/federated.csv").trim().split(/\r?\n/).map(cellsOf);
const ROWS = rows.map((row) => Object.fromEntries(head.map((name, i) => [name, row[i]])));

/** Of a line of CSV in which words may stand in quotes. */
function cellsOf(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"([^"]*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted ?? plain,
  );
}

/** Tables that follow a line that begins so: the columns' names, and the rows of cells. */
function tablesAfter(words: string): { line: string; columns: string[]; body: string[][] }[] {
  const lines = read(DOCUMENT).split("\n");
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

function expectCell(
  cell: string,
  measure: string,
  scale: number,
  of: (row: Record<string, string>) => boolean,
): void {
  const found = ROWS.filter(of).map((row) => Number(row[measure]) / scale);
  expect(found).toHaveLength(20);
  const [, mean] = CELL.exec(cell)!;
  const digits = /\.(\d+)/.exec(mean)?.[1].length ?? 0;
  const own = found.reduce((sum, value) => sum + value) / found.length;
  expect(Math.abs(own - Number(mean.replaceAll(",", "")))).toBeLessThan(0.51 * 10 ** -digits);
}

const MEASURES: Readonly<Record<string, readonly [measure: string, scale: number]>> = {
  minutes: ["minutes", 1],
  rounds: ["rounds", 1],
  kJ: ["joules", 1000],
  "1,000 steps": ["steps", 1000],
  "at equal steps": ["at_equal_steps", 1],
  "at equal minutes": ["at_equal_minutes", 1],
};

test("its tables are the means of docs/federated.csv", () => {
  const tables = tablesAfter("Dirichlet(").filter(({ columns }) => columns.includes("kJ"));
  expect(tables.length).toBe(3);
  for (const { line, columns, body } of tables) {
    const [, alpha] = /^Dirichlet\(([\d.]+)\)/.exec(line)!;
    for (const [way, ...cells] of body)
      for (const [i, cell] of cells.entries())
        expectCell(
          cell,
          ...MEASURES[columns[i + 1]],
          (row) =>
            row.way === way && Number(row.alpha) === Number(alpha) && row.at_equal_steps !== "",
        );
  }
  const [{ columns, body }] = tablesAfter("Dirichlet(0.3), minutes");
  expect(body.length).toBe(5);
  for (const [way, ...cells] of body)
    for (const [i, cell] of cells.entries())
      expectCell(
        cell,
        "minutes",
        1,
        (row) => row.way === way && Number(row.alpha) === 0.3 && row.asked === columns[i + 1],
      );
});
