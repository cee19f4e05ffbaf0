/** Checks of protocol data. Runs in Node.js and in the browser. */
import * as z from "zod/mini";

/** A message breaks the protocol; says which part and why. */
export class ProtocolError extends Error {}

/** An integer from 0 up. */
export const count = z.int().check(z.nonnegative());
export const notNegative = z.number().check(z.nonnegative());
export const positive = z.number().check(z.positive());

/** The message in `text` by its schema, without unknown fields, or a ProtocolError. */
export function parsed<T>(schema: z.ZodMiniType<T>, text: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ProtocolError("a message is not JSON");
  }
  const { data, error } = schema.safeParse(value, { error: reasonOf });
  if (!error) return data;
  const { path, message } = error.issues[0];
  throw new ProtocolError(`${path.join(".") || "message"}: ${message}`);
}

function reasonOf(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return `not of type ${issue.expected}`;
    case "too_small":
      return `not ${issue.inclusive ? "at least" : "above"} ${issue.minimum}`;
    case "too_big":
      return `not at most ${issue.maximum}${issue.origin === "array" ? " entries" : ""}`;
    case "invalid_value":
      return `not one of ${issue.values.join(", ")}`;
    default:
      return `not one of ${String(issue.options)}`;
  }
}
