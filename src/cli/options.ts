/** What all commands share: options from one table, help from the same table, errors as sentences. */
import { parseArgs } from "node:util";
import { InvalidInputError } from "../base/errors";

export { packageRoot } from "../base/package_root";
export { loadScenario } from "../game/scenario_file";

/** Wrong use of a command: exit status 2. The message says what is wrong and what to give. */
export class UsageError extends Error {}

export interface CommandSpec {
  /** As it is called, such as "npm run learn --". */
  readonly usage: string;
  /** One sentence. */
  readonly summary: string;
  /**
   * Help texts by option: a name without the dashes and, unless it is a switch, what stands for its
   * value, such as "table-size K"; then "!" where it is required, "+" where it may be repeated.
   */
  readonly options: Readonly<Record<string, string>>;
}

/** Options that several commands have, worded once. */
export const JSON_OPTION = {
  json: "print one JSON object on standard output and nothing else there",
};
export const SEED_OPTION = { "seed S": "seed of all random draws (default 0)" };

/** The rows of the table, read from their keys, and --help. */
function rowsOf({ options }: CommandSpec) {
  return Object.entries({ ...options, help: "print this and exit" }).map(([key, help]) => {
    const [form] = key.split(/[!+]/);
    const [name, value] = form.split(" ");
    return {
      form,
      name,
      value,
      help,
      isRequired: key.includes("!"),
      isMultiple: key.includes("+"),
    };
  });
}

export interface Range {
  readonly min?: number;
  readonly max?: number;
}

/** The options given, read by name and checked. Each reader throws UsageError. */
export class Options {
  constructor(private readonly given: Readonly<Record<string, unknown>>) {}

  has(name: string): boolean {
    return this.given[name] !== undefined;
  }

  switch(name: string): boolean {
    return this.given[name] === true;
  }

  list(name: string): string[] {
    const value = this.given[name];
    if (value === undefined) return [];
    return (Array.isArray(value) ? value : [value]).map(String);
  }

  text(name: string, fallback: string): string;
  text(name: string, fallback?: string): string | undefined;
  text(name: string, fallback?: string): string | undefined {
    return this.list(name).at(-1) ?? fallback;
  }

  choice<T extends string>(name: string, choices: readonly T[], fallback: T): T {
    const text = this.text(name, fallback);
    const chosen = choices.find((choice) => choice === text);
    if (chosen !== undefined) return chosen;
    throw new UsageError(`--${name} is "${text}"; give one of ${choices.join(", ")}`);
  }

  /** A whole number in the range. */
  integer(name: string, range: Range, fallback: number): number;
  integer(name: string, range: Range, fallback?: number): number | undefined;
  integer(name: string, range: Range, fallback?: number): number | undefined {
    return this.numeric(name, range, /^[+-]?\d+$/, "a whole number", fallback);
  }

  number(name: string, range: Range, fallback: number): number;
  number(name: string, range: Range, fallback?: number): number | undefined;
  number(name: string, range: Range, fallback?: number): number | undefined {
    const form = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
    return this.numeric(name, range, form, "a number", fallback);
  }

  private numeric(
    name: string,
    { min = -Number.MAX_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER }: Range,
    form: RegExp,
    what: string,
    fallback: number | undefined,
  ): number | undefined {
    const text = this.text(name);
    if (text === undefined) return fallback;
    const value = Number(text);
    if (form.test(text) && value >= min && value <= max) return value;
    const bounds =
      max === Number.MAX_SAFE_INTEGER
        ? min === -Number.MAX_SAFE_INTEGER
          ? ""
          : ` of at least ${min}`
        : ` from ${min} to ${max}`;
    throw new UsageError(`--${name} is "${text}"; give ${what}${bounds}`);
  }
}

/** Help text, generated from the table of options. */
export function helpOf(spec: CommandSpec): string {
  const rows = rowsOf(spec);
  const width = Math.max(...rows.map(({ form }) => form.length)) + 4;
  const lines = rows.map(({ form, help, isRequired, isMultiple }) => {
    const notes = `${isRequired ? " (required)" : ""}${isMultiple ? " (may be repeated)" : ""}`;
    return `  ${`--${form}`.padEnd(width)}${help}${notes}`;
  });
  return `${spec.summary}\n\nUsage: ${spec.usage} [options]\n\n${lines.join("\n")}\n`;
}

/** `--name -3` as `--name=-3`: parseArgs takes the number for an option. */
function joinNegative(args: readonly string[], takesValue: (name: string) => boolean): string[] {
  const joined: string[] = [];
  for (const arg of args) {
    const last = joined.at(-1);
    const isValue = /^-[\d.]/.test(arg) && last?.startsWith("--") && takesValue(last.slice(2));
    if (isValue) joined[joined.length - 1] = `${last}=${arg}`;
    else joined.push(arg);
  }
  return joined;
}

/** Parses arguments by the table. @throws UsageError on an unknown, repeated or missing option */
export function parseOptions(spec: CommandSpec, args: readonly string[]): Options {
  const rows = rowsOf(spec);
  const options = Object.fromEntries(
    rows.map(({ name, value }) => [
      name,
      value ? { type: "string" as const, multiple: true } : { type: "boolean" as const },
    ]),
  );
  let values: Readonly<Record<string, unknown>>;
  try {
    const joined = joinNegative(args, (name) => options[name]?.type === "string");
    values = parseArgs({ args: joined, options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    const reason = error instanceof Error ? error.message.split(". To specify")[0] : String(error);
    throw new UsageError(`${reason.replace(/\s+/g, " ")}; see --help`);
  }
  if (values.help === true) return new Options(values);
  for (const { form, name, isRequired, isMultiple } of rows) {
    const given = values[name];
    if (isRequired && given === undefined) {
      throw new UsageError(`--${name} is missing; give --${form}, see --help`);
    }
    if (!isMultiple && Array.isArray(given) && given.length > 1) {
      throw new UsageError(`--${name} is given ${given.length} times; give it once`);
    }
  }
  return new Options(values);
}

/**
 * Runs a command: parses its arguments, prints its help, turns errors into one sentence on standard
 * error and an exit status (0 done, 1 failed, 2 wrong use). `main` may return a status of its own.
 */
export async function runCommand(
  spec: CommandSpec,
  main: (options: Options) => Promise<number | void>,
): Promise<void> {
  try {
    const options = parseOptions(spec, process.argv.slice(2));
    if (options.switch("help")) {
      process.stdout.write(helpOf(spec));
      return;
    }
    process.exitCode = (await main(options)) ?? 0;
  } catch (error) {
    process.stderr.write(`${sentenceOf(error)}\n`);
    process.exitCode = error instanceof UsageError || error instanceof InvalidInputError ? 2 : 1;
  }
}

function sentenceOf(error: unknown): string {
  if (error instanceof UsageError || error instanceof InvalidInputError) return error.message;
  // Not foreseen: the stack says where.
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** A signal that SIGINT and SIGTERM abort; a second one ends the process at once (status 130). */
export function abortOnInterrupt(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(130);
      controller.abort();
    });
  }
  return controller.signal;
}
