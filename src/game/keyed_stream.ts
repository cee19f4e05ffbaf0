/**
 * Uniforms for simulation: a stream that is keyed at each step, without allocation. Two policies
 * compared on one seed get the same numbers at the same step, however many each drew before.
 * Generator: sfc32 (Doty-Humphrey, PractRand); keys are mixed by MurmurHash3's finaliser.
 */
import type { Uniform } from "./draws";

const mix = (x: number): number => {
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
};

const WARM_UP_WORDS = 12;

export class KeyedStream {
  private a = 0;
  private b = 0;
  private c = 0;
  private counter = 1;

  /** The next uniform in (0, 1), with 52 random bits: never 0, whose logarithm samplers take. */
  readonly next: Uniform = () => {
    const high = this.word() >>> 6;
    const low = this.word() >>> 6;
    return (high * 0x4000000 + low + 0.5) / 0x10000000000000;
  };

  constructor(private readonly seed: number) {
    this.key(0, 0, 0);
  }

  /** Starts the stream of one key: which rollout (or body), which epoch (or step), what for. */
  key(rollout: number, epoch: number, role: number): void {
    this.a = mix((this.seed | 0) ^ 0x9e3779b9);
    this.b = mix(this.a ^ Math.floor(this.seed / 0x100000000) ^ Math.imul(rollout, 0x9e3779b1));
    this.c = mix(this.b ^ Math.imul(epoch, 0x85ebca77) ^ Math.imul(role + 1, 0xc2b2ae3d));
    this.counter = 1;
    for (let i = 0; i < WARM_UP_WORDS; i++) this.word();
  }

  private word(): number {
    const t = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + t) | 0;
    return t;
  }
}
