/** The scene of one snapshot: its layers in the view. */
import type { EpochReport, PoseFrame, Snapshot, WorldState } from "../protocol";
import { field } from "./element";
import type { Palette } from "./palette";
import { Ground, extentOf } from "./scene/ground";
import { type Layer, disposeTree } from "./scene/layer";
import { Lead } from "./scene/lead";
import { Motion } from "./scene/motion";
import { Robots } from "./scene/robots";
import type { View } from "./scene/view";

export class ArenaScene {
  readonly motion: Motion;
  readonly robots: Robots;
  private readonly layers: readonly Layer[];

  constructor(
    private readonly view: View,
    snapshot: Snapshot,
    palette: Palette,
  ) {
    this.motion = new Motion(snapshot.robots.length);
    this.robots = new Robots(snapshot, palette);
    this.layers = [this.robots, new Lead(snapshot, palette)];
    this.layers.forEach((layer) => view.scene.add(layer.object));
    const ground = new Ground(field("ground", HTMLCanvasElement), snapshot, palette);
    view.lookAt(extentOf(snapshot.zones), ground);
  }

  poses(frame: PoseFrame, nowMs: number): void {
    this.motion.push(frame, nowMs);
  }

  epoch(report: EpochReport, nowMs: number): void {
    this.layers.forEach((layer) => layer.epoch?.(report, nowMs));
  }

  world(world: WorldState): void {
    this.layers.forEach((layer) => layer.world?.(world));
  }

  /** Where a robot is shown, m; undefined: not known yet. */
  placeOf(robot: number): { x: number; y: number } | undefined {
    const { frame, shown } = this.motion;
    return frame && { x: shown[3 * robot], y: shown[3 * robot + 1] };
  }

  /** The robot shown nearest to a pixel of the canvas, at most `within` px away. */
  robotAt(x: number, y: number, within: number): number | undefined {
    let nearest: number | undefined;
    let least = within;
    for (let robot = 0; robot < this.motion.shown.length / 3 - 1; robot++) {
      const place = this.placeOf(robot);
      if (place === undefined) return undefined;
      const pixel = this.view.pixelOf(place.x, place.y);
      const distance = Math.hypot(pixel.x - x, pixel.y - y);
      if (distance > least) continue;
      least = distance;
      nearest = robot;
    }
    return nearest;
  }

  frame(nowMs: number): void {
    this.motion.advance(nowMs);
    this.layers.forEach((layer) => layer.frame?.(this.motion, nowMs));
  }

  dispose(): void {
    for (const { object } of this.layers) {
      this.view.scene.remove(object);
      disposeTree(object);
    }
  }
}
