/** What docs/federated.md shows of its example is in the example. */
import { chunksOf, read } from "./documents";
import { expectCell, type Row, rowsOf, tablesAfter } from "./tables";

const DOCUMENT = "docs/federated.md";

test("the lines that a Flower app adds are lines of the app that is tried", () => {
  const [shown] = chunksOf(DOCUMENT).filter(({ language }) => language === "text");
  const app = read("examples/federated/flower_app.py").split("\n");
  expect(shown.lines.length).toBeGreaterThan(9);
  expect(shown.lines.filter((line) => !app.includes(line))).toEqual([]);
});

const ROWS = rowsOf("docs/federated.csv");

const MEASURES: Readonly<Record<string, readonly [measure: string, scale: number]>> = {
  minutes: ["minutes", 1],
  rounds: ["rounds", 1],
  kJ: ["joules", 1000],
  "1,000 steps": ["steps", 1000],
  "at equal steps": ["at_equal_steps", 1],
  "at equal minutes": ["at_equal_minutes", 1],
};

test("its tables are the means of docs/federated.csv", () => {
  const tables = tablesAfter(DOCUMENT, "Dirichlet(").filter(({ columns }) =>
    columns.includes("kJ"),
  );
  expect(tables.length).toBe(3);
  for (const { line, columns, body } of tables) {
    const [, alpha] = /^Dirichlet\(([\d.]+)\)/.exec(line)!;
    for (const [way, ...cells] of body) {
      const rows = ROWS.filter(
        (row) =>
          row.way === way && Number(row.alpha) === Number(alpha) && row.at_equal_steps !== "",
      );
      for (const [i, cell] of cells.entries()) expectCell(cell, rows, ...MEASURES[columns[i + 1]]);
    }
  }
  const [{ columns, body }] = tablesAfter(DOCUMENT, "Dirichlet(0.3), minutes");
  expect(body.length).toBe(5);
  for (const [way, ...cells] of body)
    for (const [i, cell] of cells.entries()) {
      const of = (row: Row): boolean =>
        row.way === way && Number(row.alpha) === 0.3 && row.asked === columns[i + 1];
      expectCell(cell, ROWS.filter(of), "minutes", 1);
    }
});
