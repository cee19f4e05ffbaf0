/**
 * The policy file: safetensors (8-byte little-endian header length, JSON header padded with spaces
 * to a multiple of 8, then the tensors' bytes, row-major little endian).
 *
 * | tensor          | dtype | shape        |
 * | --------------- | ----- | ------------ |
 * | `global_values` | F32   | [sG, H]      |
 * | `local_policy`  | F32   | [sL, sG, aL] |
 * | `global_policy` | U8    | [sG, H]      |
 *
 * H histograms of `table_size` over the local states, in the order of HistogramIndex. The checksum
 * is SHA-256 over all other metadata as key-sorted JSON, then each tensor's name, dtype, shape
 * (as JSON) and bytes, in the order above: it finds any flipped bit.
 */
import { HistogramIndex } from "../game/histogram";
import { type Game, type PolicyPair, type Sizes, sizesOf, type TablePair } from "../game/model";
import type { PolicyMetadata } from "../game/policy_metadata";
import { cut, InvalidInputError, reasonOf } from "../base/errors";
import { encodeUtf8, readBytes, sha256Steps } from "../base/platform";
import { finish, type Steps } from "../base/steps";
import { writeWhole } from "../base/whole_file";
import {
  checksumSteps,
  expectedTensors,
  metadataOf,
  parseHeader,
  stringsOf,
  type TensorInfo,
} from "./policy_header";

export type { PolicyMetadata } from "../game/policy_metadata";

export interface LoadedPolicy {
  readonly pair: PolicyPair;
  readonly metadata: PolicyMetadata;
  readonly sizes: Sizes;
  /** SHA-256 (hex) of the file's bytes. */
  readonly sha256: string;
}

const SPACE = 0x20;
/** A row of π_l may miss 1 by this much: 255 roundings to float32. */
const ROW_SUM_TOLERANCE = 1e-5;

/** Bytes of a policy file; the arrays' shapes must agree with `sizes` (RangeError otherwise). */
export function encodePolicy(pair: TablePair, metadata: PolicyMetadata, sizes: Sizes): Uint8Array {
  const histograms = new HistogramIndex(sizes.sL, pair.tableSize).count;
  const tensors = expectedTensors(sizes, histograms);
  const arrays = [pair.globalValues, pair.localPolicy, pair.globalPolicy];
  // Arrays are as little endian as every machine that ROS 2 runs on: one by one takes seconds.
  const data = new Uint8Array(tensors[2].end);
  arrays.forEach((array, i) => {
    const wanted = tensors[i].shape.reduce((product, size) => product * size, 1);
    if (array.length !== wanted) {
      throw new RangeError(
        `${tensors[i].name} has ${array.length} entries and its shape [${tensors[i].shape}] needs ${wanted}; pass the sizes of the game it was learned for`,
      );
    }
    data.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), tensors[i].start);
  });
  const strings = stringsOf(metadata, sizes);
  const checksum = finish(checksumSteps(strings, tensors, data));
  const header: Record<string, unknown> = { __metadata__: { ...strings, checksum } };
  for (const { name, dtype, shape, start, end } of tensors) {
    header[name] = { dtype, shape, data_offsets: [start, end] };
  }
  const json = encodeUtf8(JSON.stringify(header));
  const dataAt = 8 + 8 * Math.ceil(json.length / 8);
  const file = new Uint8Array(dataAt + data.length).fill(SPACE, 8, dataAt);
  new DataView(file.buffer).setBigUint64(0, BigInt(dataAt - 8), true);
  file.set(json, 8);
  file.set(data, dataAt);
  return file;
}

/**
 * Parses and checks a policy file.
 * @param source the file's name, for messages
 * @throws InvalidInputError that says what failed, why and what to do
 */
export const decodePolicy = (bytes: Uint8Array, source: string): LoadedPolicy =>
  finish(decodeSteps(bytes, source));

/** The same in steps: a large table takes longer to read than a command may be late by. */
export function* decodeSteps(bytes: Uint8Array, source: string): Steps<LoadedPolicy> {
  const { strings, checksum, tensors, data, sizes } = parseHeader(bytes, source);
  if ((yield* checksumSteps(strings, tensors, data)) !== checksum) {
    throw new InvalidInputError(
      `${source}: the checksum does not match its contents: the file was changed or damaged; learn it again or copy it anew`,
    );
  }
  const metadata = metadataOf(strings);
  const pair = pairOf(tensors, data, metadata.tableSize!);
  yield* checkPair(pair, sizes, source);
  return { pair, metadata, sizes, sha256: yield* sha256Steps(bytes) };
}

