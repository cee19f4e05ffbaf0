/** The header of a policy file: safetensors' JSON with the metadata, checked before any array. */
import { parseDocument } from "yaml";
import { z } from "zod";
import { histogramCount } from "../game/histogram";
import type { Sizes } from "../game/model";
import type { Interval, PolicyMetadata } from "../game/policy_metadata";
import { InvalidInputError } from "../base/errors";
import { decodeUtf8, encodeUtf8, sha256Steps } from "../base/platform";
import type { Steps } from "../base/steps";

const POLICY_FORMAT = "alternating_marl policy 1";

/** Bytes; the header of a real policy file has about a thousand. */
const LARGEST_HEADER_BYTES = 65_536;

export interface TensorInfo {
  readonly name: "global_values" | "local_policy" | "global_policy";
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Bytes after the header. */
  readonly start: number;
  readonly end: number;
}

const NUMBER = "-?\\d+(\\.\\d+)?(e[+-]?\\d+)?";
const number = z.string().regex(new RegExp(`^${NUMBER}$`), "is not a number");
const whole = z.string().regex(/^-?\d{1,15}$/, "is not a whole number");
const positive = z.string().regex(/^[1-9]\d{0,14}$/, "is not a positive whole number");
const hexOfSha256 = z.string().regex(/^[0-9a-f]{64}$/, "is not a SHA-256");
const interval = z
  .string()
  .regex(new RegExp(`^\\[${NUMBER},${NUMBER}\\]$`), "is not an interval [low,high]");

const metadataShape = {
  format: z.literal(POLICY_FORMAT),
  scenario: z.string().min(1),
  scenario_sha256: hexOfSha256,
  table_size: positive,
  population: positive,
  discount: number,
  seed: whole,
  backup: z.enum(["exact", "sampled"]),
  backup_error: number,
  global_gap: number,
  local_gap: number,
  global_gap_interval: interval,
  local_gap_interval: interval,
  /** |A_g|, which no tensor's shape tells. */
  global_actions: z.string().regex(/^[1-9]\d{0,2}$/, "is not a number of actions"),
  package_version: z.string().min(1),
};
const stringsSchema = z.strictObject(metadataShape);
export type MetadataStrings = z.infer<typeof stringsSchema>;

const size = z.int().positive();
const tensorSchema = (dtype: string, dimensions: number) =>
  z.strictObject({
    dtype: z.literal(dtype),
    shape: z.array(size).length(dimensions),
    data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
  });
const headerSchema = z.strictObject({
  __metadata__: z.strictObject({ ...metadataShape, checksum: hexOfSha256 }),
  global_values: tensorSchema("F32", 2),
  local_policy: tensorSchema("F32", 3),
  global_policy: tensorSchema("U8", 2),
});

/** The three tensors of a pair, in the file's order, with their places. */
export function expectedTensors({ sG, sL, aL }: Sizes, histograms: number): TensorInfo[] {
  const values = 4 * sG * histograms;
  const local = values + 4 * sL * sG * aL;
  const actions = local + sG * histograms;
  return [
    { name: "global_values", dtype: "F32", shape: [sG, histograms], start: 0, end: values },
    { name: "local_policy", dtype: "F32", shape: [sL, sG, aL], start: values, end: local },
    { name: "global_policy", dtype: "U8", shape: [sG, histograms], start: local, end: actions },
  ];
}

export function* checksumSteps(
  strings: MetadataStrings,
  tensors: readonly TensorInfo[],
  data: Uint8Array,
): Steps<string> {
  const sorted = Object.entries(strings).sort(([a], [b]) => (a < b ? -1 : 1));
  const parts = tensors.flatMap(({ name, dtype, shape, start, end }) => [
    encodeUtf8(name + dtype + JSON.stringify(shape)),
    data.subarray(start, end),
  ]);
  return yield* sha256Steps(encodeUtf8(JSON.stringify(Object.fromEntries(sorted))), ...parts);
}

/** No table has more robots: learning averages a line of the lattice in O(k²). */
export const LARGEST_TABLE = 10_000;
/** Entries (s_g, histogram) of a table: learning cannot address more (learning/size.ts). */
export const MOST_ENTRIES = 12_500_000;

