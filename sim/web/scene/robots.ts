/** The robots, the marks about them, and the lines along which the lead vehicle asks some of them. */
import * as THREE from "three";
import type { EpochReport, Snapshot, WorldState } from "../../protocol";
import type { Palette } from "../palette";
import type { Motion } from "./motion";
import { FLAGS, LAYERS, robotPoints } from "./robot_points";

/** The rings about the robots asked shrink to their size for this long. */
const ARRIVE_MS = 450;
/** The lines to the robots asked fade for this long. */
const ASK_MS = 1100;
const LEAD_HEIGHT_M = 0.25;

function show({ geometry }: THREE.Points, robots: readonly number[]): void {
  geometry.index?.set(robots);
  if (geometry.index) geometry.index.needsUpdate = true;
  geometry.setDrawRange(0, robots.length);
}

/** `size` numbers for each of `count` corners, written anew for each frame. */
const written = (count: number, size: number): THREE.BufferAttribute =>
  new THREE.BufferAttribute(new Float32Array(count * size), size).setUsage(THREE.DynamicDrawUsage);

export class Robots {
  readonly object = new THREE.Group();
  private readonly robots: THREE.BufferAttribute;
  private readonly rings: THREE.Points;
  private readonly crosses: THREE.Points;
  private readonly halo = { value: 1 };
  private readonly asks: THREE.LineSegments<THREE.BufferGeometry, THREE.LineBasicMaterial>;
  private readonly count: number;
  private readonly radius: number;
  private sampled: readonly number[] = [];
  private broken: readonly number[] = [];
  private chosen: number | undefined;
  private epochNumber = -1;
  private sinceMs = -Infinity;

  constructor(snapshot: Snapshot, palette: Palette) {
    this.count = snapshot.robots.length;
    this.radius = snapshot.robotRadius;
    this.robots = written(this.count, 4);
    const pointsOf = (layer: number): THREE.Points => {
      const shape = new THREE.BufferGeometry().setAttribute("robot", this.robots);
      const index = new THREE.BufferAttribute(new Uint32Array(this.count), 1);
      return robotPoints(shape.setIndex(index), layer, this.radius, palette, this.halo);
    };
    this.rings = pointsOf(LAYERS.rings);
    this.crosses = pointsOf(LAYERS.crosses);
    const bodies = pointsOf(LAYERS.bodies);
    show(bodies, [...Array(this.count).keys()]);
    this.asks = new THREE.LineSegments(
      new THREE.BufferGeometry().setAttribute("position", written(2 * this.count, 3)),
      new THREE.LineBasicMaterial({ color: palette.seen, transparent: true, depthWrite: false }),
    );
    this.asks.frustumCulled = false;
    this.object.add(this.rings, bodies, this.crosses, this.asks);
  }

  epoch(report: EpochReport, nowMs: number): void {
    if (report.epoch === this.epochNumber) return;
    this.epochNumber = report.epoch;
    this.sampled = report.sampled.filter((robot) => robot < this.count);
    this.sinceMs = nowMs;
  }

  /** A new state of the world, or the same again. */
  world({ faults }: WorldState): void {
    this.broken = faults.map(({ robot }) => robot).filter((robot) => robot < this.count);
  }

  choose(robot: number | undefined): void {
    this.chosen = robot;
  }

  frame({ shown, frame }: Motion, nowMs: number): void {
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
    const ageMs = nowMs - this.sinceMs;
    const left = Math.max(0, 1 - ageMs / ARRIVE_MS);
    this.halo.value = 1 + 0.9 * left * left;
    this.drawAsks(shown, ageMs);
  }

  private drawAsks(shown: Float32Array, ageMs: number): void {
    this.asks.visible = ageMs < ASK_MS;
    if (!this.asks.visible) return;
    const lead = shown.length - 3;
    const ends = this.asks.geometry.getAttribute("position");
    this.sampled.forEach((robot, index) => {
      ends.setXYZ(2 * index, shown[lead], shown[lead + 1], LEAD_HEIGHT_M);
      ends.setXYZ(2 * index + 1, shown[3 * robot], shown[3 * robot + 1], this.radius);
    });
    ends.needsUpdate = true;
    this.asks.material.opacity = 0.75 * (1 - ageMs / ASK_MS);
    this.asks.geometry.setDrawRange(0, 2 * this.sampled.length);
  }
}
