/** The header of a policy file: safetensors' JSON with the metadata, checked before any array. */
import type { FromSchema } from "json-schema-to-ts";
import { z } from "zod";
import { histogramCount } from "../game/histogram";
import { POLICY } from "../game/generated/policy";
import { kindsSchema } from "../game/kinds";
import { type Game, type Sizes, sizesOf } from "../game/model";
import type { PolicyMetadata } from "../game/policy_metadata";
import { attempt, cut, InvalidInputError } from "../base/errors";
import { decodeUtf8 } from "../base/platform";
import { LARGEST_TABLE, MOST_VECTORS } from "./kind";
import { type Layout, snakeCase, tensorsOf } from "./policy_tensors";

const FORMATS = ["alternating_marl policy 1", "alternating_marl policy 2"] as const;
const [FIRST_FORMAT, FORMAT] = FORMATS;
const GAME_FORMAT = "alternating_marl game 1";

/** Bytes: 80 for each name of the largest game. With 100 zones, named zone_0 to zone_99, it has 5,000. */
const LARGEST_HEADER_BYTES = 65_536;
/** States or actions of a kind, as in scenario files. */
const MOST_NAMES = POLICY.names.maxItems;
/** Entries (s_g, histogram) of a table: learning cannot address more (learning/size.ts). */
const MOST_ENTRIES = 12_500_000;

/** What a header's metadata says, by format and kind. */
type Contents = FromSchema<(typeof POLICY)["first" | "table" | "points"]>;
const schemaOf = (schema: object) => z.fromJSONSchema(schema as never) as z.ZodObject;
const robotKinds = kindsSchema.optional();
const CONTENTS = {
  first: schemaOf(POLICY.first),
  table: schemaOf(POLICY.table).extend({ robotKinds }),
  points: schemaOf(POLICY.points).extend({ robotKinds }),
};
const METADATA = schemaOf(POLICY.metadata).strip();

/** What the file calls values that lie one level down in PolicyMetadata. */
const KEYS: Readonly<Record<string, string>> = {
  ...{ "pointsUsed.points": "points", "pointsUsed.stop": "stop" },
  ...{ "bounds.lower": "lower_bound", "bounds.upper": "upper_bound" },
  ...{ "bounds.upperPopulation": "upper_bound_population" },
  ...{ "bounds.limitUpper": "limit_upper_bound", "bounds.horizon": "bounds_horizon" },
  ...{ "bounds.horizonLower": "horizon_lower", "bounds.horizonUpper": "horizon_upper" },
  ...{ "bounds.limitHorizonUpper": "limit_horizon_upper", "bounds.error": "bounds_error" },
};
const PATHS = new Map(Object.entries(KEYS).map(([path, key]) => [key, path]));
const keyOf = (path: string): string => KEYS[path] ?? snakeCase(path);
const pathOf = (key: string): string =>
  PATHS.get(key) ?? key.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());

/** Metadata as the file keeps it: names in snake_case, values as text. */
export type Strings = Readonly<Record<string, string>>;

function textsOf(values: object, prefix = ""): [string, string][] {
  return Object.entries(values).flatMap(([name, value]: [string, unknown]) => {
    if (value === undefined) return [];
    if (name === "bounds" || name === "pointsUsed") return textsOf(value as object, `${name}.`);
    return [[keyOf(prefix + name), typeof value === "string" ? value : JSON.stringify(value)]];
  });
}

export function stringsOf(metadata: PolicyMetadata, game: Game, layout: Layout): Strings {
  const { localForm, vectors } = layout;
  const kind = vectors === undefined ? "table" : "points";
  const own = { ...metadata, format: FORMAT, kind, localForm };
  return Object.fromEntries(textsOf({ ...own, ...namedIn(game) }));
}

/** The same of a game alone. */
export function gameStringsOf(game: Game): Strings {
  const { name: scenario, sha256: scenarioSha256, discount } = game;
  const own = { format: GAME_FORMAT, scenario, scenarioSha256, discount };
  return Object.fromEntries(textsOf({ ...own, ...namedIn(game) }));
}

