/**
 * Bodies that keep apart: discs moved one at a time, each only to a place where it overlaps nothing,
 * so that a world without overlaps stays without. Lengths in metres, the `map` frame.
 *
 * A blocked body slides round what blocks it, on the right if it came straight on; where there is no
 * way round it pushes a free robot that ranks below it (has a higher index) out of its way, so that
 * two robots that meet in a gap do not wait for each other for ever.
 */

// Taken once: this runs millions of times, and a global is slow to look up in a vm context.
const { abs, ceil, floor, max, min, sqrt } = Math;

/** Where bodies lie, which of them may be pushed, and the wall round them. */
export interface ContactOptions {
  /** [(bodies) * 3] x, y, yaw; x and y are changed by `move`. */
  readonly poses: Float64Array;
  /** [bodies] m */
  readonly radii: Float64Array;
  /** [bodies] 1: may be pushed by a body with a lower index. */
  readonly pushable: Uint8Array;
  /** The wall: a circle that holds every body. */
  readonly wall: { readonly x: number; readonly y: number; readonly radius: number };
}

/** Room left in a contact, m: keeps rounding from turning a touch into an overlap. */
const GAP = 1e-6;
/** A slide is at least this share of the way asked for. */
const LEAST_SLIDE = 0.7;
/** Below this cosine of direction and tangent a body has come straight on and turns right. */
const STRAIGHT_ON = 0.2;
/** Bodies in a row that one push can move. */
const LONGEST_PUSH = 3;
const NONE = -1;

export class Contacts {
  /** [bodies] 1: was blocked or pushed since it was last cleared. */
  readonly touched: Uint8Array;
  private readonly poses: Float64Array;
  private readonly radii: Float64Array;
  private readonly pushable: Uint8Array;
  private readonly wall: ContactOptions["wall"];
  /** A grid of linked lists: first body of a cell, next and previous body in it. */
  private readonly columns: number;
  private readonly cellSize: number;
  private readonly first: Int32Array;
  private readonly next: Int32Array;
  private readonly before: Int32Array;
  private readonly cellOf: Int32Array;

  constructor(options: ContactOptions) {
    this.poses = options.poses;
    this.radii = options.radii;
    this.pushable = options.pushable;
    this.wall = options.wall;
    const bodies = options.radii.length;
    const sorted = Array.from(options.radii).sort((a, b) => b - a);
    this.cellSize = sorted[0] + (sorted[1] ?? sorted[0]);
    this.columns = max(1, ceil((2 * options.wall.radius) / this.cellSize));
    this.first = new Int32Array(this.columns * this.columns);
    this.next = new Int32Array(bodies);
    this.before = new Int32Array(bodies);
    this.cellOf = new Int32Array(bodies);
    this.touched = new Uint8Array(bodies);
    this.rebuild();
  }

  /** Call after poses were set from outside. */
  rebuild(): void {
    this.first.fill(NONE);
    for (let body = 0; body < this.radii.length; body++) this.link(body);
  }

  /** Moves `body` by (dx, dy) m, or as much of it as the others and the wall allow. */
  move(body: number, dx: number, dy: number): void {
    if (!this.advance(body, dx, dy)) this.touched[body] = 1;
  }

  /** True if the whole way was free. */
  private advance(body: number, dx: number, dy: number): boolean {
    const x = this.poses[3 * body] + dx;
    const y = this.poses[3 * body + 1] + dy;
    const blocker = this.blockerAt(body, x, y);
    if (blocker === NONE) return this.settle(body, x, y);
    if (this.slide(body, blocker, dx, dy, 0)) return false;
    if (this.push(body, blocker, dx, dy, LONGEST_PUSH)) return false;
    if (this.slide(body, blocker, dx, dy, LONGEST_PUSH)) return false;
    this.approach(body, blocker, dx, dy);
    return false;
  }

  /**
   * Round `other`, on the side that lies ahead; with `depth` above 0 whoever stands there is pushed,
   * and the other side is tried where that does not lead straight back. False if there is no room.
   */
  private slide(body: number, other: number, dx: number, dy: number, depth: number): boolean {
    const way = sqrt(dx * dx + dy * dy);
    const nx = this.poses[3 * body] - this.poses[3 * other];
    const ny = this.poses[3 * body + 1] - this.poses[3 * other + 1];
    const distance = sqrt(nx * nx + ny * ny);
    // Along the tangent to the left as seen towards the other one, and how far that lies ahead.
    const ahead = (ny * dx - nx * dy) / (distance * way);
    const along = max(abs(ahead), LEAST_SLIDE) * way;
    const side = (ahead > STRAIGHT_ON ? along : -along) / distance;
    if (this.slideAlong(body, other, ny * side, -nx * side, way, depth)) return true;
    if (depth === 0 || abs(ahead) > LEAST_SLIDE) return false;
    return this.slideAlong(body, other, -ny * side, nx * side, way, 0);
  }

  /** One step along a tangent and back on to the circle of contact; at most `way` long. */
  private slideAlong(
    body: number,
    other: number,
    tx: number,
    ty: number,
    way: number,
    depth: number,
  ): boolean {
    const x = this.poses[3 * body];
    const y = this.poses[3 * body + 1];
    const ox = this.poses[3 * other];
    const oy = this.poses[3 * other + 1];
    const cx = x + tx - ox;
    const cy = y + ty - oy;
    const scale = (this.radii[body] + this.radii[other] + GAP) / sqrt(cx * cx + cy * cy);
    let mx = ox + cx * scale - x;
    let my = oy + cy * scale - y;
    const long = sqrt(mx * mx + my * my);
    if (long > way) {
      mx *= way / long;
      my *= way / long;
    }
    const third = this.blockerAt(body, x + mx, y + my);
    if (third !== NONE) return this.push(body, third, mx, my, depth);
    this.settle(body, x + mx, y + my);
    return true;
  }

