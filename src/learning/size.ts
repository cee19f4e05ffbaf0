/** Memory and work that learning at a table size takes. */
import { histogramCount } from "../game/histogram";
import { type Game, type LocalForm, sizesOf } from "../game/model";
import { LARGEST_TABLE } from "../policy/kind";
import { KERNEL_MEMORY_BYTES } from "../base/kernel_memory";

/** What a table is learned by. */
export interface TableAsked {
  /** Of the sampled operator, which replaces an exact one that is not accurate. */
  readonly draws: number;
  /** Where robots use the command, each command has kernels of its own. */
  readonly localForm: LocalForm;
}

/** Bytes for each (s_g, h): values, their history, and every thread's own arrays; and of one draw. */
const BYTES_AN_ENTRY = 350;
const BYTES_A_DRAW = 4;
/** Draws that are counted in BYTES_AN_ENTRY. */
const DRAWS_COUNTED = 16;
/** Bytes for each (s_g, h) and kernel: its rewards and how it permutes states. */
const BYTES_A_KERNEL = 16;
const FIXED_BYTES = 1e8;

/** A table of more local states than these takes too long for the k that people want. */
export const MOST_TABLE_STATES = 7;

/** The table's histograms, bytes, and about the multiplications of one sweep with exact backups (`work`). */
export function tableSizeOf(game: Game, tableSize: number, { draws, localForm }: TableAsked) {
  const { sG, aG, sL } = sizesOf(game);
  const histograms = histogramCount(sL, tableSize);
  const kernels = localForm === "command" ? aG : 1;
  const drawn = BYTES_A_DRAW * (kernels * Math.max(DRAWS_COUNTED, draws) - DRAWS_COUNTED);
  const entry = BYTES_AN_ENTRY + BYTES_A_KERNEL * (kernels - 1) + drawn;
  return {
    histograms,
    bytes: FIXED_BYTES + entry * sG * histograms,
    // Each of sL (sL - 1) maps averages lines of up to k members (base/assembly/kernels.ts).
    work: kernels * sG * sG * sL * Math.max(1, sL - 1) * histograms * tableSize,
  };
}

/**
 * The largest table size that needs no more than `memory` bytes and that kernels can address; 0: none.
 */
export function largestTableSize(game: Game, memory: number, asked: TableAsked): number {
  const usable = Math.min(memory, KERNEL_MEMORY_BYTES);
  let size = 0;
  while (size < LARGEST_TABLE && tableSizeOf(game, size + 1, asked).bytes <= usable) size++;
  return size;
}
