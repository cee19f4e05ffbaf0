/** The questions: which rows answer them, how these are drawn, and what is said of them. */
import { BLIND, levelAt, type Question, saidOf } from "./answers";
import { stateBytes } from "./bytes";
import { ASKED } from "./faults";
import { shown } from "./figure";
import { gameOf } from "./games";
import { MEMORY, MODES } from "./players";
import { inWords, isBelow, meanOf, rootFit, type Summary } from "./summary";

const K = { x: "robots asked a step, k", xLog: true };
const RETURN = { return: "return" };
const RULERS = ["blind", "random"];

/** By what --only calls them. */
export const QUESTIONS: Readonly<Record<string, Question>> = {
  k: {
    title: "What is earned by how many robots are asked?",
    studies: ["asked"],
    measures: RETURN,
    ...K,
    without: RULERS,
    levels: {
      "never looking": BLIND,
      "points, all seen": { study: "asked", line: "points", measure: "all_seen" },
    },
    says: (own, all) => [...saidOf({ ...QUESTIONS.k }, own, all), ...fitted(own), ...compared(own)],
  },
  gaps: {
    title: "Is it nearly an equilibrium? Best-response gaps beside the theorem's constant",
    studies: ["asked"],
    measures: { gap: "discounted return (0 as 0.01)" },
    ...K,
    yLog: true,
    view: ({ rows }) =>
      rows
        .filter(({ line, measure }) => line === "table" && /_gap/.test(measure))
        .map((row) => ({ ...row, line: row.measure.replaceAll("_", " "), measure: "gap" })),
    curves: (own, scenario) => {
      const { constant, trivial } = theoremOf(scenario);
      return [
        ...own.curves((y) => Math.max(0.01, y)),
        {
          name: "the theorem's constant / √k",
          points: own.xs.map((x) => ({ x, y: constant / Math.sqrt(x), half: 0 })),
        },
        levelAt("what no pair can lose more", trivial),
      ];
    },
    says: (own, _, scenario) => {
      const { constant, trivial } = theoremOf(scenario);
      const k = own.xs.at(-1)!;
      return [
        ...saidOf({ ...QUESTIONS.gaps }, own, own),
        `at k = ${k} the theorem's constant allows ${shown(constant / Math.sqrt(k))}, where no pair can lose more than ${shown(trivial)}: it says nothing there`,
      ];
    },
  },
  cost: {
    title: "What do learning and deciding take, by k, |S_l| and n?",
    studies: ["asked", "zones", "teams"],
    measures: {
      learning_seconds: "s of a core",
      decision_microseconds: "µs",
      megabytes: "MB, with Node.js",
    },
    x: { asked: K.x, zones: "zones, |S_l| (k of tables: 3)", teams: "robots, n (k of tables: 3)" },
    ...{ xLog: true, yLog: true },
    view: ({ rows }) =>
      rows
        .filter(({ study, line }) => study !== "asked" || !/^(points|command)/.test(line))
        .map((row) => (row.study === "zones" ? { ...row, scenario: "rings" } : row)),
    without: RULERS,
    levels: { "points, no table": { study: "asked", line: "points" } },
  },
  mode: {
    title: "Does the global agent know where most are?",
    studies: ["asked"],
    measures: { mode_accuracy: "share of the epochs" },
    ...K,
  },
  seeds: {
    title: "Does it hang on the learning seed?",
    studies: ["asked"],
    measures: {
      ...{ all_seen_alike: "return, all seen, same draws", ten_remembered: "return, ten, memory" },
      ...{ random_commands: "return, random commands", horizon_lower: "bound from below" },
      ...{ horizon_upper: "bound, every n", limit_horizon_upper: "bound, in the limit" },
    },
    x: "learning seed",
    view: ({ rows }) =>
      rows.map((row) => ({
        ...row,
        line: row.x > 0 ? `${row.line} of ${row.x}` : row.line,
        x: row.seed,
      })),
    says: (own) => {
      const ranges = own.of({ measure: "all_seen_alike" }).each(["line"], ({ rows }) => {
        const values = rows.map(({ value }) => value);
        const [least, most] = [Math.min(...values), Math.max(...values)];
        return `${rows[0].line} ${least.toFixed(1)} to ${most.toFixed(1)}`;
      });
      return [`least and most of the learning seeds' pairs: ${ranges.join(", ")}`];
    },
  },
  drawn: {
    title: "Does it hold for other games?",
    studies: ["drawn"],
    measures: { over_blind: "return more than never looking" },
    x: "game",
    view: (rows) =>
      rows.of({ measure: "return" }).rows.map((row) => {
        const { study, scenario, seed } = row;
        const x = Number(scenario.replace("drawn_", ""));
        const blind = rows.of({ study, scenario, line: "blind", measure: "return" }).rows;
        const value = row.value - blind.find((one) => one.seed === seed)!.value;
        return { ...row, scenario: "drawn games", x, measure: "over_blind", value };
      }),
    without: RULERS,
    says: (own) => {
      const lines = own.every("line").filter((line) => !RULERS.includes(line) && !/ /.test(line));
      return lines.map((line) => {
        const of = own.of({ line });
        const below = of.xs.filter((x) => isBelow(of.of({ x }).mean)).length;
        // Games are drawn; a game's seeds are no further games.
        const games = meanOf(of.xs.map((x) => of.of({ x }).mean.mean));
        return `${line} earns less than the pair that never looks in ${below} of ${of.xs.length} games, and ${inWords(games)} more on average`;
      });
    },
  },
  joint: {
    title: "What does one learner for all joint states and actions earn, and take?",
    studies: ["joint"],
    measures: { ...RETURN, learning_seconds: "s of a core" },
    x: "robots, n, all seen",
  },
  changes: {
    title: "What does each change of the authors' way earn alone?",
    studies: ["changes"],
    measures: RETURN,
    ...K,
  },
  samples: {
    title: "What do the model-free rivals, and ours by draws of the model, earn by as many draws?",
    studies: ["rivals", "sampled"],
    measures: RETURN,
    x: "millions of moves of one robot drawn, of all tunings",
    xLog: true,
    view: (rows) =>
      rows.of({ measure: "return" }).rows.map((row) => {
        const { scenario, line, x } = row;
        const drawn = rows.of({ scenario, line, x, measure: "moves_drawn" });
        return { ...row, study: "samples", x: Number((drawn.mean.mean / 1e6).toPrecision(2)) };
      }),
    levels: {
      "points + memory, 10 asked": { ...BLIND, line: `points${MEMORY}`, x: 10 },
      "never looking": BLIND,
      random: { ...BLIND, line: "random" },
    },
  },
  libraries: {
    title: "What do IPPO and MADDPG by AgileRL earn in five minutes of a core, all robots asked?",
    studies: ["libraries"],
    measures: RETURN,
    ...K,
  },
  robust: {
    title: "What if the world is not as it was learned?",
    studies: ["k_changes", "silence", "near", "lies", "model"],
    measures: RETURN,
    x: {
      k_changes: "k is 20, and for five epochs of ten so many fewer",
      silence: "nobody answers from epoch 2 on for so many epochs",
      near: "robots near the lead are asked so many times as likely",
      lies: "share of answers that are any state",
      model: "share of local moves that the model lets go anywhere",
    },
  },
  many: {
    title: "Does it hold from ten robots to a million?",
    studies: ["many"],
    measures: { ...RETURN, decision_microseconds: "µs", decision_bytes: "bytes of states told" },
    x: `robots, n (${ASKED} asked)`,
    xLog: true,
    view: ({ rows }) =>
      rows.flatMap((row) => {
        if (row.measure !== "return" || row.line.includes(MEMORY)) return [row];
        const told = { ...row, measure: "decision_bytes", error: 0 };
        const bytes = stateBytes(row.x);
        return [
          row,
          { ...told, value: Math.min(ASKED, row.x) * bytes },
          { ...told, line: "all told", value: row.x * bytes },
        ];
      }),
  },
  beliefs: {
    title: "What is commanded by which belief? (the first seed's pair)",
    studies: ["beliefs"],
    measures: { action: "share in the third state" },
    x: "share in the second state, the lead in the first",
    isMap: true,
    curves: (own, scenario) =>
      gameOf(scenario).globalActions.map((name, action) => ({
        name,
        points: votesOf(own).filter(({ votes: [vote] }) => vote === action),
      })),
    says: (own) => {
      const cells = votesOf(own);
      const agreed = cells.filter(({ votes }) => new Set(votes).size === 1).length;
      return [`the pairs of all seeds agree in ${agreed} of ${cells.length} beliefs`];
    },
  },
};

