/** The header of a policy file: safetensors' JSON with the metadata, checked before any array. */
import { z } from "zod";
import { histogramCount } from "../game/histogram";
import type { Sizes } from "../game/model";
import type { PolicyMetadata } from "../game/policy_metadata";
import { InvalidInputError } from "../base/errors";
import { decodeUtf8, sha256 } from "../base/platform";

export const POLICY_FORMAT = "alternating_marl policy 1";

/** Bytes; the header of a real policy file has about a thousand. */
const LARGEST_HEADER_BYTES = 65_536;

export interface TensorInfo {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Bytes after the header. */
  readonly start: number;
  readonly end: number;
}

const number = z.string().regex(/^-?\d+(\.\d+)?(e[+-]?\d+)?$/, "is not a number");
const whole = z.string().regex(/^-?\d{1,15}$/, "is not a whole number");
const positive = z.string().regex(/^[1-9]\d{0,14}$/, "is not a positive whole number");
const hexOfSha256 = z.string().regex(/^[0-9a-f]{64}$/, "is not a SHA-256");
const interval = z
  .string()
  .regex(/^\[-?\d[^,[\]]*,-?\d[^,[\]]*\]$/, "is not an interval [low,high]");

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
  return [
    { name: "global_values", dtype: "F32", shape: [sG, histograms], start: 0, end: values },
    { name: "local_policy", dtype: "F32", shape: [sL, sG, aL], start: values, end: local },
    {
      name: "global_policy",
      dtype: "U8",
      shape: [sG, histograms],
      start: local,
      end: local + sG * histograms,
    },
  ];
}

export function checksumOf(
  strings: MetadataStrings,
  tensors: readonly TensorInfo[],
  data: Uint8Array,
): string {
  const sorted = Object.entries(strings).sort(([a], [b]) => (a < b ? -1 : 1));
  const parts = tensors.map(({ name, dtype, shape, start, end }) => [
    name + dtype + JSON.stringify(shape),
    data.subarray(start, end),
  ]);
  return sha256(JSON.stringify(Object.fromEntries(sorted)), ...parts.flat());
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

export function metadataOf(strings: MetadataStrings, source: string): PolicyMetadata {
  const pairOf = (text: string, key: string): [number, number] => {
    const [low, high] = text.slice(1, -1).split(",").map(Number);
    if (Number.isFinite(low) && Number.isFinite(high)) return [low, high];
    throw new InvalidInputError(
      `${source}: ${key} is "${text}", not an interval [low,high]; learn the policy again`,
    );
  };
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
    globalGapInterval: pairOf(strings.global_gap_interval, "global_gap_interval"),
    localGapInterval: pairOf(strings.local_gap_interval, "local_gap_interval"),
    packageVersion: strings.package_version,
  };
}

export interface ParsedHeader {
  readonly strings: MetadataStrings;
  readonly checksum: string;
  readonly tensors: readonly TensorInfo[];
  readonly data: Uint8Array;
  readonly sizes: Sizes;
}

/** @throws InvalidInputError when the header, a dtype, a shape or an offset is not as it must be */
export function parseHeader(bytes: Uint8Array, source: string): ParsedHeader {
  const refuse = (why: string): never => {
    throw new InvalidInputError(
      `${source} is not a policy file that can be used: ${why}; give a file written by "npm run learn"`,
    );
  };
  if (bytes.length < 8) refuse(`it has ${bytes.length} bytes, too few for a safetensors header`);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > BigInt(LARGEST_HEADER_BYTES)) {
    refuse(`its header claims ${length} bytes and at most ${LARGEST_HEADER_BYTES} are read`);
  }
  const headerEnd = 8 + Number(length);
  if (headerEnd > bytes.length) {
    refuse(`its header of ${length} bytes is cut off: the file has ${bytes.length} bytes`);
  }
  let json: unknown;
  try {
    json = JSON.parse(decodeUtf8(bytes.subarray(8, headerEnd)));
  } catch {
    refuse("its header is not JSON");
  }
  const parsed = headerSchema.safeParse(json);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0];
    return refuse(`${path.join(".") || "its header"}: ${message}`);
  }
  const { checksum, ...strings } = parsed.data.__metadata__;
  const sizes = sizesFrom(parsed.data);
  const tensors = expectedTensors(sizes, histogramsOf(sizes, strings, parsed.data, refuse));
  checkPlaces(parsed.data, tensors, refuse);
  const data = bytes.subarray(headerEnd);
  const end = tensors[2].end;
  if (data.length !== end) refuse(`its arrays have ${data.length} bytes instead of ${end}`);
  return { strings, checksum, tensors, data, sizes };
}

type Header = z.infer<typeof headerSchema>;

function sizesFrom(header: Header): Sizes {
  const [sL, sG, aL] = header.local_policy.shape;
  return { sG, aG: Number(header.__metadata__.global_actions), sL, aL };
}

function histogramsOf(
  { sL }: Sizes,
  strings: MetadataStrings,
  header: Header,
  refuse: (why: string) => never,
): number {
  const tableSize = Number(strings.table_size);
  const claimed = header.global_values.shape[1];
  // A float: a forged header must not make us allocate an index of its size.
  const count = histogramCount(sL, tableSize);
  return count === claimed
    ? count
    : refuse(`global_values has ${claimed} histograms and table_size ${tableSize} makes ${count}`);
}

function checkPlaces(
  header: Header,
  tensors: readonly TensorInfo[],
  refuse: (why: string) => never,
): void {
  const given = [header.global_values, header.local_policy, header.global_policy];
  tensors.forEach(({ name, shape, start, end }, i) => {
    if (given[i].shape.join() !== shape.join()) {
      refuse(`${name} has shape [${given[i].shape}] instead of [${shape}]`);
    }
    const [from, to] = given[i].data_offsets;
    if (from !== start || to !== end) {
      refuse(`${name} lies at bytes ${from} to ${to} instead of ${start} to ${end}`);
    }
  });
}
