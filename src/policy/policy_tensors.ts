/** The arrays of a policy file: their order, shapes and places, and what may stand in them. */
import type { LocalForm, Sizes } from "../game/model";
import type { Steps } from "../base/steps";

/** Arrays are as little endian as every machine that ROS 2 runs on: one by one takes seconds. */
export const VIEWS = { F64: Float64Array, F32: Float32Array, U16: Uint16Array, U8: Uint8Array };

/** Rows that sum to 1; finite numbers; global states, ascending; global actions. */
type Holds = "laws" | "values" | "states" | "actions";

export interface TensorInfo {
  /** In the file; and in a game or a pair. */
  readonly name: string;
  readonly own: string;
  readonly dtype: keyof typeof VIEWS;
  readonly holds: Holds;
  readonly shape: readonly number[];
  /** Bytes after the header: it begins at a multiple of its elements' size. */
  readonly start: number;
  readonly end: number;
}

/** What the arrays follow from. */
export interface Layout {
  readonly sizes: Sizes;
  /** Of π_l; without: a game alone. */
  readonly localForm?: LocalForm;
  /** H of a table, or how many vectors there are. */
  readonly histograms?: number;
  readonly vectors?: number;
  /** With the game (format 2), whose local states start by one of so many laws; 0: by a Dirichlet law. */
  readonly laws?: number;
}

type Row = readonly [string, TensorInfo["dtype"], Holds, ...(number | undefined)[]];

/** In the file's order. What has a size that is undefined is not there. */
export function tensorsOf({ sizes, localForm, histograms, vectors, laws }: Layout): TensorInfo[] {
  const { sG, aG, sL, aL } = sizes;
  const told = localForm === "command" ? [aG] : [];
  const gameRows: readonly Row[] = [
    ["globalTransition", "F64", "laws", sG, aG, sG],
    ["localTransition", "F64", "laws", sL, sG, aL, sL],
    ["globalReward", "F64", "values", sG, aG],
    ["localReward", "F64", "values", sL, sG, aL],
    ["initialGlobal", "F64", "laws", sG],
    ["initialLocal", "F64", "laws", ...(laws === 1 ? [] : [laws || undefined]), sL],
  ];
  const pairRows: readonly Row[] = [
    ["globalValues", "F32", "values", sG, histograms],
    ["localPolicy", "F32", "laws", localForm && sL, sG, ...told, aL],
    ["vectors", "F32", "values", vectors, sL],
    ["vectorState", "U16", "states", vectors],
    ["vectorAction", "U16", "actions", vectors],
    ["globalPolicy", "U8", "actions", sG, histograms],
  ];
  let end = 0;
  return [...(laws === undefined ? [] : gameRows), ...pairRows].flatMap(
    ([own, dtype, holds, ...given]) => {
      const shape = given.filter((size) => size !== undefined);
      if (shape.length < given.length) return [];
      const start = end;
      end += shape.reduce((bytes, size) => bytes * size, VIEWS[dtype].BYTES_PER_ELEMENT);
      return [{ name: snakeCase(own), own, dtype, holds, shape, start, end }];
    },
  );
}

export const snakeCase = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Values that are looked at in a step: some milliseconds. */
const STEP_VALUES = 2 ** 19;
/** A row may miss 1 by this much: 255 roundings to float32. */
const ROW_SUM_TOLERANCE = 1e-5;

/** What is wrong with an array; undefined: nothing. */
export function* problemSteps(
  { name, holds, shape }: TensorInfo,
  array: ArrayLike<number>,
  { sG, aG }: Sizes,
): Steps<string | undefined> {
  const width = holds === "laws" ? shape.at(-1)! : 1;
  const count = array.length / width;
  const each = Math.ceil(STEP_VALUES / width);
  const problemOf = {
    values: (i: number) => !Number.isFinite(array[i]) && `is ${array[i]}, not a finite number`,
    actions: (i: number) => array[i] >= aG && `is action ${array[i]}, of only ${aG}`,
    states: (i: number) => {
      const isDue = i === 0 ? array[0] === 0 : [0, 1].includes(array[i] - array[i - 1]);
      const isEnd = i < count - 1 ? array[i] < sG : array[i] === sG - 1;
      return !(isDue && isEnd) && `is ${array[i]}; each of the ${sG} has vectors, in their order`;
    },
    laws: (row: number) => {
      let sum = 0;
      for (let i = row * width; i < (row + 1) * width; i++) {
        if (!(array[i] >= 0)) return `holds ${array[i]}, not a probability`;
        sum += array[i];
      }
      return Math.abs(sum - 1) > ROW_SUM_TOLERANCE && `sums to ${sum} instead of 1`;
    },
  }[holds];
  for (let i = 0; i < count; i++) {
    const problem = problemOf(i);
    if (problem) return `${holds === "laws" ? `row ${i} of ${name}` : `${name}[${i}]`} ${problem}`;
    if (i % each === each - 1) yield;
  }
  return undefined;
}
