/** One kind of thing in the scene. */
import { BufferAttribute, DynamicDrawUsage, Line, Mesh, type Object3D, Points } from "three";
import type { EpochReport, WorldState } from "../../protocol";
import type { Motion } from "./motion";

export interface Layer {
  readonly object: Object3D;
  /** A new epoch, or its report again; `nowMs` is wall time. */
  epoch?(report: EpochReport, nowMs: number): void;
  /** A new state of the world, or the same again. */
  world?(world: WorldState): void;
  frame?(motion: Motion, nowMs: number): void;
}

/** Frees what the object and its children hold on the graphics card. */
export function disposeTree(root: Object3D): void {
  root.traverse((object) => {
    if (!(object instanceof Mesh || object instanceof Line || object instanceof Points)) return;
    object.geometry.dispose();
    [object.material].flat().forEach((material) => material.dispose());
  });
}

/** `size` numbers for each of `count` corners, written anew for each frame. */
export const written = (count: number, size: number): BufferAttribute =>
  new BufferAttribute(new Float32Array(count * size), size).setUsage(DynamicDrawUsage);
