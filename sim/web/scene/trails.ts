/**
 * Each robot's path of the last seconds, in a ring of slots that hold one piece of every path. A tick
 * reuses the oldest slot as the newest, so that a frame writes one slot only.
 */
import * as THREE from "three";
import type { Snapshot } from "../../protocol";
import type { Palette } from "../palette";
import { type Layer, written } from "./layer";
import type { Motion } from "./motion";

const SLOTS = 20;
/** Time that a slot covers; all together 5 s. */
const TICK_MS = 250;
/** A robot that moves farther between two frames was placed and did not drive. */
const JUMP_M = 2.5;
/** Above the floor. */
const HEIGHT_M = 0.01;

export class Trails implements Layer {
  readonly object: THREE.LineSegments;
  private readonly robots: number;
  /** [SLOTS][robots][2] where each piece begins and ends, and its colour: older ones are fainter. */
  private readonly ends;
  private readonly colours;
  private slot = 0;
  private openedAt = -Infinity;

  constructor({ robots }: Snapshot, { trail: color }: Palette) {
    this.robots = robots.length;
    this.ends = written(2 * SLOTS * this.robots, 3);
    this.colours = written(2 * SLOTS * this.robots, 4);
    const shape = new THREE.BufferGeometry()
      .setAttribute("position", this.ends)
      .setAttribute("color", this.colours);
    const look = { color, vertexColors: true, transparent: true, depthWrite: false };
    this.object = new THREE.LineSegments(shape, new THREE.LineBasicMaterial(look));
    this.object.frustumCulled = false;
    this.object.visible = false;
  }

  /** Hiding drops the paths. */
  show(shown: boolean): void {
    this.object.visible = shown;
    this.openedAt = -Infinity;
    this.ends.array.fill(0);
    this.ends.addUpdateRange(0, this.ends.array.length);
  }

  frame({ shown, frame }: Motion, nowMs: number): void {
    if (!this.object.visible || frame === undefined) return;
    if (this.openedAt !== -Infinity) this.extend(shown);
    if (nowMs - this.openedAt < TICK_MS) return;
    this.openedAt = nowMs;
    this.slot = (this.slot + 1) % SLOTS;
    this.extend(shown, true);
    this.fade();
  }

  /** The newest pieces reach to where the robots are, and begin there if they are new. */
  private extend(shown: Float32Array, areNew = false): void {
    const { ends, robots } = this;
    const first = 2 * robots * this.slot;
    for (let i = 0; i < robots; i++) {
      const [begin, end] = [first + 2 * i, first + 2 * i + 1];
      const [x, y] = [shown[3 * i], shown[3 * i + 1]];
      const jumped = Math.hypot(x - ends.getX(end), y - ends.getY(end)) > JUMP_M;
      if (areNew || jumped) ends.setXYZ(begin, x, y, HEIGHT_M);
      ends.setXYZ(end, x, y, HEIGHT_M);
    }
    ends.addUpdateRange(3 * first, 6 * robots);
    ends.needsUpdate = true;
  }

  private fade(): void {
    const { colours, robots, slot } = this;
    for (let corner = 0; corner < colours.count; corner++) {
      const age = (slot - Math.floor(corner / (2 * robots)) + SLOTS) % SLOTS;
      colours.setXYZW(corner, 1, 1, 1, 0.9 * (1 - age / SLOTS));
    }
    colours.needsUpdate = true;
  }
}
