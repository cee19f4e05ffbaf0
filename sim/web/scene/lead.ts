/**
 * The lead vehicle and where it is sent: a line on the floor, the zone's ring, a
 * marker where it will stand.
 */
import {
  BufferAttribute,
  BufferGeometry,
  ConeGeometry,
  DynamicDrawUsage,
  Group,
  Line,
  LineDashedMaterial,
  RingGeometry,
} from "three";
import type { EpochReport, Snapshot } from "../../protocol";
import type { Palette } from "../palette";
import { leadShape, painted, shadowShape } from "./bodies";
import { Crowd } from "./crowd";
import type { Layer } from "./layer";
import type { Motion } from "./motion";

export class Lead implements Layer {
  readonly object = new Group();
  private readonly body: Crowd;
  private readonly shadow: Crowd;
  private readonly way: Line<BufferGeometry, LineDashedMaterial>;
  private readonly target: Crowd;
  private readonly pointer: Crowd;
  private targetZone: number | undefined;

  constructor(
    private readonly snapshot: Snapshot,
    palette: Palette,
  ) {
    const one = (shape: BufferGeometry, seeThrough = false): Crowd =>
      new Crowd(shape, 1, [seeThrough ? palette.shadow : palette.lead], seeThrough);
    this.body = one(leadShape(palette.dark));
    this.shadow = one(shadowShape(32), true);
    this.target = one(painted(new RingGeometry(0.97, 1.025, 72)));
    this.pointer = one(painted(new ConeGeometry(0.16, 0.4, 4).rotateX(-Math.PI / 2)));
    this.way = new Line(
      new BufferGeometry().setAttribute(
        "position",
        new BufferAttribute(new Float32Array(6), 3).setUsage(DynamicDrawUsage),
      ),
      new LineDashedMaterial({ color: palette.lead, dashSize: 0.18, gapSize: 0.12 }),
    );
    this.way.frustumCulled = false;
    const crowds = [this.shadow, this.body, this.target, this.pointer];
    this.object.add(...crowds.map(({ object }) => object), this.way);
  }

  epoch({ globalAction }: EpochReport): void {
    const { zones, leadSpots } = this.snapshot;
    const known = globalAction < Math.min(zones.length, leadSpots.length);
    this.targetZone = known ? globalAction : undefined;
    this.target.object.visible = known;
    if (!known) return;
    const { x, y, radius } = zones[globalAction];
    this.target.put(0, x, y, 0.01, radius);
    this.target.update();
  }

  frame(motion: Motion, nowMs: number): void {
    const { shown, frame } = motion;
    this.object.visible = frame !== undefined;
    const at = shown.length - 3;
    const [x, y, heading] = [shown[at], shown[at + 1], shown[at + 2]];
    const size = this.snapshot.leadRadius;
    this.body.put(0, x, y, 0, size, heading);
    this.body.update();
    this.shadow.put(0, x + 0.2 * size, y, 0.005, size);
    this.shadow.update();
    this.drawWay(x, y, nowMs);
  }

  private drawWay(x: number, y: number, nowMs: number): void {
    const spot =
      this.targetZone === undefined ? undefined : this.snapshot.leadSpots[this.targetZone];
    this.way.visible = spot !== undefined && Math.hypot(spot.x - x, spot.y - y) > 0.3;
    this.pointer.object.visible = this.way.visible;
    if (spot === undefined || !this.way.visible) return;
    this.pointer.put(0, spot.x, spot.y, 0.45 + 0.08 * Math.sin(nowMs / 350), 1);
    this.pointer.update();
    const ends = this.way.geometry.getAttribute("position");
    ends.setXYZ(0, x, y, 0.02);
    ends.setXYZ(1, spot.x, spot.y, 0.02);
    ends.needsUpdate = true;
    this.way.computeLineDistances();
  }
}
