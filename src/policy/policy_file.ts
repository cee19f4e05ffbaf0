/**
 * The policy file: safetensors (8-byte little-endian header length, JSON header padded with spaces
 * to a multiple of 8, then the tensors' bytes, row-major little endian). docs/policy_files.md tells
 * what is in it. Format 2 is written; format 1, a table without its game, is read too.
 *
 * The checksum is SHA-256 over all other metadata as key-sorted JSON, then each tensor's name, dtype,
 * shape (as JSON) and bytes, in the file's order: it finds any flipped bit.
 */
import { histogramCount } from "../game/histogram";
import { type Game, type PolicyPair, type Sizes, sizesOf } from "../game/model";
import { type GameArrays, localFormOf, type PointsPair, type TablePair } from "../game/model";
import type { PolicyMetadata } from "../game/policy_metadata";
import { hashOf } from "../game/scenario";
import { cut, InvalidInputError, readOrRefuse } from "../base/errors";
import { encodeUtf8, readBytes, sha256Steps } from "../base/platform";
import { finish, type Steps } from "../base/steps";
import { writeWhole } from "../base/whole_file";
import { gameStringsOf, parseHeader, type Strings, stringsOf } from "./policy_header";
import { type Layout, problemSteps, type TensorInfo, tensorsOf, VIEWS } from "./policy_tensors";

export type { PolicyMetadata } from "../game/policy_metadata";

export interface LoadedPolicy {
  readonly pair: PolicyPair;
  readonly metadata: PolicyMetadata;
  readonly sizes: Sizes;
  /** SHA-256 (hex) of the file's bytes. */
  readonly sha256: string;
}

const SPACE = 0x20;
/** Numbers of a game that are hashed when it is read: some milliseconds. */
const HASHED_NUMBERS = 2 ** 12;

/**
 * Bytes of a policy file.
 * @param game that the pair was learned for; RangeError where the arrays' shapes are not its
 * @throws InvalidInputError where the file would not be read: names too long, too many vectors
 */
export function encodePolicy(pair: PolicyPair, metadata: PolicyMetadata, game: Game): Uint8Array {
  const sizes = sizesOf(game);
  const histograms = "tableSize" in pair ? histogramCount(sizes.sL, pair.tableSize) : undefined;
  const vectors = "vectors" in pair ? pair.vectorState.length : undefined;
  const localForm = localFormOf(game, pair.localPolicy);
  const layout = { sizes, localForm, histograms, vectors, laws: lawsOf(game) };
  const file = encoded(layout, { ...game, ...pair }, stringsOf(metadata, game, layout));
  parseHeader(file, "the policy");
  return file;
}

/** Bytes of a file with the game's arrays and names as a policy file has them, and no policy. */
export const encodeGame = (game: Game): Uint8Array =>
  encoded({ sizes: sizesOf(game), laws: lawsOf(game) }, game, gameStringsOf(game));

/** Of which the local states start by one; 0: by a Dirichlet law. */
const lawsOf = ({ initialLocal, localStates }: Game): number =>
  initialLocal.kind === "dirichlet" ? 0 : initialLocal.probabilities.length / localStates.length;

function encoded(layout: Layout, all: Game, strings: Strings): Uint8Array {
  const { initialLocal } = all;
  const tensors = tensorsOf(layout);
  const initial = initialLocal.kind === "dirichlet" ? undefined : initialLocal.probabilities;
  const arrays = new Map(Object.entries({ ...all, initialLocal: initial }));
  const data = new Uint8Array(tensors.at(-1)!.end);
  for (const { name, own, shape, start, end } of tensors) {
    const array = arrays.get(own) as Float64Array;
    if (array.byteLength !== end - start) {
      throw new RangeError(
        `${name} has ${array.length} entries and its shape is [${shape}]; pass the game it was learned for`,
      );
    }
    data.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), start);
  }
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

function checksumSteps(strings: Strings, tensors: readonly TensorInfo[], data: Uint8Array) {
  const others = Object.entries(strings).filter(([key]) => key !== "checksum");
  const sorted = Object.fromEntries(others.sort(([a], [b]) => (a < b ? -1 : 1)));
  const parts = tensors.flatMap(({ name, dtype, shape, start, end }) => [
    encodeUtf8(name + dtype + JSON.stringify(shape)),
    data.subarray(start, end),
  ]);
  return sha256Steps(encodeUtf8(JSON.stringify(sorted)), ...parts);
}

/**
 * Parses and checks a policy file.
 * @param source the file's name, for messages
 * @throws InvalidInputError that says what failed, why and what to do
 */
export const decodePolicy = (bytes: Uint8Array, source: string): LoadedPolicy =>
  finish(decodeSteps(bytes, source));

/** The same in steps: a large file takes longer to read than a command may be late by. */
export function* decodeSteps(bytes: Uint8Array, source: string): Steps<LoadedPolicy> {
  const { strings, contents, metadata, tensors, data, sizes } = parseHeader(bytes, source);
  const refuse = (what: string, remedy = "learn the policy again"): never => {
    throw new InvalidInputError(`${source}: ${what}; ${remedy}`);
  };
  if ((yield* checksumSteps(strings, tensors, data)) !== contents.checksum) {
    const damaged = "the checksum does not match its contents: the file was changed or damaged";
    refuse(damaged, "learn it again or copy it anew");
  }
  const read: Record<string, ArrayLike<number>> = {};
  for (const tensor of tensors) {
    const { own, dtype, start, end } = tensor;
    read[own] = new VIEWS[dtype](Uint8Array.from(data.subarray(start, end)).buffer);
    const problem = yield* problemSteps(tensor, read[own], sizes);
    if (problem !== undefined) refuse(problem);
  }
  const arrays = read as unknown as TablePair & PointsPair & GameArrays;
  const { localPolicy, globalPolicy, globalValues, vectors, vectorState, vectorAction } = arrays;
  const { tableSize, scenarioSha256, scenario: name } = metadata;
  if ("timing" in contents && arrays.localTransition.length <= HASHED_NUMBERS) {
    const hash = hashOf({ ...contents, ...arrays, name });
    if (hash !== scenarioSha256) refuse("its game is not the one that scenario_sha256 names");
  }
  const pair =
    tableSize === undefined
      ? { localPolicy, vectors, vectorState, vectorAction }
      : { tableSize, localPolicy, globalPolicy, globalValues };
  return { pair, metadata, sizes, sha256: yield* sha256Steps(bytes) };
}

/** The bytes of a policy file, unchecked. @throws InvalidInputError when it cannot be read */
export function readPolicy(file: string): Uint8Array {
  const remedy = 'give the path of a file written by "npm run learn"';
  return readOrRefuse(`the policy file ${file}`, remedy, () => readBytes(file));
}

/** Reads and checks a policy file. @throws InvalidInputError */
export const loadPolicy = (file: string): LoadedPolicy => decodePolicy(readPolicy(file), file);

/** Writes a policy file whole or not at all. @throws InvalidInputError when it cannot be written */
export const savePolicy = (file: string, bytes: Uint8Array): void =>
  writeWhole(file, bytes, "the policy");

/** The policy. @throws InvalidInputError when it was learned for another scenario than `game` */
export function requireScenario(policy: LoadedPolicy, game: Game): LoadedPolicy {
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
  return policy;
}
