/** What docs/federated.md shows of its example is in the example. */
import { estimate } from "../../src/game/statistics";
import { chunksOf, read } from "./documents";
import { expectCell, expectMean, type Row, rowsOf, tablesAfter } from "./tables";

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

/** Of a way at a Dirichlet law, in the order of seeds: where so many are asked, or with its accuracies. */
function runsOf(way: string, alpha: string, asked?: string): Row[] {
  const rows = ROWS.filter(
    (row) =>
      row.way === way &&
      Number(row.alpha) === Number(alpha) &&
      (asked === undefined ? row.at_equal_steps !== "" : row.asked === asked),
  );
  expect(rows.map(({ seed }) => Number(seed))).toEqual(Array.from({ length: 20 }, (_, i) => i));
  return rows;
}

const numbersOf = (rows: readonly Row[], measure: string): number[] =>
  rows.map((row) => Number(row[measure]));

/** The cell is of what the first have less what the others have, seed by seed. */
function expectDifference(cell: string, these: Row[], those: Row[], measure: string): void {
  const theirs = numbersOf(those, measure);
  expectMean(
    cell,
    numbersOf(these, measure).map((own, at) => own - theirs[at]),
  );
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[sorted.length / 2 - 1] + sorted[sorted.length / 2]) / 2;
}

const cutOff = (rows: readonly Row[]): number =>
  numbersOf(rows, "minutes").filter((minutes) => minutes === 100).length;

const OURS = "learned, memory";

test.each(["0.1", "0.3", "1"])("seed by seed, it compares all ways at Dirichlet(%s)", (alpha) => {
  const [{ columns, body }] = tablesAfter(DOCUMENT, `Paired differences, Dirichlet(${alpha}):`);
  expect(body.map(([way]) => way)).toEqual([...new Set(ROWS.map(({ way }) => way))]);
  for (const [way, ...cells] of body) {
    const rows = runsOf(way, alpha);
    expect(cells.slice(3)).toEqual([
      medianOf(numbersOf(rows, "minutes")).toFixed(1),
      String(cutOff(rows)),
    ]);
    for (const [i, cell] of cells.slice(0, 3).entries())
      if (way === OURS) expect(cell).toBe("");
      else expectDifference(cell, runsOf(OURS, alpha), rows, MEASURES[columns[i + 1]][0]);
  }
});

test("seed by seed, it compares the ways that ask by how many they ask", () => {
  const [differences] = tablesAfter(DOCUMENT, "Paired differences, Dirichlet(0.3), minutes");
  const [counts] = tablesAfter(DOCUMENT, "Dirichlet(0.3), runs that were cut off");
  expect([differences.body.length, counts.body.length]).toEqual([4, 5]);
  for (const [way, ...cells] of differences.body)
    for (const [i, cell] of cells.entries()) {
      const asked = differences.columns[i + 1];
      expectDifference(cell, runsOf(OURS, "0.3", asked), runsOf(way, "0.3", asked), "minutes");
    }
  for (const [way, ...cells] of counts.body)
    for (const [i, cell] of cells.entries())
      expect(cell).toBe(String(cutOff(runsOf(way, "0.3", counts.columns[i + 1]))));
});

test("it tells all settings whose rate is at the edge of what was tuned", () => {
  const edges = ROWS.filter(({ rate }) => ["16.0", "256.0"].includes(rate)).map(
    ({ way, alpha, asked, rate }) => [way, ...[alpha, asked, rate].map((text) => `${+text}`)],
  );
  const [{ body }] = tablesAfter(DOCUMENT, "Rates at the edge:");
  expect(body.map(String).toSorted()).toEqual([...new Set(edges.map(String))].toSorted());
});

test("each figure with ± that its text quotes is of a table, whichever is the lesser", () => {
  const [, after] = read(DOCUMENT).split("What came out");
  const [text] = after.replaceAll(/\s+/g, " ").split("## In Flower");
  const quoted = text.match(/\d+\.\d ± \d+\.\d/g)!;
  expect(quoted.length).toBeGreaterThan(15);
  const cells = [
    ...tablesAfter(DOCUMENT, "Dirichlet("),
    ...tablesAfter(DOCUMENT, "Paired"),
  ].flatMap(({ body }) => body.flatMap((row) => row.slice(1).map((cell) => cell.replace("-", ""))));
  expect(quoted.filter((figure) => !cells.includes(figure))).toEqual([]);
});

test("it tells how much more energy and work ours spends than those that choose among polled", () => {
  const ratios = ["uniform of those polled", "power of choice", "Oort-like"].flatMap((way) =>
    ["0.1", "0.3", "1"].flatMap((alpha) =>
      ["joules", "steps"].map((measure) => {
        const [ours, theirs] = [OURS, way].map((one) => numbersOf(runsOf(one, alpha), measure));
        return estimate(ours).mean / estimate(theirs).mean;
      }),
    ),
  );
  const [, ...said] = /([\d.]+) to ([\d.]+) times as much/.exec(
    read(DOCUMENT).replaceAll(/\s+/g, " "),
  )!;
  expect(said).toEqual([Math.min(...ratios), Math.max(...ratios)].map((ratio) => ratio.toFixed(1)));
});
