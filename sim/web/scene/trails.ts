/**
 * Each robot's path of the last seconds, in a ring of slots that hold one piece of every path. A tick
 * reuses the oldest slot as the newest, so that a frame writes one slot only.
 */
import {
  BufferAttribute,
  BufferGeometry,
  DynamicDrawUsage,
  Group,
  LineBasicMaterial,
  LineSegments,
} from "three";
import type { Snapshot } from "../../protocol";
import type { Palette } from "../palette";
import type { Layer } from "./layer";
import type { Motion } from "./motion";

const SLOTS = 20;
/** Time that a slot covers; all together 5 s. */
const TICK_MS = 250;
/** A robot that moves farther between two frames was placed and did not drive. */
const JUMP_M = 2.5;
/** Above the floor. */
const HEIGHT_M = 0.01;

type Slot = LineSegments<BufferGeometry, LineBasicMaterial>;

export class Trails implements Layer {
  readonly object = new Group();
  /** Newest first; made when first shown. */
  private slots: Slot[] = [];
  private readonly robots: number;
  private openedAt = -Infinity;

  constructor(
    snapshot: Snapshot,
    private readonly palette: Palette,
  ) {
    this.robots = snapshot.robots.length;
    this.object.visible = false;
  }

  /** Hiding drops the paths. */
  show(shown: boolean): void {
    this.object.visible = shown;
    if (shown && this.slots.length === 0) {
      this.slots = Array.from({ length: SLOTS }, () => this.emptySlot(this.palette.trail));
      this.object.add(...this.slots);
    }
    this.openedAt = -Infinity;
    this.slots.forEach((slot) => slot.geometry.setDrawRange(0, 0));
  }

  frame({ shown, frame }: Motion, nowMs: number): void {
    if (!this.object.visible || frame === undefined) return;
    if (this.openedAt !== -Infinity) this.extend(shown);
    if (nowMs - this.openedAt >= TICK_MS) this.open(shown, nowMs);
  }

  /** The newest slot reaches to where the robots are. */
  private extend(shown: Float32Array): void {
    const ends = this.slots[0].geometry.getAttribute("position");
    for (let i = 0; i < this.robots; i++) {
      const [x, y] = [shown[3 * i], shown[3 * i + 1]];
      const jumped = Math.hypot(x - ends.getX(2 * i + 1), y - ends.getY(2 * i + 1)) > JUMP_M;
      if (jumped) ends.setXYZ(2 * i, x, y, HEIGHT_M);
      ends.setXYZ(2 * i + 1, x, y, HEIGHT_M);
    }
    ends.needsUpdate = true;
  }

  /** The oldest slot becomes the newest, beginning where the robots are. */
  private open(shown: Float32Array, nowMs: number): void {
    this.openedAt = nowMs;
    const slot = this.slots.pop();
    if (slot === undefined) return;
    this.slots.unshift(slot);
    const ends = slot.geometry.getAttribute("position");
    for (let i = 0; i < this.robots; i++) {
      ends.setXYZ(2 * i, shown[3 * i], shown[3 * i + 1], HEIGHT_M);
      ends.setXYZ(2 * i + 1, shown[3 * i], shown[3 * i + 1], HEIGHT_M);
    }
    ends.needsUpdate = true;
    slot.geometry.setDrawRange(0, 2 * this.robots);
    this.slots.forEach(({ material }, age) => (material.opacity = 0.9 * (1 - age / SLOTS)));
  }

  private emptySlot(color: string): Slot {
    const ends = new BufferAttribute(new Float32Array(6 * this.robots), 3);
    const shape = new BufferGeometry().setAttribute("position", ends.setUsage(DynamicDrawUsage));
    shape.setDrawRange(0, 0);
    const slot = new LineSegments(
      shape,
      new LineBasicMaterial({ color, transparent: true, depthWrite: false }),
    );
    slot.frustumCulled = false;
    return slot;
  }
}
