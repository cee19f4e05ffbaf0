/** YAML as people write it. */
import { parse, type ParseOptions, type DocumentOptions, type SchemaOptions } from "yaml";

/**
 * Rows that repeat (`*row`) in a long file are no attack. What is: names of names, which the library
 * multiplies; it refuses more than this.
 */
const MOST_ALIASES = 100_000;

type Options = ParseOptions & DocumentOptions & SchemaOptions;

/** Merge keys (`<<: *base`) hold, and so do line ends of other systems. */
export const parseYaml = (text: string, options: Options = {}): unknown =>
  parse(text.replace(/\r\n?/g, "\n"), { merge: true, ...options, maxAliasCount: MOST_ALIASES });
