/** The robots and the marks about them. */
import * as THREE from "three";
import type { EpochReport, Snapshot, WorldState } from "../../protocol";
import type { Palette } from "../palette";
import type { Motion } from "./motion";
import { FLAGS, LAYERS, robotPoints } from "./robot_points";

function show({ geometry }: THREE.Points, robots: readonly number[]): void {
  geometry.index?.set(robots);
  if (geometry.index) geometry.index.needsUpdate = true;
  geometry.setDrawRange(0, robots.length);
}

export class Robots {
  readonly object = new THREE.Group();
  private readonly robots: THREE.BufferAttribute;
  private readonly rings: THREE.Points;
  private readonly crosses: THREE.Points;
  private readonly count: number;
  private sampled: readonly number[] = [];
  private broken: readonly number[] = [];
  private chosen: number | undefined;

  constructor(snapshot: Snapshot, palette: Palette) {
    this.count = snapshot.robots.length;
    const corners = new THREE.BufferAttribute(new Float32Array(4 * this.count), 4);
    this.robots = corners.setUsage(THREE.DynamicDrawUsage);
    const pointsOf = (layer: number): THREE.Points => {
      const shape = new THREE.BufferGeometry().setAttribute("robot", this.robots);
      const index = new THREE.BufferAttribute(new Uint32Array(this.count), 1);
      return robotPoints(shape.setIndex(index), layer, snapshot.robotRadius, palette);
    };
    this.rings = pointsOf(LAYERS.rings);
    this.crosses = pointsOf(LAYERS.crosses);
    const bodies = pointsOf(LAYERS.bodies);
    show(bodies, [...Array(this.count).keys()]);
    this.object.add(this.rings, bodies, this.crosses);
  }

  epoch({ sampled }: EpochReport): void {
    this.sampled = sampled.filter((robot) => robot < this.count);
  }

  /** A new state of the world, or the same again. */
  world({ faults }: WorldState): void {
    this.broken = faults.map(({ robot }) => robot).filter((robot) => robot < this.count);
  }

  choose(robot: number | undefined): void {
    this.chosen = robot;
  }

  frame({ shown, frame }: Motion): void {
    this.object.visible = frame !== undefined;
    if (frame === undefined) return;
    const flags = Uint8Array.from(frame.locked, (locked) => (locked ? FLAGS.docked : 0));
    for (const robot of this.sampled) flags[robot] |= FLAGS.asked;
    if (this.chosen !== undefined) flags[this.chosen] |= FLAGS.chosen;
    flags.forEach((flag, i) =>
      this.robots.setXYZW(i, shown[3 * i], shown[3 * i + 1], shown[3 * i + 2], flag),
    );
    this.robots.needsUpdate = true;
    const marked = this.chosen === undefined ? [] : [this.chosen];
    show(this.rings, [...new Set([...this.sampled, ...marked])]);
    show(this.crosses, this.broken);
  }
}
