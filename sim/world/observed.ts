/**
 * A world that is only heard: where each of its bodies was seen last, and in which zone; and docks, where
 * they are kept for it. Pure. Metres, radians, seconds, the `map` frame; the lead vehicle is the last.
 */
import { type Point, zoneOf } from "../../src/game/arena";
import { kindOfRobot, kindsOf } from "../../src/game/kinds";
import type { Game } from "../../src/game/model";
import { isAtSpot, isDocked } from "./docks";

/** A body that was not seen for this long while time went on may be anywhere, ms. */
const STALE_MS = 1000;
/** Stamps that go back by less are repeats, s. */
const REPEATED_S = 1;
/** The state of a robot of which none is known. */
const UNKNOWN = 255;

/** A pose in the map and its time. */
interface Sight extends Point {
  readonly yaw: number;
  readonly time: number;
}

interface Seen extends Sight {
  /** With hysteresis. */
  readonly zone: number;
  readonly speed: number;
  readonly ms: number;
  /** Its speed is not known yet. */
  readonly isFirst: boolean;
}

export class ObservedWorld {
  /** [n] 1: docked, as far as docks are kept. */
  readonly locked: Uint8Array;
  /** Now, by a clock that stands while the world's time does, ms. */
  ms = 0;
  /** The slot's begin was noticed too late: no states are known. */
  isLate = false;
  private slot: number | undefined;
  private readonly seen: (Seen | undefined)[];
  /** The first state of each robot's kind. */
  private readonly firstStates: readonly number[];

  /**
   * @param seed of the draws by which jobs end; undefined: no docks are kept
   * @param kinds of the robots, where they do not follow from their places
   */
  constructor(
    private readonly game: Game,
    private readonly robots: readonly string[],
    private readonly seed: number | undefined,
    kinds: readonly number[] = robots.map((_, i) => kindOfRobot(kindsOf(game), i)),
  ) {
    this.firstStates = kinds.map((kind) => kind * game.arena.zones.length);
    this.locked = new Uint8Array(robots.length);
    this.seen = [...robots, "lead"].map(() => undefined);
  }

  see(body: number, sight: Sight): void {
    const { game, ms, robots } = this;
    const { x, y, yaw, time } = sight;
    const before = this.seen[body];
    // What repeats an older stamp tells nothing new; time that fell far began anew.
    if (before && time <= before.time && before.time - time < REPEATED_S) return;
    const zones = body === robots.length ? game.arena.leadZones : game.arena.zones;
    const zone = zoneOf({ zones }, sight, before?.zone);
    const { speed, ...last } = before ?? { ...sight, speed: 0 };
    const way = Math.hypot(x - last.x, y - last.y);
    const now = time > last.time ? way / (time - last.time) : speed;
    const isFirst = before === undefined;
    this.seen[body] = { x, y, yaw, time, zone, speed: now, ms, isFirst };
    // It is docked if it would be since the slot began; one that moves crossed its spot.
    if (before?.isFirst) this.locked[body] = 0;
    if (isFirst || before.isFirst) this.decide(body);
  }

  /** Whether a body must not move: docked, or not seen yet. */
  holds(body: number): boolean {
    return this.locked[body] === 1 || this.seen[body] === undefined;
  }

  /** An epoch begins. @returns robots whose dock closed or opened */
  startSlot(slot: number): number[] {
    this.slot = slot;
    return [...this.robots.keys()].filter((robot) => this.decide(robot));
  }

  /** A robot at its spot is docked unless its job ends in this slot. Returns whether that is new. */
  private decide(robot: number): boolean {
    const { locked, robots, seed, slot } = this;
    const { arena } = this.game;
    if (seed === undefined || slot === undefined || robot === robots.length) return false;
    const before = locked[robot];
    const seen = this.known(robot);
    const isSettled = seen !== undefined && isAtSpot(arena, robot, seen.zone, seen, seen.speed);
    const state = this.firstStates[robot] + (this.seen[robot]?.zone ?? 0);
    const docked = isDocked(arena, seed, robots[robot], slot, state, isSettled || before === 1);
    locked[robot] = Number(docked);
    return locked[robot] !== before;
  }

  /** The world began anew: its bodies are somewhere else, and not docked until they are seen. */
  forget(): void {
    this.seen.fill(undefined);
    this.locked.fill(0);
    this.slot = undefined;
  }

  /** Where a body is; undefined: not known. */
  known(body: number): Seen | undefined {
    const seen = this.seen[body];
    return seen && this.ms - seen.ms <= STALE_MS ? seen : undefined;
  }

  /** [(n+1) * 3] x m, y m, yaw rad; NaN: not known. */
  get poses(): Float64Array {
    const none = { x: NaN, y: NaN, yaw: NaN };
    const all = this.seen.map((_, body) => this.known(body) ?? none);
    return Float64Array.from(all.flatMap(({ x, y, yaw }) => [x, y, yaw]));
  }

  /** [n] UNKNOWN: not known; none is where the slot's begin, or the lead vehicle, was not seen. */
  localStates(): Uint8Array {
    const isBlind = this.isLate || !this.known(this.robots.length);
    return Uint8Array.from(this.firstStates, (first, i) => {
      const zone = isBlind ? undefined : this.known(i)?.zone;
      return zone === undefined ? UNKNOWN : first + zone;
    });
  }

  globalState(): number {
    return this.seen.at(-1)?.zone ?? 0;
  }
}
