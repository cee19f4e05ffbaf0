/** The lead vehicle and where it is sent: a line on the floor, the zone's ring, a marker at its goal. */
import * as THREE from "three";
import type { EpochReport, Snapshot } from "../../protocol";
import type { Palette } from "../palette";
import { leadShape, painted } from "./lead_shape";
import type { Motion } from "./motion";

/** No line is drawn to a goal this near, m. */
const ARRIVED_M = 0.3;

/** @param isFlat it lies on the floor, under everything else */
function mesh(shape: THREE.BufferGeometry, isFlat = false): THREE.Mesh {
  const options = { vertexColors: true, transparent: isFlat, depthWrite: !isFlat };
  const made = new THREE.Mesh(shape, new THREE.MeshBasicMaterial(options));
  made.renderOrder = isFlat ? -1 : 0;
  return made;
}

export class Lead {
  readonly object = new THREE.Group();
  private readonly body: THREE.Mesh;
  private readonly shadow: THREE.Mesh;
  private readonly way: THREE.Line<THREE.BufferGeometry, THREE.LineDashedMaterial>;
  private readonly target: THREE.Mesh;
  private readonly pointer: THREE.Mesh;
  private targetZone: number | undefined;

  constructor(
    private readonly snapshot: Snapshot,
    palette: Palette,
  ) {
    const { lead, shadow } = palette;
    this.body = mesh(leadShape(palette));
    this.shadow = mesh(painted(new THREE.CircleGeometry(1.4, 32), shadow, 0.5, 0), true);
    this.target = mesh(painted(new THREE.RingGeometry(0.97, 1.025, 72), lead), true);
    this.pointer = mesh(painted(new THREE.ConeGeometry(0.16, 0.4, 4).rotateX(-Math.PI / 2), lead));
    this.body.scale.setScalar(snapshot.leadRadius);
    this.shadow.scale.setScalar(snapshot.leadRadius);
    this.way = new THREE.Line(
      new THREE.BufferGeometry().setFromPoints([new THREE.Vector3(), new THREE.Vector3()]),
      new THREE.LineDashedMaterial({ color: lead, dashSize: 0.18, gapSize: 0.12 }),
    );
    this.way.frustumCulled = false;
    this.object.add(this.shadow, this.body, this.target, this.pointer, this.way);
  }

  epoch({ globalAction }: EpochReport): void {
    const { zones, leadSpots } = this.snapshot;
    const known = globalAction < Math.min(zones.length, leadSpots.length);
    this.targetZone = known ? globalAction : undefined;
    this.target.visible = known;
    if (!known) return;
    const { x, y, radius } = zones[globalAction];
    this.target.position.set(x, y, 0.01);
    this.target.scale.setScalar(radius);
  }

  frame(motion: Motion): void {
    const { shown, frame } = motion;
    this.object.visible = frame !== undefined;
    const [x, y, heading] = shown.subarray(-3);
    this.body.position.set(x, y, 0);
    this.body.rotation.z = heading;
    this.shadow.position.set(x + 0.2 * this.snapshot.leadRadius, y, 0.005);
    this.drawWay(x, y);
  }

  private drawWay(x: number, y: number): void {
    const spot =
      this.targetZone === undefined ? undefined : this.snapshot.leadSpots[this.targetZone];
    this.way.visible = spot !== undefined && Math.hypot(spot.x - x, spot.y - y) > ARRIVED_M;
    this.pointer.visible = this.way.visible;
    if (spot === undefined || !this.way.visible) return;
    this.pointer.position.set(spot.x, spot.y, 0.45);
    const ends = this.way.geometry.getAttribute("position");
    ends.setXYZ(0, x, y, 0.02);
    ends.setXYZ(1, spot.x, spot.y, 0.02);
    ends.needsUpdate = true;
    this.way.computeLineDistances();
  }
}
