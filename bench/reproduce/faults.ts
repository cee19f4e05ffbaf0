/** What is wrong with what the global agent hears, by level. */
import { drawIndex } from "../../src/game/draws";
import { KeyedStream } from "../../src/game/keyed_stream";
import { type Game, sizesOf } from "../../src/game/model";
import type { GlobalController } from "../../src/game/population";
import type { Job } from "./jobs";

/** Robots asked where nothing is wrong. */
export const ASKED = 20;
const ROLE = 50;
/** Epochs after which k changes, and after which nobody answers. */
const TURN = 5;
const SILENT_FROM = 2;

interface Heard {
  readonly globalState: number;
  readonly sample: Int32Array;
  readonly stream: KeyedStream;
}

/** How many are asked in an epoch, and what is heard in place of their states. */
interface Fault {
  readonly asked?: (epoch: number, level: number, robots: number) => number;
  readonly heard?: (game: Game, level: number, heard: Heard) => Int32Array;
}

export const FAULTS: Readonly<Record<string, Fault>> = {
  k_changes: {
    asked: (epoch, level) => (Math.floor(epoch / TURN) % 2 === 0 ? ASKED : ASKED - level),
  },
  silence: {
    asked: (epoch, level) => (epoch >= SILENT_FROM && epoch < SILENT_FROM + level ? 0 : ASKED),
  },
  near: { asked: (_epoch, _level, robots) => robots, heard: nearOnes },
  lies: { heard: lied },
};

/** Robots that earn most where the lead is are drawn `level` times as likely, without replacement. */
function nearOnes(game: Game, level: number, { globalState, sample, stream }: Heard): Int32Array {
  const { sG, aL } = sizesOf(game);
  const pays = game.localStates.map((_, s) => game.localReward[(s * sG + globalState) * aL]);
  const most = Math.max(...pays);
  const left = sample.slice();
  const out = new Int32Array(left.length);
  for (let i = 0; i < ASKED; i++) {
    const weights = Float64Array.from(left, (count, s) => count * (pays[s] === most ? level : 1));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const s = drawIndex(stream.next() * total, weights);
    left[s] -= 1;
    out[s] += 1;
  }
  return out;
}

/** That share of the answers is any state. */
function lied(_game: Game, level: number, { sample, stream }: Heard): Int32Array {
  const out = new Int32Array(sample.length);
  sample.forEach((count, s) => {
    for (let i = 0; i < count; i++) {
      const said = stream.next() < level ? Math.floor(stream.next() * out.length) : s;
      out[said] += 1;
    }
  });
  return out;
}

/** The same global agent, which asks and hears by the fault. */
export function faulty(
  game: Game,
  own: GlobalController,
  fault: Fault,
  level: number,
  { robots, seed }: Job,
): GlobalController {
  const stream = new KeyedStream(seed);
  let [rollout, epoch] = [0, 0];
  return {
    get sampleSize() {
      return fault.asked?.(epoch, level, robots) ?? ASKED;
    },
    reset() {
      own.reset?.();
      [rollout, epoch] = [rollout + 1, 0];
    },
    decide(globalState, sample, draws) {
      stream.key(rollout, epoch, ROLE);
      const heard = fault.heard?.(game, level, { globalState, sample, stream }) ?? sample;
      epoch += 1;
      return own.decide(globalState, heard, draws);
    },
  };
}

/** The game with local moves that go anywhere for that share. */
export const mistaken = (game: Game, share: number): Game => ({
  ...game,
  localTransition: game.localTransition.map(
    (p) => (1 - share) * p + share / game.localStates.length,
  ),
});
