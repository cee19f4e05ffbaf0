/**
 * The lead vehicle and where it is sent: a line on the floor, the zone's ring, a
 * marker where it will stand.
 */
import {
  BufferAttribute,
  BufferGeometry,
  CircleGeometry,
  Color,
  ConeGeometry,
  DynamicDrawUsage,
  Group,
  Line,
  LineDashedMaterial,
  Mesh,
  MeshBasicMaterial,
  MeshLambertMaterial,
  RingGeometry,
} from "three";
import type { EpochReport, Snapshot } from "../../protocol";
import type { Palette } from "../palette";
import { leadShape } from "./bodies";
import type { Layer } from "./layer";
import type { Motion } from "./motion";

export class Lead implements Layer {
  readonly object = new Group();
  private readonly body: Mesh;
  private readonly shadow: Mesh;
  private readonly way: Line<BufferGeometry, LineDashedMaterial>;
  private readonly target = new Group();
  private readonly pointer: Mesh;
  private targetZone: number | undefined;

  constructor(
    private readonly snapshot: Snapshot,
    palette: Palette,
  ) {
    const size = snapshot.leadRadius;
    this.body = new Mesh(
      leadShape(palette.dark),
      new MeshLambertMaterial({ vertexColors: true, color: new Color(palette.lead) }),
    );
    this.body.scale.setScalar(size);
    this.shadow = new Mesh(
      new CircleGeometry(1.1 * size, 32),
      new MeshBasicMaterial({
        color: palette.shadow,
        transparent: true,
        opacity: 0.2,
        depthWrite: false,
      }),
    );
    this.way = new Line(
      new BufferGeometry().setAttribute(
        "position",
        new BufferAttribute(new Float32Array(6), 3).setUsage(DynamicDrawUsage),
      ),
      new LineDashedMaterial({ color: palette.lead, dashSize: 0.18, gapSize: 0.12 }),
    );
    this.way.frustumCulled = false;
    const flat = new MeshBasicMaterial({ color: palette.lead });
    this.pointer = new Mesh(
      new ConeGeometry(0.16, 0.4, 4).rotateX(-Math.PI / 2),
      new MeshLambertMaterial({ color: palette.lead }),
    );
    this.target.add(new Mesh(new RingGeometry(0.97, 1.025, 72), flat));
    this.target.visible = false;
    this.object.add(this.shadow, this.body, this.way, this.target, this.pointer);
  }

  epoch(report: EpochReport): void {
    const { zones, leadSpots } = this.snapshot;
    const known = report.globalAction < Math.min(zones.length, leadSpots.length);
    this.targetZone = known ? report.globalAction : undefined;
    this.target.visible = known;
    if (!known) return;
    const zone = zones[report.globalAction];
    this.target.position.set(zone.x, zone.y, 0.01);
    this.target.scale.set(zone.radius, zone.radius, 1);
    this.pointer.position.set(
      leadSpots[report.globalAction].x,
      leadSpots[report.globalAction].y,
      0,
    );
  }

  frame(motion: Motion, nowMs: number): void {
    const { shown, frame } = motion;
    this.object.visible = frame !== undefined;
    const at = shown.length - 3;
    const [x, y, heading] = [shown[at], shown[at + 1], shown[at + 2]];
    this.body.position.set(x, y, 0);
    this.body.rotation.z = heading;
    this.shadow.position.set(x + 0.2 * this.snapshot.leadRadius, y, 0.005);
    this.pointer.position.z = 0.45 + 0.08 * Math.sin(nowMs / 350);
    this.drawWay(x, y);
  }

  private drawWay(x: number, y: number): void {
    const spot =
      this.targetZone === undefined ? undefined : this.snapshot.leadSpots[this.targetZone];
    this.way.visible = spot !== undefined && Math.hypot(spot.x - x, spot.y - y) > 0.3;
    this.pointer.visible = this.way.visible;
    if (spot === undefined || !this.way.visible) return;
    const ends = this.way.geometry.getAttribute("position");
    ends.setXYZ(0, x, y, 0.02);
    ends.setXYZ(1, spot.x, spot.y, 0.02);
    ends.needsUpdate = true;
    this.way.computeLineDistances();
  }
}
