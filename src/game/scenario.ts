/** Scenario files: YAML text -> checked `Game`. */
import { InvalidInputError } from "../base/errors";
import { sha256 } from "../base/platform";
import { parseYaml } from "../base/yaml";
import { arenaOf } from "./arena_file";
import { checkedScenario, type ScenarioFile } from "./file_check";
import { requireKinds } from "./kinds";
import { writtenOut } from "./map";
import {
  type Game,
  type GameArrays,
  type InitialLocal,
  type Names,
  type Sizes,
  sizesOf,
} from "./model";

/** Rows of a transition may miss 1 by this much (they are then scaled to sum to 1 exactly). */
const ROW_SUM_TOLERANCE = 1e-6;
/** With `exact_rows` they may miss it by rounding alone. */
const ROUNDING = 1e-13;

/**
 * Parses a scenario.
 * @param text YAML
 * @param source the file's name, for messages
 * @throws InvalidInputError that names the source, the key and what to change
 */
export function parseScenario(text: string, source: string): Game {
  let data: unknown;
  try {
    data = parseYaml(text);
  } catch (error) {
    throw new InvalidInputError(
      `${source} is not YAML: ${String(error).split("\n")[0]} mend the line named`,
    );
  }
  return scenarioOf(data, source);
}

/** The same from what the text says. */
export function scenarioOf(data: unknown, source: string): Game {
  return toGame(checkedScenario(writtenOut(data, source), source), source);
}

function toGame(file: ScenarioFile, source: string): Game {
  const namesOf = (key: `${"global" | "local"}_${"states" | "actions"}`): readonly string[] =>
    file[key] ?? refuseMissing(source, key, "a list of names");
  const named = {
    name: file.name,
    discount: file.discount,
    globalStates: namesOf("global_states"),
    globalActions: namesOf("global_actions"),
    localStates: namesOf("local_states"),
    localActions: namesOf("local_actions"),
  };
  const sizes = sizesOf(named);
  const arrays = listed(file, sizes, source);
  const hashed = { ...named, ...arrays };
  const alike = new Array<number>(sizes.sG).fill(1 / sizes.sG);
  const { local, global = alike } = file.initial;
  const kinds = file.local_kinds;
  const zones = Math.floor(sizes.sL / (kinds?.length ?? 1));
  const game: Game = {
    ...hashed,
    initialGlobal: rows(global, [sizes.sG], true, `${source}: initial.global`),
    initialLocal: initialLocalOf(local, sizes.sL, `${source}: initial.local`),
    kinds,
    horizon: file.horizon,
    arena: arenaOf(file.arena, { ...sizes, zones }, source),
    sha256: hashOf(hashed),
  };
  requireKinds(game, source);
  return game;
}

function refuseMissing(source: string, key: string, what: string): never {
  throw new InvalidInputError(`${source}: ${key} is missing; give ${what}, or a map`);
}

type InitialFile = ScenarioFile["initial"]["local"];

function initialLocalOf(local: InitialFile, sL: number, where: string): InitialLocal {
  if ("dirichlet" in local) return { kind: "dirichlet", alpha: local.dirichlet };
  if (!("one_of" in local)) {
    return { kind: "fixed", probabilities: rows(local, [sL], true, where) };
  }
  const laws = local.one_of;
  return { kind: "one_of", probabilities: rows(laws, [laws.length, sL], true, `${where}.one_of`) };
}

/** The arrays of a scenario file: key, name in the game, shape, and whether the rows are laws. */
export const arraysOf = ({ sG, aG, sL, aL }: Sizes) =>
  [
    ["global_transition", "globalTransition", [sG, aG, sG], true],
    ["local_transition", "localTransition", [sL, sG, aL, sL], true],
    ["global_reward", "globalReward", [sG, aG], false],
    ["local_reward", "localReward", [sL, sG, aL], false],
  ] as const;

function listed(file: ScenarioFile, sizes: Sizes, source: string): GameArrays {
  const arrays = arraysOf(sizes).map(([key, name, shape, stochastic]) => {
    const what = `it as nested lists of shape [${shape}]`;
    const value = file[key] ?? refuseMissing(source, key, what);
    const laws = stochastic && (file.exact_rows ? "exact" : true);
    return [name, rows(value, shape, laws, `${source}: ${key}`)];
  });
  return Object.fromEntries(arrays) as GameArrays;
}

type NestedNumbers = number | readonly NestedNumbers[];

/** Flattens nested lists of the given shape; laws: the last axis must sum to 1, and is scaled to it. */
function rows(
  value: NestedNumbers,
  shape: readonly number[],
  laws: boolean | "exact",
  where: string,
): Float64Array {
  const flat: number[] = [];
  const visit = (node: NestedNumbers, depth: number, path: string): void => {
    if (typeof node === "number") return void flat.push(node);
    if (node.length !== shape[depth]) {
      throw new InvalidInputError(
        `${where}${path} has ${node.length} entries and needs ${shape[depth]}; the shape is [${shape}]`,
      );
    }
    node.forEach((child, i) => visit(child, depth + 1, `${path}[${i}]`));
    if (laws === false || depth < shape.length - 1) return;
    normaliseRow(flat, node.length, laws === "exact", where + path);
  };
  visit(value, 0, "");
  return Float64Array.from(flat);
}

function normaliseRow(flat: number[], length: number, isExact: boolean, where: string): void {
  const row = flat.splice(-length);
  const negative = row.find((p) => p < 0);
  if (negative !== undefined) {
    throw new InvalidInputError(`${where} holds ${negative}; probabilities are not negative`);
  }
  const sum = row.reduce((total, p) => total + p, 0);
  if (Math.abs(sum - 1) > (isExact ? ROUNDING : ROW_SUM_TOLERANCE)) {
    throw new InvalidInputError(`${where} sums to ${sum}; make the row's probabilities sum to 1`);
  }
  flat.push(...(isExact ? row : row.map((p) => p / sum)));
}

/** Nested lists of a flat array; the inverse of the parser's flattening. */
export function nest(flat: ArrayLike<number>, shape: readonly number[]): NestedNumbers {
  if (shape.length === 1) return Array.from(flat);
  const [head, ...tail] = shape;
  const stride = tail.reduce((product, size) => product * size, 1);
  const values = Array.from(flat);
  return [...Array(head).keys()].map((i) => nest(values.slice(i * stride, (i + 1) * stride), tail));
}

export type Hashed = Names & GameArrays & Pick<Game, "name" | "discount">;

/** SHA-256 (hex) of the canonical JSON of a game's arrays, names and discount. */
export function hashOf(game: Hashed): string {
  const { name, discount, globalStates, globalActions, localStates, localActions } = game;
  const nested = arraysOf(sizesOf(game)).map(([key, own, shape]) => [key, nest(game[own], shape)]);
  const all = {
    ...{ name, discount, global_states: globalStates, global_actions: globalActions },
    ...{ local_states: localStates, local_actions: localActions },
    ...Object.fromEntries(nested),
  };
  return sha256(JSON.stringify(all, Object.keys(all).sort()));
}