function namedIn(game: Game) {
  const { globalStates, globalActions, localStates, localActions, horizon } = game;
  const law = game.initialLocal;
  const initialAlpha = law.kind === "dirichlet" ? law.alpha : undefined;
  const names = { globalStates, globalActions, localStates, localActions };
  return { ...names, timing: "current", horizon, initialAlpha, robotKinds: game.kinds };
}

type Refuse = (why: string, remedy?: string) => never;

/** The inverse: values of what is known, and nothing else. */
function contentsOf(strings: Strings, refuse: Refuse) {
  if (strings.format === GAME_FORMAT)
    refuse("it holds a game without a policy", "learn one for that scenario");
  if (!FORMATS.some((format) => format === strings.format)) {
    refuse(
      `its format is "${cut(strings.format ?? "")}" and this version reads "${FORMATS.join('" and "')}"`,
      "use the version that wrote it, or learn the policy with this one",
    );
  }
  const kind = strings.kind === "table" ? "table" : "points";
  const which = strings.format === FIRST_FORMAT ? "first" : kind;
  const nested: Record<string, unknown> = {};
  for (const [key, text] of Object.entries(strings)) {
    const path = pathOf(key).split(".");
    const [outer, inner] = path;
    if (keyOf(path.join(".")) !== key) refuse(`its metadata has the unknown key ${cut(key)}`);
    const value = valueOf(text, path, POLICY[which]);
    nested[outer] = inner === undefined ? value : { ...(nested[outer] as object), [inner]: value };
  }
  const { data, error } = CONTENTS[which].safeParse(nested);
  if (!error)
    return { contents: data as Contents, metadata: METADATA.parse(nested) as PolicyMetadata };
  const { path, message } = error.issues[0];
  return refuse(`${keyOf(path.slice(0, 2).join(".")) || "its metadata"}: ${message}`);
}

interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, object | undefined>>;
}

/** What a text says at a path of the schema: a word, or the value of its JSON. */
function valueOf(text: string, path: readonly string[], schema: Schema): unknown {
  const own = path.reduce<Schema | undefined>((of, name) => of?.properties?.[name], schema);
  return own?.type === "string" ? text : (attempt(() => JSON.parse(text) as unknown) ?? text);
}

const tensorSchema = z.strictObject({
  dtype: z.string(),
  shape: z.array(z.int().positive()),
  data_offsets: z.array(z.int().nonnegative()),
});
const headerSchema = z
  .object({ __metadata__: z.record(z.string(), z.string()) })
  .catchall(tensorSchema);
type Tensors = Readonly<Record<string, z.infer<typeof tensorSchema> | undefined>>;

/** Bytes of the longest policy file of a game with these sizes. */
export function mostPolicyBytes(sizes: Sizes): number {
  const { sG, sL } = sizes;
  const histograms = Math.min(Math.floor(MOST_ENTRIES / sG), histogramCount(sL, LARGEST_TABLE));
  const ends = [{ histograms }, { vectors: MOST_VECTORS }].map(
    (kind) => tensorsOf({ sizes, localForm: "command", laws: MOST_NAMES, ...kind }).at(-1)!.end,
  );
  return 8 + LARGEST_HEADER_BYTES + Math.max(...ends);
}

/**
 * The checked header, and the bytes after it, `data`.
 * @throws InvalidInputError when the header, a dtype, a shape or an offset is not as it must be
 */
