/** The figures of the README that npm run reproduce regenerates agree with the results that are committed. */
import { inWords, Summary } from "../../bench/reproduce/summary";
import type { Row } from "../../bench/reproduce/store";
import { read } from "./documents";

const NUMBERS = ["x", "seed", "value", "error"];

function rowsOf(file: string): Row[] {
  const [head, ...lines] = read(file)
    .trimEnd()
    .split("\n")
    .map((line) => line.split(","));
  return lines.map(
    (cells) =>
      Object.fromEntries(
        head.map((name, i) => [name, NUMBERS.includes(name) ? Number(cells[i]) : cells[i]]),
      ) as unknown as Row,
  );
}

/** Rows of the README's table of figures: what, and the figure. */
const QUOTED = read("README.md")
  .split("\n")
  .filter((line) => line.includes("`npm run reproduce -- "))
  .map((line) => line.split("|").map((cell) => cell.trim()))
  .map(([, what, figure]) => ({ what, figure }));

const ring = (line: string, measure: string, x?: number): Summary =>
  new Summary(rowsOf("docs/reproduce/ring_dispatch.csv")).of({
    ...{ study: "asked", scenario: "ring_dispatch", line, measure },
    ...(x === undefined ? {} : { x }),
  });

const MEASURED: readonly { readonly what: RegExp; readonly of: Summary }[] = [
  { what: /no robot seen/, of: ring("blind", "return") },
  { what: /k = 20 asked a step, with memory/, of: ring("table + memory", "return", 20) },
  { what: /all seen: 10 learning seeds, same draws/, of: ring("table", "all_seen_alike", 20) },
  { what: /robots that use the command, all seen/, of: ring("command", "all_seen_alike") },
];

test("the README quotes nothing of npm run reproduce that is not looked up here", () => {
  expect(QUOTED).toHaveLength(MEASURED.length);
});

test.each(MEASURED)("$what is quoted as it came out", ({ what, of }) => {
  const { figure } = QUOTED.find((one) => what.test(one.what))!;
  expect(of.every("seed")).toHaveLength(10);
  const alike = /^([\d.]+), all alike$/.exec(figure);
  if (alike) {
    expect(new Set(of.rows.map(({ value }) => value.toFixed(1)))).toEqual(new Set([alike[1]]));
    return;
  }
  const [, mean, half] = /^([\d.]+) ± ([\d.]+)$/.exec(figure)!;
  expect(of.mean.mean.toFixed(1)).toBe(mean);
  expect(of.mean.half.toFixed(1)).toBe(half);
});

const CAME = /^\| `(\w+)` at ([\d.,]+) +\| ([\w +]+?) +\| ([^|]+?) +\| ([^|]+?) +\|$/;
const TOLD = read("docs/reproduce.md")
  .split("\n")
  .flatMap((line) => {
    const [, study, x, way, ring, dock] = CAME.exec(line) ?? [];
    return study ? [{ study, x: Number(x.replaceAll(",", "")), line: way, ring, dock }] : [];
  });

test("the document tells what came out of robust, many and changes", () => {
  const rows = ["robust", "many", "changes"].flatMap((one) => rowsOf(`docs/reproduce/${one}.csv`));
  const all = new Summary(rows.filter(({ measure }) => measure === "return"));
  expect(new Set(TOLD.map(({ study }) => study))).toEqual(new Set(all.every("study")));
  for (const { ring, dock, ...wanted } of TOLD) {
    const [ofRing, ofDock] = ["ring_dispatch", "dock_dispatch"].map((scenario) =>
      all.of({ ...wanted, scenario }),
    );
    expect(ofRing.every("seed")).toHaveLength(10);
    expect({ ...wanted, ring, dock }).toEqual({
      ...wanted,
      ring: inWords(ofRing.mean),
      dock: inWords(ofDock.mean),
    });
  }
});
