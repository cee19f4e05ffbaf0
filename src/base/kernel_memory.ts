/**
 * The compiled kernels (assembly/kernels.ts) over a memory of their own: one for each thread, as
 * nothing in it is locked.
 */
import { compiledFile, readBytes } from "./platform";

/** assembly/kernels.ts, which describes the arguments; addresses are in bytes. */
type Kernels = Record<
  "averageDraws" | "averageLines" | "bestActions" | "innerProducts",
  (...given: readonly number[]) => void
> & { readonly TOGETHER: { readonly value: number } };

let compiled: WebAssembly.Module | undefined;

/** Compiled once a process; `npm run build` writes the file. */
function kernelModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(readBytes(compiledFile("base/kernels.wasm")));
  return compiled;
}

/** Pages of 64 KiB: all that 32-bit addresses reach. */
const MOST_PAGES = 65_536;
const PAGE_BYTES = 65_536;
/** Bytes that a vector may read past the end of an array. */
const PADDING_BYTES = 16;
/** Room for the kernels' own constants. */
const FIRST_BYTE = 1024;

/** Bytes that the arrays of one KernelMemory may take together. */
export const KERNEL_MEMORY_BYTES = MOST_PAGES * PAGE_BYTES - FIRST_BYTE;

/** Arrays that kernels work on; an array's `byteOffset` is the address that a kernel is given. */
export class KernelMemory {
  readonly kernels: Kernels;
  // No other thread uses it. But only a shared memory keeps its arrays valid when it grows.
  private readonly memory = new WebAssembly.Memory({
    initial: 1,
    maximum: MOST_PAGES,
    shared: true,
  });
  /** Where the next array begins. */
  used = FIRST_BYTE;

  constructor() {
    const { exports } = new WebAssembly.Instance(kernelModule(), { env: { memory: this.memory } });
    this.kernels = exports as unknown as Kernels;
  }

  /** Frees every array that begins at `from` or later. */
  release(from = FIRST_BYTE): void {
    this.used = from;
  }

  /** Not cleared. @throws RangeError when the arrays take more than KERNEL_MEMORY_BYTES */
  floats(length: number): Float64Array {
    const at = this.take(8 * length);
    return new Float64Array(this.memory.buffer, at, length);
  }

  ints(length: number): Int32Array {
    const at = this.take(4 * length);
    return new Int32Array(this.memory.buffer, at, length);
  }

  private grow(pages: number): void {
    try {
      this.memory.grow(pages);
    } catch (cause) {
      const gigabytes = ((this.memory.buffer.byteLength + pages * PAGE_BYTES) / 1e9).toPrecision(2);
      throw new RangeError(
        `a learning thread cannot get ${gigabytes} GB of memory in one piece; choose a smaller table size, fewer draws, or a machine with more memory free`,
        { cause },
      );
    }
  }

  private take(bytes: number): number {
    const at = this.used;
    this.used = Math.ceil((at + bytes + PADDING_BYTES) / PADDING_BYTES) * PADDING_BYTES;
    const missing = Math.ceil((this.used - this.memory.buffer.byteLength) / PAGE_BYTES);
    if (missing > 0) this.grow(missing);
    return at;
  }
}
