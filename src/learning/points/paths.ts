/** Distributions of the population for backups and bounds, drawn by key. */
import { drawIndex } from "../../game/draws";
import { drawLocalLaw } from "../../game/episode";
import { KeyedStream } from "../../game/keyed_stream";
import { type Limit, movedBy, moveOf } from "../../game/limit";
import type { Game } from "../../game/model";

/** What a start is drawn for: bounds are measured on others than those learned from. */
const ROLES = { learn: 10, watch: 11, measure: 12, path: 13, compare: 14 };
/** Points of a path, and epochs between two of them at most. */
const PATH_POINTS = 8;
const MOST_BETWEEN = 4;

/** A point of a path. */
export interface Met {
  readonly globalState: number;
  readonly shares: Float64Array;
}

export class Paths {
  private readonly stream: KeyedStream;
  private walked = 0;

  constructor(
    private readonly game: Game,
    private readonly limit: Limit,
    seed: number,
  ) {
    this.stream = new KeyedStream(seed);
  }

  /** μ at the first `count` starts of a role; one where the scenario's initial law is known. */
  starts(count: number, role: keyof typeof ROLES): Float64Array[] {
    const { kind } = this.game.initialLocal;
    return Array.from({ length: kind === "fixed" ? 1 : count }, (_, i) => this.start(i, role));
  }

  private start(path: number, role: keyof typeof ROLES): Float64Array {
    this.stream.key(path, 0, ROLES[role]);
    return Float64Array.from(drawLocalLaw(this.game, this.stream.next));
  }

  /**
   * Distributions on a path in the limit that was not walked before, from a draw of the initial law on.
   * A drawn share of its commands is random and repeated for a while, the others are by `policy`.
   */
  walk(policy: (globalState: number, shares: Float64Array) => number): Met[] {
    const { game, limit, stream } = this;
    const { sG, aG } = limit.sizes;
    const path = this.walked++;
    let shares = this.start(path, "learn");
    stream.key(path, 0, ROLES.path);
    const draw = stream.next;
    const faith = draw();
    let globalState = drawIndex(draw(), game.initialGlobal);
    const met: Met[] = [{ globalState, shares }];
    while (met.length < PATH_POINTS) {
      const drawn = draw() < faith ? undefined : Math.floor(draw() * aG);
      for (let left = 1 + Math.floor(draw() * MOST_BETWEEN); left > 0; left--) {
        const action = drawn ?? policy(globalState, shares);
        const move = moveOf(limit, globalState, action);
        shares = movedBy(limit, move, shares, new Float64Array(shares.length));
        globalState = drawIndex(
          draw(),
          game.globalTransition,
          (globalState * aG + action) * sG,
          sG,
        );
      }
      met.push({ globalState, shares });
    }
    return met;
  }
}
