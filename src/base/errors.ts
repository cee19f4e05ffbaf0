/** Errors that a person can act on, and what a caught error says. */

/** Input that cannot be used; the message says what failed, why and what to do. */
export class InvalidInputError extends Error {}

/** @throws InvalidInputError unless `value` is a whole number from `least` to `most` */
export function requireWhole(name: string, value: number, least: number, most = Infinity): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  const bound = most < Infinity ? `from ${least} to ${most}` : `of at least ${least}`;
  throw new InvalidInputError(`${name} is ${value}; give a whole number ${bound}`);
}

/** Characters of text from outside that a sentence shows. */
const SHOWN = 200;

/** Text from outside, short enough for a sentence and in one line. */
export function cut(text: string, most = SHOWN): string {
  const shown = text.length > most ? `${text.slice(0, most)}... (${text.length} characters)` : text;
  // eslint-disable-next-line no-control-regex
  return shown.replace(/[\x00-\x1f\x7f]/g, " ");
}

/** Names in a sentence: more than three as how many there are, and the first and last. */
export const listed = (names: readonly string[], kind: string): string =>
  names.length > 3 ? `${names.length} ${kind} (${names[0]} to ${names.at(-1)})` : names.join(", ");

/** What `work` gives; undefined where it throws. */
export function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** What `read` gives. @throws InvalidInputError where it throws: what cannot be read, why, what to do */
export function readOrRefuse<T>(what: string, remedy: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const [why] = reasonOf(error).split("\n");
    throw new InvalidInputError(`${what} cannot be read: ${why}; ${remedy}`);
  }
}

/** What a caught error says, for a sentence. */
export const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