/** Bytes of the longest policy file of a game with these sizes. */
export function mostPolicyBytes(sizes: Sizes): number {
  let most = 1;
  for (let size = 1; size <= LARGEST_TABLE; size++) {
    const histograms = histogramCount(sizes.sL, size);
    if (sizes.sG * histograms > MOST_ENTRIES) break;
    most = histograms;
  }
  return 8 + LARGEST_HEADER_BYTES + expectedTensors(sizes, most)[2].end;
}

/** The metadata as the file keeps it: names in snake_case, values as text. */
export function stringsOf(metadata: PolicyMetadata, { aG }: Sizes): MetadataStrings {
  const entries = Object.entries({ ...metadata, format: POLICY_FORMAT, globalActions: aG });
  const strings = entries.map(([name, value]) => [
    name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return stringsSchema.parse(Object.fromEntries(strings));
}

export function metadataOf(strings: MetadataStrings): PolicyMetadata {
  const [globalGapInterval, localGapInterval] = [
    strings.global_gap_interval,
    strings.local_gap_interval,
  ].map((text): Interval => {
    const [low, high] = text.slice(1, -1).split(",").map(Number);
    return [low, high];
  });
  return {
    scenario: strings.scenario,
    scenarioSha256: strings.scenario_sha256,
    tableSize: Number(strings.table_size),
    population: Number(strings.population),
    discount: Number(strings.discount),
    seed: Number(strings.seed),
    backup: strings.backup,
    backupError: Number(strings.backup_error),
    globalGap: Number(strings.global_gap),
    localGap: Number(strings.local_gap),
    globalGapInterval,
    localGapInterval,
    packageVersion: strings.package_version,
  };
}

/**
 * The checked header, and the bytes after it, `data`.
 * @throws InvalidInputError when the header, a dtype, a shape or an offset is not as it must be
 */
export function parseHeader(bytes: Uint8Array, source: string) {
  const refuse = (why: string): never => {
    throw new InvalidInputError(
      `${source} is not a policy file that can be used: ${why}; give a file written by "npm run learn"`,
    );
  };
  const dataAt = headerEnd(bytes, refuse);
  const header = headerOf(bytes.subarray(8, dataAt), refuse);
  const { checksum, ...strings } = header.__metadata__;
  const [sL, sG, aL] = header.local_policy.shape;
  const sizes: Sizes = { sG, aG: Number(strings.global_actions), sL, aL };
  const [, histograms] = header.global_values.shape;
  // A float: a forged header must not make us allocate an index of its size.
  const made = histogramCount(sL, Number(strings.table_size));
  if (made !== histograms) {
    refuse(
      `global_values has ${histograms} histograms and table_size ${strings.table_size} makes ${made}`,
    );
  }
  const tensors = expectedTensors(sizes, histograms);
  for (const { name, shape, start, end } of tensors) {
    const given = header[name];
    if (given.shape.join() !== shape.join()) {
      refuse(`${name} has shape [${given.shape}] instead of [${shape}]`);
    }
    const [from, to] = given.data_offsets;
    if (from !== start || to !== end) {
      refuse(`${name} lies at bytes ${from} to ${to} instead of ${start} to ${end}`);
    }
  }
  const data = bytes.subarray(dataAt);
  const { end } = tensors[2];
  if (data.length !== end) refuse(`its arrays have ${data.length} bytes instead of ${end}`);
  return { strings, checksum, tensors, data, sizes };
}

type Refuse = (why: string) => never;

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
  let text = "";
  let json: unknown;
  try {
    text = decodeUtf8(bytes);
    json = JSON.parse(text);
  } catch {
    refuse("its header is not JSON");
  }
  const parsed = headerSchema.safeParse(json);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0];
    return refuse(`${path.join(".") || "its header"}: ${message}`);
  }
  // JSON with a key twice: readers differ in which of the two they take. YAML knows such a key.
  const twice = parseDocument(text).errors.find(({ code }) => code === "DUPLICATE_KEY");
  if (twice) refuse(`its header has the key ${text.slice(twice.pos[0]).split('"', 2)[1]} twice`);
  return parsed.data;
}
