/** What all commands share: their options (config/options.yaml), help, errors as sentences. */
import { accessSync, constants, statSync } from "node:fs";
import { dirname } from "node:path";
import { Command, CommanderError, Option } from "commander";
import { InvalidInputError, reasonOf } from "../base/errors";
import { isAllowed, ruleOf, type Value, type ValueForm, type ValueOf } from "../ros/parameters";

/** Wrong use of a command: exit status 2. The message says what is wrong and what to give. */
export class UsageError extends InvalidInputError {}

export type OptionSpec = ValueForm & {
  readonly description: string;
  /** What stands for the value in the help, such as K. */
  readonly value?: string;
  readonly default?: Value;
  readonly required?: true;
  readonly repeatable?: true;
  /** Given without its name: the words that are no option's. One at most in a command, and repeatable. */
  readonly positional?: true;
  /** Options of which none can be given with it. */
  readonly notWith?: { readonly options: readonly string[]; readonly why: string };
};

/** By the option's name in camel case: tableSize is --table-size. */
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** What was given, or the default; undefined where there is neither. */
export type OptionValues<S extends OptionSpecs> = {
  readonly [K in keyof S]: S[K] extends { readonly repeatable: true }
    ? readonly ValueOf<S[K]>[]
    : S[K] extends { readonly required: true } | { readonly default: Value }
      ? ValueOf<S[K]>
      : ValueOf<S[K]> | undefined;
};

export interface CommandSpec<S extends OptionSpecs> {
  /** As it is called, such as "npm run learn --". */
  readonly usage: string;
  readonly summary: string;
  readonly options: S;
}

/** Without leading zeros: ROS reads 010 as 8. */
const WHOLE = /^[+-]?(0|[1-9]\d*)$/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** --table-size for tableSize */
export const flagOf = (name: string): string =>
  `--${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`;

/** The option for commander, without its default, which would be taken for a first value. */
function optionOf(name: string, spec: OptionSpec): Option {
  const flag = flagOf(name);
  const isSwitch = spec.type === "boolean";
  const notes = [
    "choices" in spec && spec.choices && ruleOf(spec),
    spec.required && "required",
    spec.repeatable && "may be repeated",
    spec.default !== undefined && spec.default !== "" && !isSwitch && `default ${spec.default}`,
  ].filter(Boolean);
  const help = [spec.description, ...notes.map((note) => `(${note})`)].join(" ");
  if (isSwitch) return new Option(flag, help);
  return new Option(`${flag} <${spec.value}>`, help).argParser((text, former: unknown) => {
    const value = readValue(name, spec, text);
    if (spec.repeatable) return [former ?? [], value].flat();
    if (former === undefined) return value;
    throw new UsageError(`${flag} is given more than once; give it once`);
  });
}

/** One value of an option from its text. @throws UsageError */
function readValue(name: string, spec: OptionSpec, text: string): Value {
  if (text.startsWith("--")) {
    throw new UsageError(`${flagOf(name)} is followed by ${text}; give it a value, see --help`);
  }
  const isNumber =
    (spec.type === "integer" && WHOLE.test(text)) || (spec.type === "double" && NUMBER.test(text));
  const value = isNumber ? Number(text) : text;
  // Empty is not nothing: an option that is to have no effect is left out.
  if (text.trim() !== "" && isAllowed(spec, value)) return value;
  throw new UsageError(`${flagOf(name)} is "${text}"; give ${ruleOf(spec)}`);
}

/**
 * Parses arguments by their declarations; prints the help where it is asked for.
 * @throws UsageError on an unknown, repeated, missing or wrong option
 * @throws CommanderError after the help
 */
