/**
 * `data-` attributes of the body tell tests what is shown: connection, epoch, sampled (indices),
 * frames drawn, poses heard, robots (x,y of the first ones, m), firstPicture (ms after the page was
 * asked for), canCommand, chosen (index of a robot).
 */
import type { Motion } from "./scene/motion";

const ROBOTS_TOLD = 100;

export function tellFrame(frames: number, posesHeard: number, motion?: Motion): void {
  const { dataset } = document.body;
  dataset.frames = String(frames);
  dataset.poses = String(posesHeard);
  if (motion?.frame === undefined) return;
  dataset.firstPicture ??= performance.now().toFixed(0);
  const { frame, shown } = motion;
  const place = (i: number): string => `${shown[3 * i].toFixed(2)},${shown[3 * i + 1].toFixed(2)}`;
  const robots = [...frame.locked.keys()].slice(0, ROBOTS_TOLD);
  dataset.robots = robots.map(place).join(" ");
}
