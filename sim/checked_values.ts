/** Checks of protocol data. Runs in Node.js and in the browser. */
import * as z from "zod/mini";
import { en } from "zod/v4/locales";

z.config(en());

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
  const { data, error } = schema.safeParse(value);
  if (!error) return data;
  const { path, message } = error.issues[0];
  throw new ProtocolError(`${path.join(".") || "message"}: ${message}`);
}
