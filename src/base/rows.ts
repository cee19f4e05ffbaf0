/** Vectors of one length, one after another, which are multiplied together by the compiled kernels. */
import { KernelMemory } from "./kernel_memory";

/** Rows that are taken together (assembly/kernels.ts). */
const TOGETHER = 4;

export class Rows {
  count = 0;
  /** A row's numbers are taken two by two. */
  private readonly width: number;
  private values: Float64Array;
  private products: Float64Array;
  private readonly vector: Float64Array;

  constructor(
    length: number,
    private readonly memory = new KernelMemory(),
  ) {
    this.width = 2 * Math.ceil(length / 2);
    this.vector = memory.floats(this.width).fill(0);
    this.values = memory.floats(TOGETHER * this.width).fill(0);
    this.products = memory.floats(TOGETHER);
  }

  add(row: ArrayLike<number>): void {
    if (this.count === this.products.length) this.double();
    this.values.set(row, this.count++ * this.width);
  }

  clear(): void {
    this.count = 0;
  }

  /** What each row times `vector` is; the array is used again, and longer than `count`. */
  times(vector: ArrayLike<number>): Float64Array {
    const { values, products, memory } = this;
    this.vector.set(vector);
    const count = TOGETHER * Math.ceil(this.count / TOGETHER);
    memory.kernels.innerProducts(
      values.byteOffset,
      count,
      this.width,
      this.vector.byteOffset,
      products.byteOffset,
    );
    return products;
  }

  /** Their old place stays used: all that was ever added takes at most twice as much. */
  private double(): void {
    const { values, memory } = this;
    this.values = memory.floats(2 * values.length).fill(0);
    this.values.set(values);
    this.products = memory.floats(2 * this.products.length);
  }
}
