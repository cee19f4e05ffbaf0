/** What a scenario file says, by its schema (config/scenario.schema.json). */
import type { FromSchema } from "json-schema-to-ts";
import { core, z } from "zod";
import { InvalidInputError } from "../base/errors";
import { SCENARIO } from "./generated/scenario";
import { kindsSchema } from "./kinds";

export type ScenarioFile = FromSchema<typeof SCENARIO>;
export type MapFile = NonNullable<ScenarioFile["map"]>;
/** One name, or several. */
export type NamesFile = MapFile["lanes"][number]["along"];

interface Help {
  /** It says what belongs into the file. */
  readonly document: string;
  /** What names look like, in words. */
  readonly form: string;
}

/** Kinds are checked together too. */
const schemaOf = (schema: z.core.JSONSchema.JSONSchema, kinds: string) =>
  (z.fromJSONSchema(schema) as z.ZodObject).extend({ [kinds]: kindsSchema.optional() });
const [WHOLE, MAP] = [
  schemaOf(SCENARIO as never, "local_kinds"),
  schemaOf(SCENARIO.properties.map as never, "kinds"),
];

const HELP: Help = {
  document: "docs/scenario_files.md",
  form: "use lower-case letters, digits and _",
};

/** @throws InvalidInputError that names the source, the key and what is wrong */
export const checkedScenario = (data: unknown, source: string): ScenarioFile =>
  checked(WHOLE, data, source, HELP) as ScenarioFile;

/** The same of the key `map`, where a file has one. */
export const checkedMap = (data: unknown, source: string): MapFile =>
  checked(MAP, data, source, HELP, "map") as MapFile;

/**
 * Data of a file as its schema has it.
 * @param at key of the file that `data` stands under
 * @throws InvalidInputError that names the source, the key and what is wrong
 */
export function checked(
  schema: z.ZodType,
  data: unknown,
  source: string,
  help: Help,
  ...at: string[]
): unknown {
  const parsed = schema.safeParse(data, {
    reportInput: true,
    error: ({ code }) => (code === "invalid_format" ? help.form : undefined),
  });
  if (parsed.success) return parsed.data;
  const { path, message, input } = deepest(parsed.error.issues[0]);
  const key = core.toDotPath([...at, ...path]) || "the file";
  const value = ["number", "string", "boolean"].includes(typeof input)
    ? ` is ${String(input)}`
    : "";
  throw new InvalidInputError(
    `${source}: ${key}${value}: ${message}; ${help.document} says what belongs there`,
  );
}

/** Of what may have several forms: what is wrong by the form that it is most like, else by the first. */
function deepest(issue: core.$ZodIssue): core.$ZodIssue {
  if (issue.code !== "invalid_union") return issue;
  const inner = issue.errors.map(([first]) => deepest(first));
  const { path, ...most } = inner.reduce((a, b) => (b.path.length > a.path.length ? b : a));
  return { ...most, path: [...issue.path, ...path] };
}
