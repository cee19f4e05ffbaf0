/** The scene of one snapshot: what lies and moves in the view. */
import * as THREE from "three";
import { CSS2DObject } from "three/examples/jsm/renderers/CSS2DRenderer.js";
import type { EpochReport, Snapshot } from "../protocol";
import { extentOf, groundOf } from "./scene/ground";
import { Lead } from "./scene/lead";
import { Motion } from "./scene/motion";
import { Robots } from "./scene/robots";
import type { View } from "./scene/view";

/** So far off a click may be. */
const REACH_PX = 28;

export class ArenaScene {
  readonly motion: Motion;
  readonly robots: Robots;
  private readonly lead: Lead;
  private readonly moving = new THREE.Group();
  private readonly ground: THREE.Group;

  constructor(
    private readonly view: View,
    snapshot: Snapshot,
  ) {
    this.motion = new Motion(snapshot.robots.length);
    this.robots = new Robots(snapshot);
    this.lead = new Lead(snapshot);
    const extent = extentOf(snapshot.zones);
    this.ground = groundOf(snapshot, extent);
    view.ground.add(this.ground);
    view.scene.add(this.moving.add(this.robots.object, this.lead.object));
    view.lookAt(extent);
  }

  /** A new epoch, or its report again. */
  epoch(report: EpochReport): void {
    this.robots.sampled = report.sampled;
    this.lead.epoch(report);
  }

  /** Where a robot is shown, m; undefined: not known yet. */
  placeOf(robot: number): { x: number; y: number } | undefined {
    const { frame, shown } = this.motion;
    return frame && { x: shown[3 * robot], y: shown[3 * robot + 1] };
  }

  /** The robot shown nearest to a pixel of the canvas, if that is near. */
  robotAt(x: number, y: number): number | undefined {
    const { frame, shown } = this.motion;
    const distances = Array.from(frame?.locked ?? [], (_, robot) => {
      const pixel = this.view.pixelOf(shown[3 * robot], shown[3 * robot + 1]);
      return Math.hypot(pixel.x - x, pixel.y - y);
    });
    const nearest = distances.indexOf(distances.reduce((a, b) => Math.min(a, b), REACH_PX));
    return nearest < 0 ? undefined : nearest;
  }

  frame(nowMs: number): void {
    this.motion.advance(nowMs);
    this.robots.frame(this.motion);
    this.lead.frame(this.motion);
  }

  /** Frees what the scene holds on the graphics card and in the document. */
  dispose(): void {
    for (const group of [this.ground, this.moving]) {
      group.removeFromParent();
      group.traverse((object) => {
        if (object instanceof CSS2DObject) object.element.remove();
        if (!(object instanceof THREE.Mesh || object instanceof THREE.Points)) return;
        object.geometry.dispose();
        [object.material].flat().forEach((material) => material.dispose());
      });
    }
  }
}
