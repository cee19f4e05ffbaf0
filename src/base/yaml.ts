/** YAML as people write it. */
import { parse } from "yaml";

/**
 * Rows that repeat (`*row`) in a long file are no attack. What is: names of names, which the library
 * multiplies; it refuses more than this.
 */
const MOST_ALIASES = 100_000;

/** Merge keys (`<<: *base`) hold, and so do line ends of other systems. */
export const parseYaml = (text: string): unknown =>
  parse(text.replace(/\r\n?/g, "\n"), { merge: true, maxAliasCount: MOST_ALIASES });
