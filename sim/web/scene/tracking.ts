/** The camera follows a robot and comes near it; it is still turned and zoomed by hand. */
import * as THREE from "three";

/** Time constant of the camera's approach. */
const EASE_MS = 180;

export class Tracking {
  private readonly shift = new THREE.Vector3();
  private lastMs = 0;
  private wanted: number | undefined;

  /** @param distance to approach to, m; undefined: keep the present one */
  begin(distance: number | undefined): void {
    this.wanted = distance;
  }

  /** Moves `camera` and the point it looks at towards (x, y) on the floor. */
  advance(camera: THREE.Camera, target: THREE.Vector3, x: number, y: number, nowMs: number): void {
    const share = 1 - Math.exp(-Math.min(200, nowMs - this.lastMs) / EASE_MS);
    this.lastMs = nowMs;
    this.shift.set(x - target.x, y - target.y, -target.z).multiplyScalar(share);
    target.add(this.shift);
    camera.position.add(this.shift);
    if (this.wanted === undefined) return;
    const away = camera.position.distanceTo(target);
    const next = away + share * (this.wanted - away);
    camera.position.sub(target).setLength(next).add(target);
    if (Math.abs(next - this.wanted) < 0.02 * this.wanted) this.wanted = undefined;
  }
}
