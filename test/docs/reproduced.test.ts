/** The figures of the README that npm run reproduce regenerates agree with the results that are committed. */
import { answerTo, cellOf } from "../../bench/reproduce/answers";
import { QUESTIONS } from "../../bench/reproduce/questions";
import { Summary } from "../../bench/reproduce/summary";
import type { Row } from "../../bench/reproduce/store";
import { read } from "./documents";
import { rowsOf as textRowsOf } from "./tables";

const rowsOf = (file: string): Row[] =>
  textRowsOf(file).map(({ study, scenario, line, measure, ...numbers }) => {
    const [x, seed, value, error] = [numbers.x, numbers.seed, numbers.value, numbers.error].map(
      Number,
    );
    return { study, scenario, line, measure, x, seed, value, error };
  });

/** Rows of the README's table of figures: what, and the figure. */
const QUOTED = read("README.md")
  .split("\n")
  .filter((line) => line.includes("`npm run reproduce -- "))
  .map((line) => line.split("|").map((cell) => cell.trim()))
  .map(([, what, figure]) => ({ what, figure }));

const ring = (line: string, measure: string, x?: number): Summary =>
  new Summary(rowsOf("docs/reproduce/results.csv")).of({
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

/** A row of a table, without its borders. */
const cellsOf = (line: string): string[] =>
  line
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());

interface Table {
  readonly study: string;
  readonly measure: string;
  readonly xs: readonly number[];
  readonly rows: readonly (readonly string[])[];
}

/** Tables whose first head is a study and a measure, such as "`asked` return"; the other heads are x. */
const TABLES: readonly Table[] = read("docs/reproduce.md")
  .split(/\n\n+/)
  .flatMap((block) => {
    const [head, , ...rows] = block.split("\n").map(cellsOf);
    const [, study, measure] = /^`(\w+)` ([\w ]+)$/.exec(head[0] ?? "") ?? [];
    if (!study) return [];
    const xs = head.slice(1).map((cell) => Number(cell.replaceAll(",", "")));
    return [{ study, measure: measure.replaceAll(" ", "_"), xs, rows }];
  });
const QUOTED_LINES = new Set(
  read("docs/reproduce.md")
    .split("\n")
    .filter((line) => line.startsWith("> ")),
);
/** Times are of three seeds, library rivals too, and the joint learner draws nothing. */
const EXEMPT = /^(zones|teams|joint|libraries) /;

describe("what came out is told as it is in the rows", () => {
  const files = ["results", "times", "libraries"].map((name) =>
    rowsOf(`docs/reproduce/${name}.csv`),
  );
  const all = new Summary(files.flat());

  const QUOTING = ["k", "gaps", "drawn", "beliefs"];

  test("of each study, in a table or in a sentence of its question", () => {
    const told = new Set(TABLES.map(({ study }) => study));
    const others = all.every("study").filter((study) => !told.has(study));
    expect(others.sort()).toEqual(QUOTING.filter((name) => others.includes(name)).sort());
  });

  test.each(QUOTING)("sentences of %s are as the report says them", (name) => {
    const { studies } = QUESTIONS[name];
    const own = new Summary(all.rows.filter(({ study }) => studies.includes(study)));
    const says = answerTo(name, QUESTIONS[name], own).says.map((said) => `> ${said}`);
    const quoted = says.filter((said) => QUOTED_LINES.has(said));
    quoted.forEach((said) => QUOTED_LINES.delete(said));
    expect(quoted.length > 0).toBe(own.rows.length > 0);
  });

  test("no table is empty", () => {
    expect(TABLES.filter(({ rows }) => rows.length === 0)).toEqual([]);
  });

  test("no other sentence is quoted", () => {
    expect([...QUOTED_LINES]).toEqual([]);
  });

  test.each(TABLES.flatMap(({ rows, ...table }) => rows.map((cells) => ({ cells, ...table }))))(
    "$study, $measure: $cells.0",
    ({ cells: [name, ...told], study, measure, xs }) => {
      const [, scenario, line] = /^`(\w+)` (.+)$/.exec(name)!;
      const own = all.of({ study, scenario, line, measure });
      const seeds = EXEMPT.test(`${study} `) || /seconds/.test(measure) ? 1 : 10;
      expect(own.rows.length).toBeGreaterThan(0);
      for (const [i, x] of xs.entries()) {
        const of = own.of({ x });
        if (of.rows.length > 0) expect(of.every("seed").length).toBeGreaterThanOrEqual(seeds);
        expect({ x, told: told[i] }).toEqual({ x, told: cellOf(of) });
      }
    },
  );
});
