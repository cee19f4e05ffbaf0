/** A question as data, and what answers it: charts, tables and sentences of the rows of its studies. */
import { type Curve, type Figure, shown } from "./figure";
import type { Row } from "./store";
import { inWords, isBelow, Summary, type Wanted } from "./summary";

/** What the pair that never looks earns. */
export const BLIND: Wanted = { study: "asked", line: "blind", measure: "return" };

export interface Question {
  readonly title: string;
  readonly studies: readonly string[];
  /** What is drawn, a chart of each game: its measure, and what the y axis says. */
  readonly measures: Readonly<Record<string, string>>;
  /** What the x axis says; or of each study. */
  readonly x: string | Readonly<Record<string, string>>;
  readonly xLog?: boolean;
  readonly yLog?: boolean;
  readonly isMap?: boolean;
  /** Lines that are not drawn. */
  readonly without?: readonly string[];
  /** Horizontal lines: means of other rows of the game; of the chart's measure where none is said. */
  readonly levels?: Readonly<Record<string, Wanted>>;
  /** The rows as they are drawn, where they are not as they were measured. */
  readonly view?: (rows: Summary) => Row[];
  readonly curves?: (own: Summary, scenario: string) => Curve[];
  /** What came out in a game, in place of what each line is at the largest x. @param all rows of the game */
  readonly says?: (own: Summary, all: Summary, scenario: string) => string[];
}

export interface Answer extends Pick<Question, "title"> {
  readonly name: string;
  readonly figures: readonly Figure[];
  /** Their first rows are heads. */
  readonly tables: readonly (readonly string[])[][];
  readonly says: readonly string[];
}

/** @param all rows of results and of times */
export function answerTo(name: string, question: Question, all: Summary): Answer {
  const { title, studies, measures, view, isMap } = question;
  const asked = new Summary(all.rows.filter(({ study }) => studies.includes(study)));
  const rows = view ? view(asked) : asked.rows;
  const drawn = new Summary(rows.filter(({ measure }) => measure in measures));
  const says = drawn.each(["scenario"], (own) => {
    const [{ scenario }] = own.rows;
    const of = all.of({ scenario });
    const said = question.says?.(own, of, scenario) ?? saidOf(question, own, of);
    return said.map((sentence) => `${scenario}: ${sentence}`);
  });
  const figures = drawn.each(["study", "measure", "scenario"], (own) =>
    chartOf(name, question, own, all),
  );
  const tables = isMap ? [] : drawn.each(["study"], tableOf);
  return { name, title, figures: figures.flat(), tables, says: says.flat() };
}

/** Each line at its largest x, beside the levels; and where seeing costs, against whoever it is. */
export const saidOf = (question: Question, own: Summary, all: Summary): string[] =>
  own.each(["study", "measure"], (rows) => {
    const { levels = {}, studies, without = [] } = question;
    const [{ study, measure }] = rows.rows;
    const of = new Summary(rows.rows.filter(({ line }) => !without.includes(line)));
    const last = of.each(["line"], (one) => one.xs.at(-1)!);
    const told = [...new Set(last)].map((x) => {
      const lines = of.every("line").filter((_, i) => last[i] === x);
      return `at ${shown(x)} ${lines.map((line) => `${line} ${cellOf(of.of({ line, x }))}`).join(", ")}`;
    });
    const beside = Object.entries(levels).map(
      ([name, wanted]) => `${name} ${cellOf(all.of({ measure, ...wanted }))}`,
    );
    // Of the same team: other studies play other numbers of robots, or by other rules.
    const blind = new Summary(study === BLIND.study ? all.of(BLIND).rows : []);
    const below = of.each(["line"], (one) => {
      const xs = one.xs.filter((x) => isBelow(one.of({ x }).minus(blind)));
      return xs.length > 0 ? [`${one.rows[0].line} at ${xs.map(shown).join(", ")}`] : [];
    });
    const hasLess = measure === "return" && blind.rows.length > 0 && below.flat().length > 0;
    const less = hasLess ? [`less than never looking earn ${below.flat().join("; ")}`] : [];
    const what = [...(studies.length > 1 ? [study] : []), measure].join(", ").replaceAll("_", " ");
    return `${what}: ${[...told, ...beside, ...less].join("; ")}`;
  });

function chartOf(name: string, question: Question, own: Summary, all: Summary): Figure[] {
  const { x, measures, levels = {}, without = [], curves, xLog, yLog, isMap } = question;
  const [{ study, measure, scenario }] = own.rows;
  const drawn = new Summary(own.rows.filter(({ line }) => !without.includes(line)));
  const words = [scenario, ...(question.studies.length > 1 ? [study] : []), measure];
  const made = curves ? curves(drawn, scenario) : drawn.curves();
  const known = Object.entries(levels).flatMap(([name, wanted]) => {
    if (wanted.measure !== undefined && measure !== "return") return [];
    const of = all.of({ scenario, measure, ...wanted });
    return of.rows.length > 0 ? [levelAt(name, of.mean.mean)] : [];
  });
  if (made.length === 0) return [];
  const title = words.join(": ").replaceAll("_", " ");
  return [
    {
      ...{ name: `${name}-${words.join("-")}`, title, xLog, yLog, isMap },
      ...{ xLabel: typeof x === "string" ? x : x[study], yLabel: measures[measure] },
      curves: [...made, ...known],
    },
  ];
}

export const levelAt = (name: string, y: number): Curve => ({
  ...{ name, isLevel: true },
  points: [{ x: 0, y, half: 0 }],
});

/** Means: a row for each game, line and measure, a column for each x. */
const tableOf = (all: Summary): string[][] => [
  ["game", "way", "measure", ...all.xs.map(shown)],
  ...all.each(["scenario", "line", "measure"], (of) => {
    const [{ scenario, line, measure }] = of.rows;
    const cells = all.xs.map((x) => cellOf(of.of({ x })));
    return [scenario, line, measure.replaceAll("_", " "), ...cells];
  }),
];

export const cellOf = (of: Summary): string => (of.rows.length > 0 ? inWords(of.mean) : "");
