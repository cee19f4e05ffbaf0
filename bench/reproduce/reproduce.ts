/** `npm run reproduce`: every claim with its figure, from jobs that can be spread over machines. */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { COMMANDS } from "../../src/cli/generated/commands";
import { abortOnInterrupt, type OptionValues, runCommand, UsageError } from "../../src/cli/options";
import { answerTo, type Question } from "./answers";
import { gamesOf, type Job, jobsOf, nameOf } from "./jobs";
import { HORIZON } from "./players";
import { doJobs } from "./pool";
import { QUESTIONS } from "./questions";
import { installLibraries, isLibrary } from "../rivals/libraries";
import { svgOf } from "./figure";
import { reportOf } from "./report";
import { csvOf, Store } from "./store";
import { Summary } from "./summary";

type Options = OptionValues<typeof COMMANDS.reproduce.options>;

/** The questions and the games that are asked for; all where none of a kind is named. @throws UsageError */
function chosen({ quick, libraries, only: names = [] }: Options) {
  const left = { libraries: "; libraries goes with --libraries" } as Record<string, string>;
  for (const game of gamesOf(false)) left[game] = "; --quick has no other games";
  const scenarios = gamesOf(quick);
  const known = Object.keys(QUESTIONS).filter((name) => libraries || name !== "libraries");
  const unknown = names.find((name) => ![...known, ...scenarios].includes(name));
  if (unknown !== undefined) {
    throw new UsageError(
      `--only is "${unknown}"; give a question (${known.join(", ")}) or a game (${scenarios.join(", ")})${left[unknown] ?? ""}`,
    );
  }
  const isChosen = (name: string, all: readonly string[]): boolean =>
    names.includes(name) || !names.some((one) => all.includes(one));
  const questions = known.filter((name) => isChosen(name, known));
  const studies = questions.flatMap((name) => {
    const { studies, levels } = QUESTIONS[name];
    return levels ? [...studies, "asked"] : studies;
  });
  const own = jobsOf(studies, quick).filter(({ scenario }) => isChosen(scenario, scenarios));
  if (own.length === 0) {
    throw new UsageError(
      `--only ${names.join(" ")} leaves no job: the question is asked of other games (docs/reproduce.md)`,
    );
  }
  const asked = Object.fromEntries(questions.map((name) => [name, QUESTIONS[name]]));
  return { questions: asked, jobs: own };
}

/** Every N-th job, from the I-th on. @throws UsageError */
function shardOf(jobs: readonly Job[], shard: string | undefined): readonly Job[] {
  if (shard === undefined) return jobs;
  const [part, parts] = (/^([1-9]\d*)\/([1-9]\d*)$/.exec(shard) ?? []).slice(1).map(Number);
  if (!(part <= parts)) {
    throw new UsageError(`--shard is "${shard}"; give I/N, such as 1/4: part 1 of 4`);
  }
  return jobs.filter((_, i) => i % parts === part - 1);
}

export async function main(options: Options): Promise<number> {
  const { quick, libraries, shard, merge, out, only = [] } = options;
  const { questions, jobs } = chosen(options);
  const own = shardOf(jobs, shard);
  const store = new Store(out);
  merge?.forEach((folder) => store.takeFrom(folder));
  const missing = own.filter((job) => !store.has(job));
  if (merge && missing.length > 0) {
    throw new UsageError(
      `${missing.length} of ${jobs.length} jobs are in none of the folders (${nameOf(missing[0])}); do the missing parts with the same options, or leave --merge out to do them here`,
    );
  }
  if (missing.some(({ ways }) => ways.some(isLibrary)) && !installLibraries()) return 1;
  const named = only.map((name) => `--only ${name}`);
  const flags = [quick && "--quick", libraries && "--libraries", ...named].filter(Boolean);
  const command = ["npm run reproduce", ...(flags.length > 0 ? ["--", ...flags] : [])].join(" ");
  const reduced = quick ? " (reduced: two seeds, so that intervals are wide)" : "";
  return answer(shard === undefined ? questions : {}, own, options, command + reduced);
}

/** Does what is not done yet. @returns the exit status */
async function complete(jobs: readonly Job[], store: Store, threads: number): Promise<number> {
  const missing = jobs.filter((job) => !store.has(job));
  process.stderr.write(`${jobs.length - missing.length} of ${jobs.length} jobs are done\n`);
  const signal = abortOnInterrupt();
  const failed = await doJobs(missing, store.folder, threads, signal);
  if (signal.aborted) {
    process.stderr.write(
      "interrupted: the jobs that are done are kept, and the same command goes on\n",
    );
    // Exit status after Ctrl-C.
    return 130;
  }
  if (failed.length === 0) return 0;
  process.stderr.write(
    `${failed.join("\n")}\n${failed.length} jobs failed; the others are kept, and the same command tries these again\n`,
  );
  return 1;
}

/** Does what is not done yet, and writes what is made of all jobs; without questions the jobs' files alone. */
export async function answer(
  questions: Readonly<Record<string, Question>>,
  jobs: readonly Job[],
  { out, threads = availableParallelism() }: Pick<Options, "out" | "threads">,
  command: string,
  epochs = HORIZON,
): Promise<number> {
  const store = new Store(out);
  const status = await complete(jobs, store, threads);
  const names = Object.keys(questions);
  if (status === 0 && names.length === 0) process.stdout.write(`this part is in ${out}\n`);
  if (status !== 0 || names.length === 0) return status;
  const { rows, times } = store.resultsOf(jobs);
  store.write("results.csv", csvOf(rows));
  store.write("times.csv", csvOf(times, true));
  const all = new Summary([...rows, ...times]);
  const answers = Object.entries(questions).map(([name, one]) => answerTo(name, one, all));
  const figures = answers.flatMap((one) => one.figures);
  for (const one of figures) store.write(join("figures", `${one.name}.svg`), svgOf(one));
  const machines = [...new Set(times.map(({ machine }) => machine))].join("; ");
  const seeds = new Set(rows.map(({ seed }) => seed)).size;
  const made = [
    `Made by ${command}: ${jobs.length} jobs, ${seeds} learning seeds. Returns are discounted, over ${epochs} epochs; ± and bars are 95 % intervals over the learning seeds, each of which is judged by random numbers of its own.`,
    `Times and memory are of ${machines}.`,
  ];
  store.write("report.html", reportOf(answers, made));
  const said = `${join(out, "report.html")} and ${join(out, "results.csv")}: ${jobs.length} jobs, ${figures.length} figures`;
  process.stdout.write(`${said}\n`);
  return 0;
}

if (require.main === module) void runCommand(COMMANDS.reproduce, main);