  /** Moves `other` out of the way, if it may be and can be, and takes its place. */
  private push(body: number, other: number, dx: number, dy: number, depth: number): boolean {
    if (depth === 0 || this.pushable[body] === 0) return false;
    if (this.pushable[other] === 0 || other < body) return false;
    const x = this.poses[3 * body] + dx;
    const y = this.poses[3 * body + 1] + dy;
    const nx = this.poses[3 * other] - x;
    const ny = this.poses[3 * other + 1] - y;
    const distance = sqrt(nx * nx + ny * ny);
    const need = (this.radii[body] + this.radii[other] + GAP - distance) / distance;
    // Straight away from it, or, where that way is barred, along with it.
    if (!this.yieldTo(other, nx * need, ny * need, depth) && !this.yieldTo(other, dx, dy, depth)) {
      return false;
    }
    this.touched[other] = 1;
    const third = this.blockerAt(body, x, y);
    if (third !== NONE) return this.slide(body, third, dx, dy, 0);
    this.settle(body, x, y);
    return true;
  }

  /** Moves a pushed body by (dx, dy) if there is room or room can be made. */
  private yieldTo(body: number, dx: number, dy: number, depth: number): boolean {
    const x = this.poses[3 * body] + dx;
    const y = this.poses[3 * body + 1] + dy;
    const third = this.blockerAt(body, x, y);
    if (third !== NONE) return this.push(body, third, dx, dy, depth - 1);
    return this.settle(body, x, y);
  }

  /** Straight on until it touches `other`, if nothing else is in the way. */
  private approach(body: number, other: number, dx: number, dy: number): void {
    const x = this.poses[3 * body];
    const y = this.poses[3 * body + 1];
    const fx = x - this.poses[3 * other];
    const fy = y - this.poses[3 * other + 1];
    const reach = this.radii[body] + this.radii[other] + GAP;
    const a = dx * dx + dy * dy;
    const b = fx * dx + fy * dy;
    const root = b * b - a * (fx * fx + fy * fy - reach * reach);
    if (root < 0) return;
    const share = (-b - sqrt(root)) / a;
    if (share <= 0 || share > 1) return;
    if (this.blockerAt(body, x + dx * share, y + dy * share) !== NONE) return;
    this.settle(body, x + dx * share, y + dy * share);
  }

  /** Puts `body` there, or at the wall if that lies beyond it; false if the wall cut it short. */
  private settle(body: number, x: number, y: number): boolean {
    const most = this.wall.radius - this.radii[body];
    const wx = x - this.wall.x;
    const wy = y - this.wall.y;
    const out = sqrt(wx * wx + wy * wy);
    if (out > most) {
      const cx = this.wall.x + (wx * most) / out;
      const cy = this.wall.y + (wy * most) / out;
      if (this.blockerAt(body, cx, cy) === NONE) this.put(body, cx, cy);
      return false;
    }
    this.put(body, x, y);
    return true;
  }

  /** The body that `body` would overlap most at (x, y), or NONE. */
  private blockerAt(body: number, x: number, y: number): number {
    const column = this.index(x - this.wall.x);
    const row = this.index(y - this.wall.y);
    let worst = NONE;
    let deepest = 0;
    for (let r = max(0, row - 1); r <= min(this.columns - 1, row + 1); r++) {
      for (let c = max(0, column - 1); c <= min(this.columns - 1, column + 1); c++) {
        for (
          let other = this.first[r * this.columns + c];
          other !== NONE;
          other = this.next[other]
        ) {
          if (other === body) continue;
          const dx = this.poses[3 * other] - x;
          const dy = this.poses[3 * other + 1] - y;
          const reach = this.radii[body] + this.radii[other];
          const depth = reach * reach - dx * dx - dy * dy;
          if (depth > deepest) {
            deepest = depth;
            worst = other;
          }
        }
      }
    }
    return worst;
  }

  private index(offset: number): number {
    const cell = floor((offset + this.wall.radius) / this.cellSize);
    return max(0, min(this.columns - 1, cell));
  }

  private cellAt(body: number): number {
    return (
      this.index(this.poses[3 * body + 1] - this.wall.y) * this.columns +
      this.index(this.poses[3 * body] - this.wall.x)
    );
  }

  private put(body: number, x: number, y: number): void {
    this.poses[3 * body] = x;
    this.poses[3 * body + 1] = y;
    if (this.cellAt(body) === this.cellOf[body]) return;
    const { next, before } = this;
    if (before[body] === NONE) this.first[this.cellOf[body]] = next[body];
    else next[before[body]] = next[body];
    if (next[body] !== NONE) before[next[body]] = before[body];
    this.link(body);
  }

  private link(body: number): void {
    const cell = this.cellAt(body);
    const head = this.first[cell];
    this.cellOf[body] = cell;
    this.next[body] = head;
    this.before[body] = NONE;
    if (head !== NONE) this.before[head] = body;
    this.first[cell] = body;
  }
}
