/** The robots: bodies, soft shadows, halos of those asked, and the asking itself. */
import {
  BufferAttribute,
  BufferGeometry,
  CircleGeometry,
  Color,
  DynamicDrawUsage,
  Group,
  InstancedMesh,
  LineBasicMaterial,
  LineSegments,
  Matrix4,
  MeshBasicMaterial,
  MeshLambertMaterial,
  RingGeometry,
} from "three";
import type { EpochReport, Snapshot } from "../../protocol";
import type { Palette } from "../palette";
import { plainRobotShape, robotShape } from "./bodies";
import type { Layer } from "./layer";
import type { Motion } from "./motion";

/** The halos close in on the robots asked for this long, ms. */
const ARRIVE_MS = 450;
/** More robots than these are drawn plainer and without shadows. */
const MANY = 200;
/** The lines of asking fade for this long, ms. */
const ASK_MS = 1100;

export class Robots implements Layer {
  readonly object = new Group();
  private readonly bodies: InstancedMesh;
  /** None under many. */
  private readonly shadows: InstancedMesh | undefined;
  private readonly halos: InstancedMesh;
  private readonly asks: LineSegments<BufferGeometry, LineBasicMaterial>;
  private readonly count: number;
  private sampled: number[] = [];
  private epochNumber = -1;
  private sinceMs = -Infinity;
  private readonly place = new Matrix4();
  private readonly free: Color;
  private readonly docked: Color;

  constructor(
    snapshot: Snapshot,
    private readonly size: number,
    palette: Palette,
  ) {
    const count = snapshot.robots.length;
    this.count = count;
    this.free = new Color(palette.free);
    this.docked = new Color(palette.docked);
    const soft = { transparent: true, depthWrite: false };
    const isMany = count > MANY;
    this.bodies = instances(
      isMany ? plainRobotShape(palette.dark) : robotShape(palette.dark),
      new MeshLambertMaterial({ vertexColors: true }),
      count,
    );
    if (!isMany) {
      const shade = new MeshBasicMaterial({ color: palette.shadow, opacity: 0.22, ...soft });
      this.shadows = instances(new CircleGeometry(1.15, 18), shade, count);
    }
    this.halos = instances(
      new RingGeometry(1.45, 1.85, 28),
      new MeshBasicMaterial({ color: palette.seen, ...soft }),
      count,
    );
    this.halos.count = 0;
    this.asks = new LineSegments(
      new BufferGeometry().setAttribute(
        "position",
        new BufferAttribute(new Float32Array(6 * count), 3).setUsage(DynamicDrawUsage),
      ),
      new LineBasicMaterial({ color: palette.seen, ...soft }),
    );
    this.asks.frustumCulled = false;
    if (this.shadows) this.object.add(this.shadows);
    this.object.add(this.halos, this.asks, this.bodies);
  }

  epoch(report: EpochReport, nowMs: number): void {
    if (report.epoch === this.epochNumber) return;
    this.epochNumber = report.epoch;
    this.sampled = report.sampled.filter((robot) => robot < this.count);
    this.sinceMs = nowMs;
  }

  frame(motion: Motion, nowMs: number): void {
    const { shown, frame } = motion;
    if (frame === undefined) return;
    for (let i = 0; i < this.count; i++) {
      const [x, y, heading] = [shown[3 * i], shown[3 * i + 1], shown[3 * i + 2]];
      this.put(this.bodies, i, x, y, 0, this.size, heading);
      if (this.shadows) this.put(this.shadows, i, x + 0.15 * this.size, y, 0.006, this.size);
      this.bodies.setColorAt(i, frame.locked[i] === 1 ? this.docked : this.free);
    }
    this.bodies.instanceMatrix.needsUpdate = true;
    if (this.shadows) this.shadows.instanceMatrix.needsUpdate = true;
    if (this.bodies.instanceColor !== null) this.bodies.instanceColor.needsUpdate = true;
    this.frameAsked(shown, nowMs - this.sinceMs);
  }

  private frameAsked(shown: Float32Array, ageMs: number): void {
    const left = Math.max(0, 1 - ageMs / ARRIVE_MS);
    const size = this.size * (1 + 0.9 * left * left);
    const lead = shown.length - 3;
    const ends = this.asks.geometry.getAttribute("position");
    this.sampled.forEach((robot, index) => {
      const x = shown[3 * robot];
      const y = shown[3 * robot + 1];
      this.put(this.halos, index, x, y, 0.012, size);
      ends.setXYZ(2 * index, shown[lead], shown[lead + 1], 0.25);
      ends.setXYZ(2 * index + 1, x, y, this.size);
    });
    this.halos.count = this.sampled.length;
    this.halos.instanceMatrix.needsUpdate = true;
    this.asks.visible = ageMs < ASK_MS;
    if (!this.asks.visible) return;
    this.asks.material.opacity = 0.75 * (1 - ageMs / ASK_MS);
    this.asks.geometry.setDrawRange(0, 2 * this.sampled.length);
    ends.needsUpdate = true;
  }

  private put(
    mesh: InstancedMesh,
    index: number,
    x: number,
    y: number,
    z: number,
    size: number,
    heading = 0,
  ): void {
    const c = size * Math.cos(heading);
    const s = size * Math.sin(heading);
    this.place.set(c, -s, 0, x, s, c, 0, y, 0, 0, size, z, 0, 0, 0, 1);
    mesh.setMatrixAt(index, this.place);
  }
}

function instances(
  shape: BufferGeometry,
  material: MeshBasicMaterial | MeshLambertMaterial,
  count: number,
): InstancedMesh {
  const mesh = new InstancedMesh(shape, material, count);
  mesh.instanceMatrix.setUsage(DynamicDrawUsage);
  mesh.frustumCulled = false;
  return mesh;
}
