/** The abstract world: transitions drawn from P_g and P_l; bodies stand in their zones. */
import { type Arena, hexagonalSpots, leadSpotOf, type Point } from "../../src/game/arena";
import { drawIndex, keyedUniform } from "../../src/game/draws";
import type { EpisodeStart } from "../../src/game/episode";
import { type Game, sizesOf } from "../../src/game/model";

export class AbstractWorld {
  /** [n] always 0: no wheels here. */
  locked = new Uint8Array(0);
  private agentIds: readonly string[] = [];
  private state = 0;
  private zones = new Uint8Array(0);
  /** [(n+1) * 3] x m, y m, yaw rad in the map frame; the lead vehicle is the last. */
  poses = new Float64Array(0);
  /** Each robot's place in every zone, from the zone's centre, m. */
  private offsets: readonly Point[] = [];

  constructor(
    private readonly game: Game,
    agentIds: readonly string[],
    private readonly seed: number,
    start: EpisodeStart,
  ) {
    this.setRobots(agentIds, start);
    this.place(start);
  }

  globalState(): number {
    return this.state;
  }

  localStates(): Uint8Array {
    return this.zones;
  }

  place(start: EpisodeStart): void {
    this.state = start.globalState;
    this.zones.set(start.localStates);
    this.pose();
  }

  /** From now on there are these robots: those that come are where `start` has them. */
  setRobots(agentIds: readonly string[], start: EpisodeStart): void {
    const zones = start.localStates.slice();
    zones.set(this.zones.subarray(0, zones.length));
    this.zones = zones;
    this.agentIds = agentIds;
    this.locked = new Uint8Array(agentIds.length);
    this.poses = new Float64Array((agentIds.length + 1) * 3);
    this.offsets = offsetsIn(this.game.arena, agentIds.length);
    this.pose();
  }

  /** One epoch: every robot by P_l(· | s_i, s_g, a_i), the lead vehicle by P_g(· | s_g, a_g). */
  step(epoch: number, globalAction: number, actions: ArrayLike<number>): void {
    const { game, seed, state, zones } = this;
    const { sG, aG, sL, aL } = sizesOf(game);
    this.agentIds.forEach((id, i) => {
      if (actions[i] < 0) return;
      const row = (zones[i] * sG + state) * aL + actions[i];
      const uniform = keyedUniform(seed, "local-transition", id, epoch);
      zones[i] = drawIndex(uniform(), game.localTransition, row * sL, sL);
    });
    const uniform = keyedUniform(seed, "global-transition", "", epoch);
    const row = state * aG + globalAction;
    this.state = drawIndex(uniform(), game.globalTransition, row * sG, sG);
    this.pose();
  }

  private pose(): void {
    const { arena } = this.game;
    const n = this.agentIds.length;
    this.zones.forEach((state, i) => {
      const { x, y } = arena.zones[state % arena.zones.length];
      this.poses[i * 3] = x + this.offsets[i].x;
      this.poses[i * 3 + 1] = y + this.offsets[i].y;
    });
    const lead = leadSpotOf(arena, this.state);
    this.poses[n * 3] = lead.x;
    this.poses[n * 3 + 1] = lead.y;
  }
}

/**
 * Hexagonal spots, packed tighter when there are many robots: bodies have no size here, and every
 * pose must lie in its zone for any n.
 */
function offsetsIn({ zones, robotSpacing }: Arena, population: number): Point[] {
  const apart = zones.flatMap((a, i) =>
    zones.slice(i + 1).map((b) => Math.hypot(a.x - b.x, a.y - b.y)),
  );
  const room = Math.min(...zones.map((zone) => zone.radius), ...apart.map((d) => 0.4 * d));
  const spots = hexagonalSpots(population, robotSpacing);
  const reach = Math.max(...spots.map((spot) => Math.hypot(spot.x, spot.y)));
  const scale = reach > room ? room / reach : 1;
  return spots.map(({ x, y }) => ({ x: x * scale, y: y * scale }));
}
