/** The robots and the marks about them. */
import * as THREE from "three";
import type { Snapshot } from "../../protocol";
import type { Motion } from "./motion";
import { FLAGS, robotPoints } from "./robot_points";

export class Robots {
  readonly object: THREE.Points;
  /** Indices of robots; those of none are ignored. */
  sampled: readonly number[] = [];
  broken: readonly number[] = [];
  chosen: number | undefined;
  private readonly robots: THREE.BufferAttribute;
  /** The local states from this on are of further kinds of robots. */
  private readonly firstOfOthers: number;

  constructor({ robots, robotRadius, zones }: Snapshot) {
    this.firstOfOthers = zones.length;
    const corners = new THREE.BufferAttribute(new Float32Array(4 * robots.length), 4);
    this.robots = corners.setUsage(THREE.DynamicDrawUsage);
    const shape = new THREE.BufferGeometry().setAttribute("robot", this.robots);
    shape.setDrawRange(0, robots.length);
    this.object = robotPoints(shape, robotRadius);
  }

  frame({ shown, frame }: Motion): void {
    this.object.visible = frame !== undefined;
    if (frame === undefined) return;
    const flags = Uint8Array.from(frame.locked, (locked, robot) => {
      const otherKind = frame.states[robot] >= this.firstOfOthers ? FLAGS.otherKind : 0;
      return otherKind | (locked ? FLAGS.docked : 0);
    });
    for (const robot of this.sampled) flags[robot] |= FLAGS.asked;
    for (const robot of this.broken) flags[robot] |= FLAGS.broken;
    if (this.chosen !== undefined) flags[this.chosen] |= FLAGS.chosen;
    flags.forEach((flag, i) =>
      this.robots.setXYZW(i, shown[3 * i], shown[3 * i + 1], shown[3 * i + 2], flag),
    );
    this.robots.needsUpdate = true;
  }
}
