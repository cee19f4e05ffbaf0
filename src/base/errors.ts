/** Errors that a person can act on, and what a caught error says. */

/** Input that cannot be used; the message says what failed, why and what to do. */
export class InvalidInputError extends Error {}

/** What a caught error says, for a sentence. */
export const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
