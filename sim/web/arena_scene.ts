/** The scene of one snapshot: its layers, put into the view and taken out again. */
import type { EpochReport, PoseFrame, Snapshot } from "../protocol";
import type { Palette } from "./palette";
import { Ground, extentOf } from "./scene/ground";
import { type Layer, disposeTree } from "./scene/layer";
import { Lead } from "./scene/lead";
import { Motion } from "./scene/motion";
import { Robots } from "./scene/robots";
import type { View } from "./scene/view";

export class ArenaScene {
  readonly motion: Motion;
  private readonly layers: readonly Layer[];

  constructor(
    private readonly view: View,
    snapshot: Snapshot,
    palette: Palette,
  ) {
    this.motion = new Motion(snapshot.robots.length);
    const ground = new Ground(snapshot, palette);
    this.layers = [
      ground,
      new Robots(snapshot, snapshot.robotRadius, palette),
      new Lead(snapshot, palette),
    ];
    this.layers.forEach((layer) => view.scene.add(layer.object));
    view.background(palette.page);
    view.lookAt(extentOf(snapshot.zones), ground.labels);
  }

  poses(frame: PoseFrame, nowMs: number): void {
    this.motion.push(frame, nowMs);
  }

  epoch(report: EpochReport, nowMs: number): void {
    this.layers.forEach((layer) => layer.epoch?.(report, nowMs));
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