function pairOf(tensors: readonly TensorInfo[], data: Uint8Array, tableSize: number): TablePair {
  const floats = ({ start, end }: TensorInfo): Float32Array =>
    new Float32Array(Uint8Array.from(data.subarray(start, end)).buffer);
  const [values, local, actions] = tensors;
  return {
    tableSize,
    globalValues: floats(values),
    localPolicy: floats(local),
    globalPolicy: data.slice(actions.start, actions.end),
  };
}

/** Values that are looked at in a step: some milliseconds. */
const STEP_VALUES = 2 ** 19;

/** Index of the first value that is wrong; -1: none is. */
function* findSteps(
  values: Float32Array | Uint8Array,
  isWrong: (value: number) => boolean,
): Steps<number> {
  for (let from = 0; from < values.length; from += STEP_VALUES) {
    const end = Math.min(from + STEP_VALUES, values.length);
    for (let i = from; i < end; i++) if (isWrong(values[i])) return i;
    yield;
  }
  return -1;
}

function* checkPair(pair: TablePair, { aG, aL }: Sizes, source: string): Steps<void> {
  const refuse = (what: string): never => {
    throw new InvalidInputError(`${source}: ${what}; learn the policy again`);
  };
  const { globalValues, localPolicy, globalPolicy } = pair;
  const odd = yield* findSteps(globalValues, (value) => !Number.isFinite(value));
  if (odd >= 0) refuse(`global_values[${odd}] is ${globalValues[odd]}, not a finite number`);
  const wrong = yield* findSteps(localPolicy, (p) => !(p >= 0 && p <= 1 + ROW_SUM_TOLERANCE));
  if (wrong >= 0) refuse(`local_policy[${wrong}] is ${localPolicy[wrong]}, not a probability`);
  for (let row = 0; row < localPolicy.length / aL; row++) {
    const sum = localPolicy.subarray(row * aL, (row + 1) * aL).reduce((all, p) => all + p, 0);
    if (Math.abs(sum - 1) > ROW_SUM_TOLERANCE) {
      refuse(`row ${row} of local_policy sums to ${sum} instead of 1`);
    }
  }
  const wild = yield* findSteps(globalPolicy, (action) => action >= aG);
  if (wild >= 0) refuse(`global_policy[${wild}] is action ${globalPolicy[wild]}, of only ${aG}`);
}

/** The bytes of a policy file, unchecked. @throws InvalidInputError when it cannot be read */
export function readPolicy(file: string): Uint8Array {
  try {
    return readBytes(file);
  } catch (error) {
    throw unreadable(file, error);
  }
}

/** Reads and checks a policy file. @throws InvalidInputError */
export const loadPolicy = (file: string): LoadedPolicy => decodePolicy(readPolicy(file), file);

export const unreadable = (file: string, error: unknown): InvalidInputError =>
  new InvalidInputError(
    `the policy file ${file} cannot be read: ${reasonOf(error)}; give the path of a file written by "npm run learn"`,
  );

/** Writes a policy file whole or not at all. @throws InvalidInputError when it cannot be written */
export function savePolicy(file: string, bytes: Uint8Array): void {
  writeWhole(file, bytes, "the policy");
}

/** @throws InvalidInputError when the policy was learned for another scenario than `game`. */
export function requireScenario(policy: LoadedPolicy, game: Game): void {
  const { metadata, sizes } = policy;
  const own = sizesOf(game);
  const shapes = ({ sG, aG, sL, aL }: Sizes): string => `${sG}/${aG}/${sL}/${aL}`;
  if (shapes(own) !== shapes(sizes)) {
    throw new InvalidInputError(
      `the policy has ${shapes(sizes)} global states/global actions/local states/local actions and the scenario ${game.name} has ${shapes(own)}; learn a policy for ${game.name} or name the scenario ${cut(metadata.scenario)}`,
    );
  }
  if (metadata.scenarioSha256 !== game.sha256) {
    throw new InvalidInputError(
      `the policy was learned for ${cut(metadata.scenario)} (${metadata.scenarioSha256.slice(0, 12)}) and the scenario is ${game.name} (${game.sha256.slice(0, 12)}): names, arrays or discount differ; learn it again with this scenario`,
    );
  }
}
