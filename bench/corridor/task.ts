/**
 * The continuous task of the paper's authors, simulated: robots and a dispatcher on a line (their repository
 * emiletimothy/alternating-marl, `scripts/function_approximation/continuous_env.py`). Draws are keyed by
 * (seed, rollout, epoch, purpose): all ways to play it meet the same starts and the same noise.
 */
import type { Uniform } from "../../src/game/draws";
import { KeyedStream } from "../../src/game/keyed_stream";
import { type Game, sizesOf } from "../../src/game/model";
import type { GlobalController } from "../../src/game/population";
import { lowestBest } from "../../src/policy/lookahead";

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
  const draws = new Float32Array(count + (count % 2));
  for (let i = 0; i < count; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(uniform()));
    const angle = 2 * Math.PI * uniform();
    draws[i] = radius * Math.cos(angle);
    draws[i + 1] = radius * Math.sin(angle);
  }
  return draws.subarray(0, count);
}

/** Where `size` robots are, drawn without replacement. */
function sampled(robots: Float64Array, size: number, uniform: Uniform): Float64Array {
  const pool = robots.slice();
  for (let i = 0; i < size && size < ROBOTS; i++) {
    const j = i + Math.floor(uniform() * (ROBOTS - i));
    [pool[i], pool[j]] = [pool[j], pool[i]];
  }
  return pool.subarray(0, size);
}

/** Where all robots start. */
function startOf(uniform: Uniform): Float64Array {
  const first = Math.floor(uniform() * BINS);
  const second = (first + 1 + Math.floor(uniform() * (BINS - 1))) % BINS;
  const main = Math.floor(MAIN_SHARE * ROBOTS);
  return Float64Array.from(normalDraws(uniform, ROBOTS), (z, i) =>
    clip(TARGETS[i < main ? first : second] + CLUSTER_NOISE * z),
  );
}

/** The discounted return of one shift. */
function playShift(way: Way, seed: number, rollout: number): number {
  const stream = new KeyedStream(seed);
  const keyed = (epoch: number, role: keyof typeof ROLE): Uniform => {
    stream.key(rollout, epoch, ROLE[role]);
    return stream.next;
  };
  way.reset?.();
  let lead = LEAD_START * (2 * keyed(0, "start")() - 1);
  const robots = startOf(stream.next);
  let sum = 0;
  for (let epoch = 0; epoch < HORIZON; epoch++) {
    const sample = sampled(robots, way.asked, keyed(epoch, "sample"));
    const command = way.command(lead, sample, keyed(epoch, "command"));
    const uniform = keyed(epoch, "act");
    const actions = Uint8Array.from(robots, (robot) => way.act(robot, lead, command, uniform));
    const earned = robots.reduce((all, x, i) => all + robotReward(x, lead, actions[i]), 0);
    sum += DISCOUNT ** epoch * (leadReward(lead, command) + earned / ROBOTS);
    const [noise] = normalDraws(keyed(epoch, "lead"), 1);
    lead = clip(steered(lead, command) + LEAD_NOISE * noise);
    const noises = normalDraws(keyed(epoch, "robots"), ROBOTS);
    robots.forEach((x, i) => (robots[i] = clip(x + OFFSETS[actions[i]] + ROBOT_NOISE * noises[i])));
  }
  return sum;
}

/** Discounted returns; a seed gives all ways to play the same shifts. */
export const shiftsBy = (way: Way, seed: number, rollouts: number): Float64Array =>
  Float64Array.from({ length: rollouts }, (_, rollout) => playShift(way, seed, rollout));

/** Nobody looks or learns: both sides act uniformly at random. */
export const RANDOM: Way = {
  asked: 0,
  command: (_lead, _sample, uniform) => Math.floor(uniform() * TARGETS.length),
  act: (_robot, _lead, _command, uniform) => Math.floor(uniform() * OFFSETS.length),
};

/**
 * @param localPolicy π_l, greedy, in either form
 * @param controller hears in which cells the robots asked are
 */
export function wayOf(
  game: Game,
  localPolicy: ArrayLike<number>,
  controller: GlobalController,
): Way {
  const { sG, aG, sL, aL } = sizesOf(game);
  const each = localPolicy.length > sL * sG * aL ? aG : 1;
  const rule = Uint8Array.from({ length: localPolicy.length / aL }, (_, row) =>
    lowestBest(Array.from({ length: aL }, (_, a) => localPolicy[row * aL + a])),
  );
  const counts = new Int32Array(sL);
  return {
    asked: controller.sampleSize,
    reset: () => controller.reset?.(),
    command(lead, sample, uniform) {
      counts.fill(0);
      for (const robot of sample) counts[cellOf(robot, sL)] += 1;
      return controller.decide(cellOf(lead, sG), counts, { actionUniform: uniform });
    },
    act(robot, lead, command) {
      const row = cellOf(robot, sL) * sG + cellOf(lead, sG);
      return rule[each > 1 ? row * each + command : row];
    },
  };
}
