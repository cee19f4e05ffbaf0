/** What does not move: floor, grid, zones and their labels. */
import {
  BufferGeometry,
  CanvasTexture,
  CircleGeometry,
  Float32BufferAttribute,
  Group,
  InstancedMesh,
  LineBasicMaterial,
  LineSegments,
  Matrix4,
  Mesh,
  MeshBasicMaterial,
  RingGeometry,
  Sprite,
  SpriteMaterial,
} from "three";
import type { Snapshot } from "../../protocol";
import type { Palette } from "../palette";
import type { Layer } from "./layer";

/** Between a zone's edge and its label, m. */
const LABEL_GAP = 0.3;

/** What is to be seen. */
export interface Extent {
  /** Middle of the zones, m. */
  readonly x: number;
  readonly y: number;
  /** Radius about the middle that holds the zones, m. */
  readonly radius: number;
  /** Points about the zones and their labels, m. */
  readonly outline: readonly { readonly x: number; readonly y: number }[];
}

export function extentOf(zones: Snapshot["zones"]): Extent {
  const x = zones.reduce((sum, zone) => sum + zone.x, 0) / Math.max(1, zones.length);
  const y = zones.reduce((sum, zone) => sum + zone.y, 0) / Math.max(1, zones.length);
  const reach = zones.map((zone) => Math.hypot(zone.x - x, zone.y - y) + zone.radius);
  const angles = Array.from({ length: 16 }, (_, i) => (Math.PI * i) / 8);
  const outline = zones.flatMap((zone) =>
    angles.map((angle) => ({
      x: zone.x + (zone.radius + 2 * LABEL_GAP) * Math.cos(angle),
      y: zone.y + (zone.radius + 2 * LABEL_GAP) * Math.sin(angle),
    })),
  );
  return { x, y, radius: Math.max(1, ...reach), outline };
}

/** Radius of the floor, in radii of what lies on it. */
const FLOOR = 1.16;

export class Ground implements Layer {
  readonly object = new Group();
  /** Labels keep their size on the screen; the view scales them. */
  readonly labels: readonly Sprite[];

  constructor(snapshot: Snapshot, palette: Palette) {
    const { zones, localStates } = snapshot;
    const extent = extentOf(zones);
    const floor = new Mesh(
      new CircleGeometry(FLOOR * extent.radius, 96),
      new MeshBasicMaterial({ color: palette.floor }),
    );
    floor.position.set(extent.x, extent.y, -0.02);
    this.object.add(floor, grid(extent, palette));
    this.object.add(
      discs(zones, new CircleGeometry(1, 64), palette.zone, 0),
      discs(zones, new RingGeometry(0.982, 1, 64), palette.zoneEdge, 0.004),
    );
    this.labels = zones.map((zone, index) => {
      const label = textSprite(localStates[index], palette);
      const distance = Math.hypot(zone.x - extent.x, zone.y - extent.y);
      const outward = distance > 0 ? (zone.radius + LABEL_GAP) / distance : 0;
      label.position.set(
        zone.x + outward * (zone.x - extent.x),
        zone.y + outward * (zone.y - extent.y),
        0.02,
      );
      return label;
    });
    this.object.add(...this.labels);
  }
}

function discs(
  zones: Snapshot["zones"],
  shape: BufferGeometry,
  color: string,
  z: number,
): InstancedMesh {
  const mesh = new InstancedMesh(shape, new MeshBasicMaterial({ color }), zones.length);
  const place = new Matrix4();
  zones.forEach((zone, index) => {
    place.makeScale(zone.radius, zone.radius, 1).setPosition(zone.x, zone.y, z);
    mesh.setMatrixAt(index, place);
  });
  return mesh;
}

/** Lines every metre, cut to the floor's circle. */
function grid(extent: Extent, palette: Palette): LineSegments {
  const reach = FLOOR * extent.radius;
  const corners: number[] = [];
  for (let line = -Math.floor(reach); line <= reach; line++) {
    const half = Math.sqrt(reach * reach - line * line);
    corners.push(extent.x - half, extent.y + line, -0.01, extent.x + half, extent.y + line, -0.01);
    corners.push(extent.x + line, extent.y - half, -0.01, extent.x + line, extent.y + half, -0.01);
  }
  const shape = new BufferGeometry();
  shape.setAttribute("position", new Float32BufferAttribute(corners, 3));
  return new LineSegments(shape, new LineBasicMaterial({ color: palette.grid }));
}

/** Height of a label's picture, px; its sprite's scale.y is set by the view, x follows `aspect`. */
const LABEL_PX = 64;

function textSprite(text: string, palette: Palette): Sprite {
  const canvas = document.createElement("canvas");
  const font = `600 ${0.56 * LABEL_PX}px system-ui, "Open Sans", sans-serif`;
  const pen = canvas.getContext("2d");
  if (pen !== null) {
    pen.font = font;
    canvas.width = Math.ceil(pen.measureText(text).width + 0.6 * LABEL_PX);
    canvas.height = LABEL_PX;
    pen.fillStyle = palette.panel;
    pen.beginPath();
    pen.roundRect(1, 1, canvas.width - 2, LABEL_PX - 2, 0.3 * LABEL_PX);
    pen.fill();
    pen.strokeStyle = palette.zoneEdge;
    pen.lineWidth = 2;
    pen.stroke();
    pen.font = font;
    pen.fillStyle = palette.text;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillText(text, canvas.width / 2, LABEL_PX / 2 + 2);
  }
  const map = new CanvasTexture(canvas);
  const sprite = new Sprite(new SpriteMaterial({ map, sizeAttenuation: false, depthTest: false }));
  sprite.renderOrder = 10;
  sprite.userData.aspect = canvas.width / LABEL_PX;
  return sprite;
}
