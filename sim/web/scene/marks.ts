/** Marks about single robots: crosses over the broken ones, a ring about the chosen one. */
import {
  BoxGeometry,
  DynamicDrawUsage,
  Group,
  InstancedMesh,
  Matrix4,
  Mesh,
  MeshBasicMaterial,
  RingGeometry,
} from "three";
import { mergeGeometries } from "three/examples/jsm/utils/BufferGeometryUtils.js";
import type { Snapshot, WorldState } from "../../protocol";
import type { Palette } from "../palette";
import type { Layer } from "./layer";
import type { Motion } from "./motion";

export class Marks implements Layer {
  readonly object = new Group();
  private readonly crosses: InstancedMesh;
  private readonly ring: Mesh;
  private readonly count: number;
  private readonly size: number;
  private broken: number[] = [];
  private chosen: number | undefined;
  private readonly place = new Matrix4();

  constructor(snapshot: Snapshot, palette: Palette) {
    this.count = snapshot.robots.length;
    const bar = (turn: number): BoxGeometry => new BoxGeometry(3.6, 0.5, 0.3).rotateZ(turn);
    const bars = [bar(Math.PI / 4), bar(-Math.PI / 4)];
    this.crosses = new InstancedMesh(
      mergeGeometries(bars),
      new MeshBasicMaterial({ color: palette.warning }),
      this.count,
    );
    bars.forEach((shape) => shape.dispose());
    this.crosses.instanceMatrix.setUsage(DynamicDrawUsage);
    this.crosses.frustumCulled = false;
    this.crosses.count = 0;
    this.ring = new Mesh(
      new RingGeometry(2.1, 2.5, 36),
      new MeshBasicMaterial({ color: palette.text }),
    );
    this.size = snapshot.robotRadius;
    this.ring.scale.setScalar(this.size);
    this.object.add(this.crosses, this.ring);
  }

  world({ faults }: WorldState): void {
    this.broken = faults.map(({ robot }) => robot).filter((robot) => robot < this.count);
  }

  choose(robot: number | undefined): void {
    this.chosen = robot;
  }

  frame({ shown, frame }: Motion): void {
    this.object.visible = frame !== undefined;
    this.broken.forEach((robot, index) => {
      this.place.makeScale(this.size, this.size, this.size);
      this.place.setPosition(shown[3 * robot], shown[3 * robot + 1], 1.4 * this.size);
      this.crosses.setMatrixAt(index, this.place);
    });
    this.crosses.count = this.broken.length;
    this.crosses.instanceMatrix.needsUpdate = true;
    this.ring.visible = this.chosen !== undefined;
    if (this.chosen === undefined) return;
    this.ring.position.set(shown[3 * this.chosen], shown[3 * this.chosen + 1], 0.014);
  }
}
