/** Marks about single robots: crosses over the broken ones, a ring about the chosen one. */
import { BoxGeometry, Group, RingGeometry } from "three";
import type { Snapshot, WorldState } from "../../protocol";
import type { Palette } from "../palette";
import { merged, painted } from "./bodies";
import { Crowd } from "./crowd";
import type { Layer } from "./layer";
import type { Motion } from "./motion";

export class Marks implements Layer {
  readonly object = new Group();
  private readonly crosses: Crowd;
  private readonly ring: Crowd;
  private readonly count: number;
  private readonly size: number;
  private broken: number[] = [];
  private chosen: number | undefined;

  constructor(snapshot: Snapshot, palette: Palette) {
    this.count = snapshot.robots.length;
    this.size = snapshot.robotRadius;
    const bar = (turn: number) => painted(new BoxGeometry(3.6, 0.5, 0.3).rotateZ(turn));
    const cross = merged([bar(Math.PI / 4), bar(-Math.PI / 4)]);
    this.crosses = new Crowd(cross, this.count, [palette.warning]);
    this.ring = new Crowd(painted(new RingGeometry(2.1, 2.5, 36)), 1, [palette.text]);
    this.object.add(this.crosses.object, this.ring.object);
  }

  world({ faults }: WorldState): void {
    this.broken = faults.map(({ robot }) => robot).filter((robot) => robot < this.count);
  }

  choose(robot: number | undefined): void {
    this.chosen = robot;
  }

  frame({ shown, frame }: Motion): void {
    this.object.visible = frame !== undefined;
    const { broken, chosen, size } = this;
    const put = (crowd: Crowd, index: number, robot: number, z: number): void =>
      crowd.put(index, shown[3 * robot], shown[3 * robot + 1], z, size);
    broken.forEach((robot, index) => put(this.crosses, index, robot, 1.4 * size));
    if (chosen !== undefined) put(this.ring, 0, chosen, 0.014);
    this.crosses.count = broken.length;
    this.crosses.update();
    this.ring.count = chosen === undefined ? 0 : 1;
    this.ring.update();
  }
}
