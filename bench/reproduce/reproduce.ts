/** `npm run reproduce`: every claim with its figure, from jobs that can be spread over machines. */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { COMMANDS } from "../../src/cli/generated/commands";
import { abortOnInterrupt, type OptionValues, runCommand, UsageError } from "../../src/cli/options";
import { gamesOf, type Job, jobsOf, nameOf } from "./jobs";
import { doJobs } from "./pool";
import { QUESTIONS } from "./questions";
import { svgOf } from "./figure";
import { answersTo, reportOf } from "./report";
import { csvOf, Store } from "./store";
import { Summary } from "./summary";

/** Exit status after Ctrl-C. */
const INTERRUPTED = 130;

type Options = OptionValues<typeof COMMANDS.reproduce.options>;

/** The questions and the games that are asked for; all where none of a kind is named. @throws UsageError */
function chosen(quick: boolean, names: readonly string[] = []) {
  const scenarios = gamesOf(quick);
  const known = Object.keys(QUESTIONS);
  const unknown = names.find((name) => ![...known, ...scenarios].includes(name));
  if (unknown !== undefined) {
    throw new UsageError(
      `--only is "${unknown}"; give a question (${known.join(", ")}) or a game (${scenarios.join(", ")})`,
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
  return { questions, jobs: own };
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
  const { quick, only, shard, merge, out, threads = availableParallelism() } = options;
  if (merge && shard !== undefined) {
    throw new UsageError("--shard does not go with --merge, which joins all parts; leave one out");
  }
  const { questions, jobs } = chosen(quick, only);
  const own = shardOf(jobs, shard);
  const store = new Store(out);
  store.make();
  merge?.forEach((folder) => store.takeFrom(folder));
  const missing = own.filter((job) => !store.has(job));
  if (merge && missing.length > 0) {
    throw new UsageError(
      `${missing.length} of ${jobs.length} jobs are in none of the folders (${nameOf(missing[0])}); do the missing parts with the same options, or leave --merge out to do them here`,
    );
  }
  process.stderr.write(`${own.length - missing.length} of ${own.length} jobs are done\n`);
  const signal = abortOnInterrupt();
  const failed = await doJobs(missing, out, threads, signal);
  if (signal.aborted) {
    process.stderr.write(
      "interrupted: the jobs that are done are kept, and the same command goes on\n",
    );
    return INTERRUPTED;
  }
  if (failed.length > 0) {
    process.stderr.write(
      `${failed.join("\n")}\n${failed.length} jobs failed; the others are kept, and the same command tries these again\n`,
    );
    return 1;
  }
  const said =
    shard === undefined ? tell(store, jobs, questions, options) : `part ${shard} is in ${out}`;
  process.stdout.write(`${said}\n`);
  return 0;
}

/** Writes what is made of all jobs. */
function tell(
  store: Store,
  jobs: readonly Job[],
  questions: readonly string[],
  { out, quick }: Options,
): string {
  const { rows, times } = store.resultsOf(jobs);
  store.write("results.csv", csvOf(rows));
  store.write("times.csv", csvOf(times, true));
  const answers = answersTo(questions, new Summary([...rows, ...times]));
  const figures = Object.values(answers).flatMap((answer) => answer.figures);
  for (const one of figures) store.write(join("figures", `${one.name}.svg`), svgOf(one));
  const machines = [...new Set(times.map(({ machine }) => machine))].join("; ");
  const seeds = new Set(rows.map(({ seed }) => seed)).size;
  const made = [
    `Made by npm run reproduce${quick ? " -- --quick, a reduced version" : ""}: ${jobs.length} jobs, ${seeds} learning seeds. Returns are discounted, over 50 epochs; ± and bars are 95 % intervals over the learning seeds, each of which is judged by random numbers of its own.`,
    `Times and memory are of ${machines}.`,
  ];
  store.write("report.html", reportOf(answers, made));
  return `${join(out, "report.html")} and ${join(out, "results.csv")}: ${jobs.length} jobs, ${figures.length} figures`;
}

if (require.main === module) void runCommand(COMMANDS.reproduce, main);
