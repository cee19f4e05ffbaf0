/** What a scenario file says, by its schema. */
import { core, type z } from "zod";
import { InvalidInputError } from "../base/errors";

/**
 * @param at where `data` stands in the file
 * @throws InvalidInputError that names the source, the key and what is wrong
 */
export function checked<T>(
  schema: z.ZodType<T>,
  data: unknown,
  source: string,
  ...at: readonly string[]
): T {
  const parsed = schema.safeParse(data, { reportInput: true });
  if (parsed.success) return parsed.data;
  const [{ path, message, input }] = parsed.error.issues;
  const key = core.toDotPath([...at, ...path]) || "the file";
  const value = ["number", "string", "boolean"].includes(typeof input)
    ? ` is ${String(input)}`
    : "";
  throw new InvalidInputError(
    `${source}: ${key}${value}: ${message}; docs/scenario_files.md says what belongs there`,
  );
}
