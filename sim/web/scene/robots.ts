/** The robots: bodies, soft shadows, halos of those asked, and the asking itself. */
import {
  BufferAttribute,
  BufferGeometry,
  DynamicDrawUsage,
  Group,
  LineBasicMaterial,
  LineSegments,
  RingGeometry,
} from "three";
import type { EpochReport, Snapshot } from "../../protocol";
import type { Palette } from "../palette";
import { painted, robotShape, shadowShape } from "./bodies";
import { Crowd } from "./crowd";
import type { Layer } from "./layer";
import type { Motion } from "./motion";
import { PICTURES, Sprites } from "./sprites";

/** The halos close in on the robots asked for this long, ms. */
const ARRIVE_MS = 450;
/** More robots than these are drawn as sprites. */
const MANY = 50;
/** The lines of asking fade for this long, ms. */
const ASK_MS = 1100;

export class Robots implements Layer {
  readonly object = new Group();
  private readonly bodies: Crowd;
  private readonly shadows: Crowd;
  /** What many are drawn by; bodies and shadows are its models then. */
  private readonly sprites: Sprites | undefined;
  private readonly halos: Crowd;
  private readonly asks: LineSegments<BufferGeometry, LineBasicMaterial>;
  private readonly count: number;
  private sampled: number[] = [];
  private epochNumber = -1;
  private sinceMs = -Infinity;

  constructor(
    snapshot: Snapshot,
    private readonly size: number,
    palette: Palette,
  ) {
    const count = snapshot.robots.length;
    this.count = count;
    const isMany = count > MANY;
    const drawn = isMany ? PICTURES : count;
    this.bodies = new Crowd(robotShape(palette.dark), drawn, [palette.free, palette.docked]);
    this.shadows = new Crowd(shadowShape(18), drawn, [palette.shadow], true);
    const models = [this.shadows, this.bodies];
    if (isMany) this.sprites = new Sprites(count, models, size);
    this.halos = new Crowd(painted(new RingGeometry(1.45, 1.85, 28)), count, [palette.seen]);
    this.halos.count = 0;
    this.asks = new LineSegments(
      new BufferGeometry().setAttribute(
        "position",
        new BufferAttribute(new Float32Array(6 * count), 3).setUsage(DynamicDrawUsage),
      ),
      new LineBasicMaterial({ color: palette.seen, transparent: true, depthWrite: false }),
    );
    this.asks.frustumCulled = false;
    const shown = this.sprites ? [this.sprites] : models;
    this.object.add(...[this.halos, ...shown].map(({ object }) => object), this.asks);
  }

  epoch(report: EpochReport, nowMs: number): void {
    if (report.epoch === this.epochNumber) return;
    this.epochNumber = report.epoch;
    this.sampled = report.sampled.filter((robot) => robot < this.count);
    this.sinceMs = nowMs;
  }

  frame(motion: Motion, nowMs: number): void {
    const { shown, frame } = motion;
    this.object.visible = frame !== undefined;
    if (frame === undefined) return;
    const { size, bodies, shadows, sprites } = this;
    for (let i = 0; i < this.count; i++) {
      const [x, y, heading] = [shown[3 * i], shown[3 * i + 1], shown[3 * i + 2]];
      if (sprites) {
        sprites.put(i, x, y, heading, frame.locked[i]);
      } else {
        bodies.put(i, x, y, 0, size, heading, frame.locked[i]);
        shadows.put(i, x + 0.15 * size, y, 0.006, size);
      }
    }
    (sprites ? [sprites] : [bodies, shadows]).forEach((crowd) => crowd.update());
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
      this.halos.put(index, x, y, 0.012, size);
      ends.setXYZ(2 * index, shown[lead], shown[lead + 1], 0.25);
      ends.setXYZ(2 * index + 1, x, y, this.size);
    });
    this.halos.count = this.sampled.length;
    this.halos.update();
    this.asks.visible = ageMs < ASK_MS;
    if (!this.asks.visible) return;
    this.asks.material.opacity = 0.75 * (1 - ageMs / ASK_MS);
    this.asks.geometry.setDrawRange(0, 2 * this.sampled.length);
    ends.needsUpdate = true;
  }
}
