/** The tables of docs/grid.md are means of docs/grid.csv. */
import { expectCell, type Row, rowsOf, tablesAfter } from "./tables";

const DOCUMENT = "docs/grid.md";
/** Each day by one of the ten policies. */
const ROWS = rowsOf("docs/grid.csv").filter(
  ({ day, learned_by: by }) => by === "" || Number(by) === Number(day) % 10,
);
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