export function parseOptions<S extends OptionSpecs>(
  { usage, summary, options }: CommandSpec<S>,
  args: readonly string[],
): OptionValues<S> {
  const program = new Command(usage)
    .description(summary)
    .helpOption("--help", "print this and exit")
    .configureHelp({ helpWidth: 100 })
    .configureOutput({ writeErr: () => undefined })
    .exitOverride();
  for (const [name, spec] of Object.entries(options)) {
    if (!spec.positional) program.addOption(optionOf(name, spec));
    else program.argument(`[${spec.value}...]`, spec.description);
  }
  try {
    program.parse(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError) || error.exitCode === 0) throw error;
    const reason = error.message.replace(/^error: |\.$/g, "").replace(/\s+/g, " ");
    throw new UsageError(`${reason}; see --help`);
  }
  const values: Record<string, unknown> = program.opts();
  const [words] = Object.keys(options).filter((name) => options[name].positional);
  if (program.args.length > 0)
    values[words] = program.args.map((word) => readValue(words, options[words], word));
  const pairs = Object.entries(options).map(([name, { required, value, default: fallback }]) => {
    const flag = flagOf(name);
    if (!required || name in values) return [name, values[name] ?? fallback];
    throw new UsageError(`${flag} is missing; give ${flag} ${value}, see --help`);
  });
  const all = Object.fromEntries(pairs) as OptionValues<S>;
  requireTogether(options, all);
  return all;
}

/** @throws UsageError for options that do not go together; one at its default counts as not given */
function requireTogether<S extends OptionSpecs>(options: S, values: OptionValues<S>): void {
  const isGiven = (name: string): boolean => values[name] !== options[name].default;
  for (const [name, { notWith }] of Object.entries(options)) {
    const other = isGiven(name) && notWith?.options.find(isGiven);
    if (!other) continue;
    const both = `${flagOf(other)} does not go with ${flagOf(name)}`;
    throw new UsageError(`${both}: ${notWith?.why}; leave one of them out`);
  }
}

type Main<S extends OptionSpecs> = (options: OptionValues<S>) => Promise<number | void>;

/** Runs `main` with what `args` say: the exit status (0 done, 1 failed, 2 wrong use) and why. */
export async function outcomeOf<S extends OptionSpecs>(
  command: CommandSpec<S>,
  main: Main<S>,
  args: readonly string[],
): Promise<{ readonly status: number; readonly why?: string }> {
  try {
    return { status: (await main(parseOptions(command, args))) ?? 0 };
  } catch (error) {
    // The help was printed.
    if (error instanceof CommanderError) return { status: 0 };
    if (error instanceof Interruption) return { status: INTERRUPTED, why: error.message };
    if (error instanceof InvalidInputError) return { status: 2, why: error.message };
    const stack = error instanceof Error ? error.stack : undefined;
    return { status: 1, why: stack ?? reasonOf(error) };
  }
}

/**
 * Runs a command: parses its arguments, prints its help, turns errors into one sentence on standard
 * error and an exit status. `main` may return a status of its own.
 */
export async function runCommand<S extends OptionSpecs>(
  command: CommandSpec<S>,
  main: Main<S>,
  args: readonly string[] = process.argv.slice(2),
): Promise<void> {
  endWithoutReader();
  const { status, why } = await outcomeOf(command, main, args);
  if (why !== undefined) process.stderr.write(`${why}\n`);
  process.exitCode = status;
}

/**
 * Refuses a file that could not be written at the end of a long run.
 * @param option that names it
 * @throws UsageError
 */
export function requireWritable(option: string, file: string): void {
  try {
    if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) throw new Error("it is a folder");
    accessSync(dirname(file), constants.W_OK);
  } catch (error) {
    throw new UsageError(
      `${option} ${file} cannot be written: ${reasonOf(error)}; name a file in a folder you may write to`,
    );
  }
}

/** Exit status of a command that Ctrl-C ended before it had a result, and its error. */
export const INTERRUPTED = 130;
class Interruption extends Error {}

/** Output that nobody reads any more (`npm start | head -1`) ends a command as Ctrl-C does. */
function endWithoutReader(): void {
  let isGone = false;
  const end = (): void => {
    if (isGone) return;
    isGone = true;
    if (!process.emit("SIGINT")) process.exit(INTERRUPTED);
  };
  for (const stream of [process.stdout, process.stderr]) stream.on("error", end);
}

/**
 * A signal that SIGINT and SIGTERM abort; a second one ends the process at once. A command that
 * rejects with the signal's reason ends as interrupted.
 */
export function abortOnInterrupt(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(INTERRUPTED);
      controller.abort(new Interruption("interrupted: nothing was written or started"));
    });
  }
  return controller.signal;
}
