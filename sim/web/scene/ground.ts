/** Floor, zones and their names: they lie under everything else and do not move. */
import * as THREE from "three";
import { CSS2DObject } from "three/examples/jsm/renderers/CSS2DRenderer.js";
import { mergeGeometries } from "three/examples/jsm/utils/BufferGeometryUtils.js";
import type { Snapshot } from "../../protocol";
import { add, byId } from "../element";
import { colour } from "../palette";

/** Between a zone's edge and its name. */
export const LABEL_GAP_M = 0.45;
const EDGE_M = 0.035;
/** Radius of the floor, in radii of what lies on it. */
const FLOOR = 1.16;

export interface Extent {
  /** Middle of the zones, m. */
  readonly x: number;
  readonly y: number;
  /** Radius about the middle that holds the zones, m. */
  readonly radius: number;
}

export function extentOf(zones: Snapshot["zones"]): Extent {
  const x = zones.reduce((sum, zone) => sum + zone.x, 0) / Math.max(1, zones.length);
  const y = zones.reduce((sum, zone) => sum + zone.y, 0) / Math.max(1, zones.length);
  const reach = zones.map((zone) => Math.hypot(zone.x - x, zone.y - y) + zone.radius);
  return { x, y, radius: Math.max(1, ...reach) };
}

export function groundOf({ zones }: Snapshot, extent: Extent): THREE.Group {
  const { x, y, radius } = extent;
  const flat = (shape: THREE.BufferGeometry, color: string): THREE.Mesh =>
    new THREE.Mesh(shape, new THREE.MeshBasicMaterial({ color, depthWrite: false }));
  const onZones = (shapeOf: (radius: number) => THREE.BufferGeometry): THREE.BufferGeometry =>
    mergeGeometries(zones.map((zone) => shapeOf(zone.radius).translate(zone.x, zone.y, 0)));
  const layers = [
    flat(new THREE.CircleGeometry(FLOOR * radius, 96).translate(x, y, 0), colour("floor")),
    flat(
      onZones((r) => new THREE.CircleGeometry(r, 64)),
      colour("zone"),
    ),
    flat(
      onZones((r) => new THREE.RingGeometry(r - EDGE_M, r, 64)),
      colour("edge"),
    ),
  ];
  // One over the other, and under all that is drawn in order 0.
  layers.forEach((layer, i) => (layer.renderOrder = i - layers.length));
  // The names' size does not depend on the camera.
  const names = nameSpots(zones, extent).map((spot, zone) => {
    const label = new CSS2DObject(add(byId("stage"), "div", "zone-name frame", zones[zone].name));
    label.position.copy(spot);
    return label;
  });
  return new THREE.Group().add(...layers, ...names);
}

/** Beside each zone, outwards; where others lie there, all on the zones' near edges. */
function nameSpots(zones: Snapshot["zones"], { x: midX, y: midY }: Extent): THREE.Vector3[] {
  const outside = zones.map(({ x, y, radius }) =>
    new THREE.Vector3(x - midX, y - midY, 0)
      .setLength(radius + LABEL_GAP_M)
      .add(new THREE.Vector3(x, y, 0)),
  );
  const areFree = outside.every((spot, zone) =>
    zones.every(
      ({ x, y, radius }, other) =>
        other === zone || Math.hypot(x - spot.x, y - spot.y) > radius + 2 * LABEL_GAP_M,
    ),
  );
  return areFree ? outside : zones.map(({ x, y, radius }) => new THREE.Vector3(x, y - radius, 0));
}
