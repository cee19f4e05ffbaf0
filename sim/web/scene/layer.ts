/** One kind of thing in the scene. */
import { Line, type Material, Mesh, type Object3D, Sprite, Texture } from "three";
import type { EpochReport, WorldState } from "../../protocol";
import type { Motion } from "./motion";

export interface Layer {
  readonly object: Object3D;
  /** A new epoch, or its report again; `nowMs` is wall time. */
  epoch?(report: EpochReport, nowMs: number): void;
  /** A new state of the world, or the same again. */
  world?(world: WorldState): void;
  /** Before each picture. */
  frame?(motion: Motion, nowMs: number): void;
}

/** Frees what the object and its children hold on the graphics card. */
export function disposeTree(root: Object3D): void {
  root.traverse((object) => {
    const hasShape = object instanceof Mesh || object instanceof Line;
    if (hasShape) object.geometry.dispose();
    if ("dispose" in object && typeof object.dispose === "function") object.dispose();
    const drawn = hasShape || object instanceof Sprite ? object.material : undefined;
    const materials: Material[] = Array.isArray(drawn) ? drawn : drawn ? [drawn] : [];
    for (const material of materials) {
      if ("map" in material && material.map instanceof Texture) material.map.dispose();
      material.dispose();
    }
  });
}
