/** Distributions of the population at which plans are compared, in the kernels' memory. */
import { inner } from "../../game/limit";
import { KernelMemory } from "../kernel_memory";

/** Points that are taken together (assembly/kernels.ts). */
const TOGETHER = 4;

export class Points {
  count = 0;
  /** A row's numbers are two by two. */
  private readonly width: number;
  private readonly rows: Float64Array;
  private readonly vector: Float64Array;
  private readonly products: Float64Array;
  private readonly memory = new KernelMemory();

  /** @param most points that there may be */
  constructor(states: number, most: number) {
    const capacity = TOGETHER * Math.ceil(most / TOGETHER);
    this.width = 2 * Math.ceil(states / 2);
    this.rows = this.memory.floats(capacity * this.width).fill(0);
    this.vector = this.memory.floats(this.width).fill(0);
    this.products = this.memory.floats(capacity);
  }

  add(shares: Float64Array): void {
    this.rows.set(shares, this.count++ * this.width);
  }

  /** vector · μ at every point; the array is used again. */
  times(vector: Float64Array): Float64Array {
    const { rows, count, width, products } = this;
    this.vector.set(vector);
    this.memory.kernels.innerProducts(
      rows.byteOffset,
      TOGETHER * Math.ceil(count / TOGETHER),
      width,
      this.vector.byteOffset,
      products.byteOffset,
    );
    return products;
  }

  /** vector · μ at one point. */
  inner(vector: Float64Array, point: number): number {
    return inner(this.rows, point * this.width, vector);
  }
}
