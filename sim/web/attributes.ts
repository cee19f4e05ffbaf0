/**
 * `data-` attributes of the body tell tests what is shown: connection, epoch, sampled (indices),
 * frames drawn, poses heard, robots (x,y of the first ones, m), firstPicture (ms after the page was
 * asked for), canCommand, chosen (index of a robot).
 */
import type { ArenaScene } from "./arena_scene";

/** Attributes that change with each frame are written this often. */
const EVERY_MS = 100;

const ROBOTS_TOLD = 100;

export class FrameAttributes {
  private frames = 0;
  private writtenMs = 0;

  count(nowMs: number, posesHeard: number, scene: ArenaScene | undefined): void {
    this.frames += 1;
    const { dataset } = document.body;
    if (posesHeard > 0) dataset.firstPicture ??= performance.now().toFixed(0);
    if (nowMs - this.writtenMs < EVERY_MS) return;
    this.writtenMs = nowMs;
    dataset.frames = String(this.frames);
    dataset.poses = String(posesHeard);
    const poses = scene?.motion.shown;
    if (poses === undefined || posesHeard === 0) return;
    const told = Math.min(ROBOTS_TOLD, poses.length / 3 - 1);
    const placeOf = (i: number): string =>
      `${poses[3 * i].toFixed(2)},${poses[3 * i + 1].toFixed(2)}`;
    dataset.robots = Array.from({ length: told }, (_, i) => placeOf(i)).join(" ");
  }
}
