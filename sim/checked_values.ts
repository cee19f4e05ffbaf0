/**
 * Readers of outside data for the protocol, one kind of value each: the value checked, or a
 * ProtocolError that names its path. Free of any platform, for the page uses them too.
 */

/** A message that does not follow the protocol; says which part and why. */
export class ProtocolError extends Error {}

export type Fields = Readonly<Record<string, unknown>>;

export function fields(value: unknown, path: string): Fields {
  if (!isFields(value)) throw new ProtocolError(`${path}: not an object`);
  return value;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function list<T>(
  value: unknown,
  path: string,
  read: (item: unknown, path: string) => T,
): T[] {
  if (!Array.isArray(value)) throw new ProtocolError(`${path}: not a list`);
  return value.map((item: unknown, index) => read(item, `${path}[${index}]`));
}

export function word(value: unknown, path: string): string {
  if (typeof value !== "string") throw new ProtocolError(`${path}: not a string`);
  return value;
}

export function truth(value: unknown, path: string): boolean {
  if (typeof value !== "boolean") throw new ProtocolError(`${path}: neither true nor false`);
  return value;
}

export function oneOf<T extends string>(value: unknown, words: readonly T[], path: string): T {
  const found = words.find((candidate) => candidate === value);
  if (found === undefined) throw new ProtocolError(`${path}: not one of ${words.join(", ")}`);
  return found;
}

export function finite(value: unknown, path: string): number {
  if (typeof value !== "number" || !Number.isFinite(value)) {
    throw new ProtocolError(`${path}: not a finite number`);
  }
  return value;
}

export function notNegative(value: unknown, path: string): number {
  const number = finite(value, path);
  if (number < 0) throw new ProtocolError(`${path}: negative`);
  return number;
}

export function positive(value: unknown, path: string): number {
  const number = finite(value, path);
  if (number <= 0) throw new ProtocolError(`${path}: not positive`);
  return number;
}

/** An integer from 0 up. */
export function count(value: unknown, path: string): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) {
    throw new ProtocolError(`${path}: not a count`);
  }
  return value;
}

export function point(value: unknown, path: string): { x: number; y: number } {
  const at = fields(value, path);
  return { x: finite(at.x, `${path}.x`), y: finite(at.y, `${path}.y`) };
}
