/** What a scenario file says, by its schema. */
import type { z } from "zod";
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
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const [{ path, message }] = parsed.error.issues;
  const key = [...at, ...path].join(".") || "the file";
  throw new InvalidInputError(
    `${source}: ${key}: ${message}; docs/scenario_files.md says what belongs there`,
  );
}