/** What the pairs of all seeds command in each cell. */
const votesOf = (own: Summary) =>
  own.each(["line", "x"], ({ rows }) => {
    const [{ line, x }] = rows;
    return { x, y: Number(line), half: 0, votes: rows.map(({ value }) => value) };
  });

const fitted = (own: Summary): string[] =>
  ["table", "points", "authors"].flatMap((way) =>
    Object.values(MODES).flatMap((memory) => {
      const of = own.of({ line: way + memory });
      if (of.xs.length < 3) return [];
      const { a, b, rest } = rootFit(of);
      return `the return of ${way} with${memory ? "" : "out"} memory is ${inWords(a)} - (${inWords(b)})/√k, which misses a mean by ${shown(rest)} at most`;
    }),
  );

/** Memory beside none. */
function compared(own: Summary): string[] {
  const [points, memory] = ["points", `points${MEMORY}`].map((line) => own.of({ line }));
  const one = memory.of({ x: memory.xs[0] }).mean;
  const fewer = points.xs.filter((x) => points.of({ x }).mean.mean < one.mean);
  const asMany = fewer.length > 0 ? `more than k = ${fewer.at(-1)}` : "less than any k tried";
  return [`one robot asked with memory earns ${inWords(one)}, ${asMany} without`];
}

/**
 * 2 r / (1 - γ)² of the theorem, without its logarithms, where r bounds a reward; and what no pair can lose
 * more: the rewards' span / (1 - γ).
 */
function theoremOf(scenario: string): { readonly constant: number; readonly trivial: number } {
  const { globalReward, localReward, discount } = gameOf(scenario);
  const both = [globalReward, localReward];
  const [sizes, spans] = [
    both.map((rewards) => Math.max(...rewards.map(Math.abs))),
    both.map((rewards) => Math.max(...rewards) - Math.min(...rewards)),
  ];
  const trivial = (spans[0] + spans[1]) / (1 - discount);
  return { constant: (2 * (sizes[0] + sizes[1])) / (1 - discount) ** 2, trivial };
}