export function parseHeader(bytes: Uint8Array, source: string) {
  const refuse: Refuse = (why, remedy = 'give a file written by "npm run learn"') => {
    throw new InvalidInputError(
      `${source} is not a policy file that can be used: ${why}; ${remedy}`,
    );
  };
  const dataAt = headerEnd(bytes, refuse);
  const { __metadata__: strings, ...others } = headerOf(bytes.subarray(8, dataAt), refuse);
  const given: Tensors = others;
  const { contents, metadata } = contentsOf(strings, refuse);
  const layout = layoutOf(contents, given, refuse);
  const tensors = tensorsOf(layout);
  for (const { name, dtype, shape, start, end } of tensors) {
    const wanted = `${dtype} [${shape}] at bytes ${start} to ${end}`;
    const its = given[name];
    const found = its && `${its.dtype} [${its.shape}] at bytes ${its.data_offsets.join(" to ")}`;
    if (found !== wanted) refuse(`${name} is ${cut(found ?? "missing")} instead of ${wanted}`);
  }
  const unknown = Object.keys(given).find((key) => tensors.every(({ name }) => name !== key));
  if (unknown !== undefined) refuse(`its header has the unknown tensor ${cut(unknown)}`);
  const data = bytes.subarray(dataAt);
  const { end } = tensors.at(-1)!;
  if (data.length !== end) refuse(`its arrays have ${data.length} bytes instead of ${end}`);
  return { strings, contents, metadata, tensors, data, sizes: layout.sizes };
}

/** What the arrays must be: by the metadata, and by the sizes that only shapes tell. */
function layoutOf(contents: Contents, given: Tensors, refuse: Refuse): Layout {
  // Floats: a forged header must not make us allocate an index of its size.
  if (contents.format === FORMAT) {
    const { localForm, initialAlpha } = contents;
    const sizes = sizesOf(contents);
    const vectors = Math.min(given.vectors?.shape[0] ?? 1, MOST_VECTORS);
    const kind =
      contents.kind === "points"
        ? { vectors }
        : { histograms: histogramCount(sizes.sL, contents.tableSize) };
    const listed = given.initial_local?.shape ?? [];
    const laws = initialAlpha === undefined ? (listed.length > 1 ? listed[0] : 1) : 0;
    return { sizes, localForm, ...kind, laws };
  }
  const shape = given.local_policy?.shape ?? [];
  if (shape.length !== 3 || Math.max(...shape) > MOST_NAMES) {
    refuse(`local_policy has the shape [${shape}] and needs three sizes of at most ${MOST_NAMES}`);
  }
  const [sL, sG, aL] = shape;
  const sizes = { sG, aG: contents.globalActions, sL, aL };
  return { sizes, localForm: "state", histograms: histogramCount(sL, contents.tableSize) };
}

/** Where the header ends, bytes. */
function headerEnd(bytes: Uint8Array, refuse: Refuse): number {
  if (bytes.length < 8) refuse(`it has ${bytes.length} bytes, too few for a safetensors header`);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > BigInt(LARGEST_HEADER_BYTES)) {
    refuse(`its header claims ${length} bytes and at most ${LARGEST_HEADER_BYTES} are read`);
  }
  const end = 8 + Number(length);
  if (end <= bytes.length) return end;
  return refuse(`its header of ${length} bytes is cut off: the file has ${bytes.length} bytes`);
}

function headerOf(bytes: Uint8Array, refuse: Refuse): z.infer<typeof headerSchema> {
  const text = attempt(() => decodeUtf8(bytes)) ?? "";
  const value = attempt(() => JSON.parse(text) as unknown);
  if (value === undefined) refuse("its header is not JSON");
  const parsed = headerSchema.safeParse(value);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0];
    return refuse(`${path.join(".") || "its header"}: ${message}`);
  }
  // JSON with a key twice: readers differ in which of the two they take.
  const twice = keyTwice(text);
  if (twice !== undefined) refuse(`its header has the key ${cut(twice)} twice`);
  return parsed.data;
}

/** A key that stands twice in one object of a text of JSON. */
function keyTwice(text: string): string | undefined {
  const open: Set<string>[] = [];
  for (const [token, key] of text.matchAll(/[{}]|("(?:[^"\\]|\\.)*")\s*:|"(?:[^"\\]|\\.)*"/g)) {
    if (token === "{") open.push(new Set());
    if (token === "}") open.pop();
    if (key === undefined) continue;
    const [name, own] = [JSON.parse(key) as string, open.at(-1)!];
    if (own.has(name)) return name;
    own.add(name);
  }
  return undefined;
}
