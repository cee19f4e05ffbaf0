/**
 * The continuous task of the paper's authors, simulated: robots and a dispatcher on a line (their repository
 * emiletimothy/alternating-marl, `scripts/function_approximation/continuous_env.py`). Draws are keyed by
 * (seed, rollout, epoch, purpose): all ways to play it meet the same starts and the same noise.
 */
import type { Uniform } from "../../src/game/draws";
import { KeyedStream } from "../../src/game/keyed_stream";

/** Everything happens in [-END, END], in the authors' unit. */
export const END = 2;
export const BINS = 5;
/** Centres of the bins: what the commands steer to, and where robots start. */
export const TARGETS = [-1.6, -0.8, 0, 0.8, 1.6];
export const OFFSETS = [0, 0.05, -0.05];
const STEERING = 0.6;
export const LEAD_NOISE = 0.08;
export const ROBOT_NOISE = 0.04;
/** Of the start: s_g is uniform in [-LEAD_START, LEAD_START]; robots lie about two bins' centres. */
export const LEAD_START = 1;
export const CLUSTER_NOISE = 0.18;
export const MAIN_SHARE = 0.55;
export const DISCOUNT = 0.95;
export const HORIZON = 50;
export const ROBOTS = 500;

/** r_g of a command while the lead is at `lead`. */
export const leadReward = (lead: number, command: number): number =>
  5 * Math.exp(-((lead - TARGETS[command]) ** 2) / (2 * 0.3 ** 2));

/** r_l of a robot. */
export const robotReward = (robot: number, lead: number, action: number): number =>
  10 * Math.exp(-((robot - lead) ** 2) / (2 * 0.2 ** 2)) - 5 * Math.abs(OFFSETS[action]);

/** Where a command brings the lead that is at `lead`, but for noise. */
export const steered = (lead: number, command: number): number =>
  lead + STEERING * (TARGETS[command] - lead);

const clip = (x: number): number => Math.min(END, Math.max(-END, x));

/** Of `cells` equal ones that of x; bins are the cells of 5. */
export const cellOf = (x: number, cells: number): number =>
  Math.min(cells - 1, Math.floor(((x + END) / (2 * END)) * cells));

/** How both sides play. Positions are exact. */
export interface Way {
  /** Robots that are asked at each epoch. */
  readonly asked: number;
  reset?(): void;
  /** a_g, by s_g and where the robots asked are. */
  command(lead: number, sample: Float64Array, uniform: Uniform): number;
  /** a_l of a robot. */
  act(robot: number, lead: number, command: number, uniform: Uniform): number;
}

/** Learning's simulation has others: its draws are not those of the task. */
const ROLE = { start: 20, sample: 21, command: 22, act: 23, lead: 24, robots: 25 };

/** Normal draws of mean 0 and variance 1 (Box and Muller, 1958). */
function normalDraws(uniform: Uniform, count: number): Float32Array {
  const draws = new Float32Array(count + 1);
  for (let i = 0; i < count; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(uniform()));
    const angle = 2 * Math.PI * uniform();
    draws[i] = radius * Math.cos(angle);
    draws[i + 1] = radius * Math.sin(angle);
  }
  return draws;
}

/** One shift. What does not depend on how it is played is drawn once. */
class Shift {
  private readonly stream: KeyedStream;
  private readonly leadStart: number;
  private readonly robotsStart: Float64Array;
  private readonly leadNoise: Float32Array;
  private readonly robotNoise: readonly Float32Array[];

  constructor(
    seed: number,
    private readonly rollout: number,
  ) {
    this.stream = new KeyedStream(seed);
    const uniform = this.keyed(0, "start");
    this.leadStart = LEAD_START * (2 * uniform() - 1);
    const first = Math.floor(uniform() * BINS);
    const second = (first + 1 + Math.floor(uniform() * (BINS - 1))) % BINS;
    const main = Math.floor(MAIN_SHARE * ROBOTS);
    this.robotsStart = Float64Array.from(normalDraws(uniform, ROBOTS).subarray(0, ROBOTS), (z, i) =>
      clip(TARGETS[i < main ? first : second] + CLUSTER_NOISE * z),
    );
    this.leadNoise = normalDraws(this.keyed(0, "lead"), HORIZON);
    this.robotNoise = Array.from({ length: HORIZON }, (_, epoch) =>
      normalDraws(this.keyed(epoch, "robots"), ROBOTS),
    );
  }

  /** The discounted return by a way to play. */
  play(way: Way): number {
    way.reset?.();
    const robots = this.robotsStart.slice();
    const actions = new Uint8Array(ROBOTS);
    let lead = this.leadStart;
    let sum = 0;
    for (let epoch = 0; epoch < HORIZON; epoch++) {
      const sample = this.sample(robots, way.asked, epoch);
      const command = way.command(lead, sample, this.keyed(epoch, "command"));
      const uniform = this.keyed(epoch, "act");
      let earned = 0;
      for (let i = 0; i < ROBOTS; i++) {
        actions[i] = way.act(robots[i], lead, command, uniform);
        earned += robotReward(robots[i], lead, actions[i]);
      }
      sum += DISCOUNT ** epoch * (leadReward(lead, command) + earned / ROBOTS);
      lead = clip(steered(lead, command) + LEAD_NOISE * this.leadNoise[epoch]);
      const noise = this.robotNoise[epoch];
      for (let i = 0; i < ROBOTS; i++) {
        robots[i] = clip(robots[i] + OFFSETS[actions[i]] + ROBOT_NOISE * noise[i]);
      }
    }
    return sum;
  }

  private keyed(epoch: number, role: keyof typeof ROLE): Uniform {
    this.stream.key(this.rollout, epoch, ROLE[role]);
    return this.stream.next;
  }

  /** Where `size` robots are, drawn without replacement. */
  private sample(robots: Float64Array, size: number, epoch: number): Float64Array {
    if (size === ROBOTS) return robots;
    const uniform = this.keyed(epoch, "sample");
    const pool = robots.slice();
    for (let i = 0; i < size; i++) {
      const j = i + Math.floor(uniform() * (ROBOTS - i));
      [pool[i], pool[j]] = [pool[j], pool[i]];
    }
    return pool.subarray(0, size);
  }
}

/** The same shifts for every way to play. */
export class Shifts {
  private readonly shifts: readonly (readonly Shift[])[];

  /** @param rollouts of each of the seeds */
  constructor(seeds: readonly number[], rollouts: number) {
    this.shifts = seeds.map((seed) =>
      Array.from({ length: rollouts }, (_, rollout) => new Shift(seed, rollout)),
    );
  }

  /** Discounted returns, [seeds][rollouts]. */
  play(way: Way): Float64Array[] {
    return this.shifts.map((shifts) => Float64Array.from(shifts, (shift) => shift.play(way)));
  }
}

/** Nobody looks or learns: both sides act uniformly at random. */
export const RANDOM: Way = {
  asked: 0,
  command: (_lead, _sample, uniform) => Math.floor(uniform() * TARGETS.length),
  act: (_robot, _lead, _command, uniform) => Math.floor(uniform() * OFFSETS.length),
};
