/** The tables of docs/grid.md are means of docs/grid.csv. */
import { estimate } from "../../src/game/statistics";
import { read } from "./documents";
import { expectCell, expectMean, type Row, rowsOf, tablesAfter } from "./tables";

const DOCUMENT = "docs/grid.md";
const ALL = rowsOf("docs/grid.csv");
/** Each day by one of the ten policies. */
const ROWS = ALL.filter(({ day, learned_by: by }) => by === "" || Number(by) === Number(day) % 10);
const MEASURES: Readonly<Record<string, readonly [measure: string, scale: number]>> = {
  "off setpoint, kWh": ["energy_tracking_error", 1],
  "squared, 1,000 kW²": ["tracking_error", 1000],
  "above, kW": ["power_tracker_violation", 1],
  "overload, kW": ["total_transformer_overload", 1],
  "satisfaction, %": ["average_user_satisfaction", 0.01],
  "profit, €": ["total_profits", 1],
  "charged, kWh": ["total_energy_charged", 1],
};

/** Of the first table: ten chargers are asked, or all, or none. */
const isAsked = ({ way, asked }: Row): boolean =>
  ["10", "100"].includes(asked) || way.startsWith("always");

test("its first table is of all ways", () => {
  const [{ columns, body }] = tablesAfter(DOCUMENT, "Ten chargers are asked");
  expect(body.length).toBe(11);
  expect(columns.slice(1)).toEqual(Object.keys(MEASURES));
  for (const [way, ...cells] of body) {
    const rows = ROWS.filter((row) => row.way === way && isAsked(row));
    for (const [i, cell] of cells.entries()) expectCell(cell, rows, ...MEASURES[columns[i + 1]]);
  }
});

test("its other tables are by how many are asked", () => {
  const tables = tablesAfter(DOCUMENT, "By chargers asked");
  expect(tables.length).toBe(2);
  for (const { columns, body } of tables)
    for (const [way, ...cells] of body)
      for (const [i, cell] of cells.entries()) {
        const rows = ROWS.filter((row) => row.way === way && row.asked === columns[i + 1]);
        if (cell === "") expect(rows).toEqual([]);
        else expectCell(cell, rows, ...MEASURES[columns[0]]);
      }
});

/** Rows of "learned, memory, 10", in the order of days; those of a way that is played once have no number. */
function daysOf(name: string): Row[] {
  const [, way, asked] = /^(.*?)(?:, (\d+))?$/.exec(name)!;
  const rows = ROWS.filter((row) => row.way === way && (asked ?? row.asked) === row.asked);
  return rows.toSorted((a, b) => Number(a.day) - Number(b.day));
}

const [{ columns: COMPARED, body: PAIRED }] = tablesAfter(DOCUMENT, "Paired differences by day:");

test.each(PAIRED)("day by day, it says what is %s less %s", (way, other, ...cells) => {
  const [these, those] = [way, other].map(daysOf);
  expect(these.map(({ day }) => day)).toEqual(those.map(({ day }) => day));
  expect(cells).toHaveLength(COMPARED.length - 2);
  for (const [i, cell] of cells.entries()) {
    const [measure, scale] = MEASURES[COMPARED[i + 2]];
    const differences = these.map((row, at) => Number(row[measure]) - Number(those[at][measure]));
    expectMean(
      cell,
      differences.map((difference) => difference / scale),
    );
  }
});

test("each difference that its text quotes is one of that table, whichever is the lesser", () => {
  const [, text] = read(DOCUMENT).replaceAll(/\s+/g, " ").split("What came out");
  const quoted = text.match(/\d[\d,]*(\.\d+)? ± \d+(\.\d+)?/g)!;
  expect(quoted.length).toBeGreaterThan(15);
  const cells = PAIRED.flatMap((row) => row.slice(2)).map((cell) => cell.replace("-", ""));
  expect(quoted.filter((figure) => !cells.includes(figure))).toEqual([]);
});

test("what it says of the learning seed is of each policy's own rows", () => {
  const played = ALL.filter(({ way, asked }) => way === "learned, memory" && asked === "10");
  const policies = [...new Set(played.map((row) => row.learned_by))];
  expect(policies).toHaveLength(10);
  const range = (measure: string): string[] => {
    const means = policies.map((policy) => {
      const days = played.filter((row) => row.learned_by === policy);
      expect(new Set(days.map(({ day }) => day)).size).toBe(20);
      return estimate(days.map((row) => Number(row[measure]))).mean;
    });
    return [Math.min(...means), Math.max(...means)].map((mean) => mean.toFixed(1));
  };
  const said = /are from ([\d.]+) to ([\d.]+) kWh off the setpoint, with ([\d.]+) to ([\d.]+) kW/;
  const [, ...found] = said.exec(read(DOCUMENT).replaceAll(/\s+/g, " "))!;
  expect(found).toEqual([
    ...range("energy_tracking_error"),
    ...range("total_transformer_overload"),
  ]);
});
