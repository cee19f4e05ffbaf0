/** The lead vehicle, and a ring about the zone that it is sent to. */
import * as THREE from "three";
import { mergeGeometries } from "three/examples/jsm/utils/BufferGeometryUtils.js";
import type { EpochReport, Snapshot } from "../../protocol";
import { colour } from "../palette";
import { zoneOfAction } from "../places";
import type { Motion } from "./motion";

const lit = (parts: THREE.BufferGeometry[], color: string): THREE.Mesh =>
  new THREE.Mesh(mergeGeometries(parts), new THREE.MeshLambertMaterial({ color }));

/** A small truck of unit radius, z up, heading along +x: cabin in front, open box behind. */
function truckOf(): THREE.Object3D {
  const box = (x: number, y: number, z: number, at: [number, number, number]) =>
    new THREE.BoxGeometry(x, y, z).translate(...at);
  const body = [
    box(1.85, 1, 0.22, [0, 0, 0.42]),
    box(0.56, 0.96, 0.62, [0.62, 0, 0.82]),
    box(0.07, 0.96, 0.42, [-0.88, 0, 0.74]),
    ...[0.47, -0.47].map((y) => box(1.15, 0.07, 0.42, [-0.32, y, 0.74])),
  ];
  const wheels = [0.58, -0.52].map((x) =>
    new THREE.CylinderGeometry(0.25, 0.25, 1.24, 16).translate(x, 0, 0.25),
  );
  const inside = [box(0.04, 0.8, 0.28, [0.91, 0, 0.92]), box(1.15, 0.96, 0.06, [-0.32, 0, 0.56])];
  return new THREE.Group().add(
    lit(body, colour("lead")),
    lit([...inside, ...wheels], colour("dark")),
  );
}

export class Lead {
  readonly object = new THREE.Group();
  private readonly body = truckOf();
  private readonly target: THREE.Mesh;

  constructor(private readonly snapshot: Snapshot) {
    const look = { color: colour("lead"), transparent: true, depthWrite: false };
    this.target = new THREE.Mesh(
      new THREE.RingGeometry(0.97, 1.025, 72),
      new THREE.MeshBasicMaterial(look),
    );
    // Under everything else.
    this.target.renderOrder = -1;
    const light = new THREE.HemisphereLight("white", "gray", 1.07 * Math.PI);
    light.position.set(-0.32, -0.49, 0.81);
    this.body.scale.setScalar(snapshot.leadRadius);
    this.object.add(light, this.body, this.target);
  }

  epoch({ globalAction }: EpochReport): void {
    const zone = zoneOfAction(this.snapshot, globalAction);
    this.target.visible = zone >= 0;
    if (zone < 0) return;
    const { x, y, radius } = this.snapshot.zones[zone];
    this.target.position.set(x, y, 0.01);
    this.target.scale.setScalar(radius);
  }

  frame(motion: Motion): void {
    const { shown, frame } = motion;
    this.object.visible = frame !== undefined;
    const [x, y, heading] = shown.subarray(-3);
    this.body.visible = !Number.isNaN(x);
    this.body.position.set(x, y, 0);
    this.body.rotation.z = heading;
  }
}
