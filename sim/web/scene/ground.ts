/**
 * Floor, grid, zones and their labels. They lie under everything else and do not move, so they have a
 * 2D canvas of their own, redrawn only when the camera moves.
 */
import * as THREE from "three";
import type { Snapshot } from "../../protocol";
import type { Palette } from "../palette";

/** Between a zone's edge and its label. */
const LABEL_GAP_M = 0.45;
/** Height of a label on a canvas narrower than NARROW_PX, and on others. */
const LABEL_HEIGHT_PX = { narrow: 19, wide: 24 };
const NARROW_PX = 600;
/** Radius of the floor, in radii of what lies on it. */
const FLOOR = 1.16;
/** Nothing nearer to the camera is drawn. */
const NEAR_M = 0.1;

interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Extent {
  /** Middle of the zones, m. */
  readonly x: number;
  readonly y: number;
  /** Radius about the middle that holds the zones, m. */
  readonly radius: number;
  /** Points about the zones and their labels, m. */
  readonly outline: readonly Point[];
}

export function extentOf(zones: Snapshot["zones"]): Extent {
  const x = zones.reduce((sum, zone) => sum + zone.x, 0) / Math.max(1, zones.length);
  const y = zones.reduce((sum, zone) => sum + zone.y, 0) / Math.max(1, zones.length);
  const reach = zones.map((zone) => Math.hypot(zone.x - x, zone.y - y) + zone.radius);
  const outline = zones.flatMap((zone) => circle(zone, zone.radius + 1.5 * LABEL_GAP_M, 16));
  return { x, y, radius: Math.max(1, ...reach), outline };
}

function circle({ x, y }: Point, radius: number, corners: number): Point[] {
  return Array.from({ length: corners }, (_, i) => {
    const angle = (2 * Math.PI * i) / corners;
    return { x: x + radius * Math.cos(angle), y: y + radius * Math.sin(angle) };
  });
}

export class Ground {
  private readonly pen: CanvasRenderingContext2D;
  private readonly extent: Extent;
  /** From the map to the screen's cube. */
  private view = new THREE.Matrix4();
  private width = 0;
  private height = 0;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly snapshot: Snapshot,
    private readonly palette: Palette,
  ) {
    const pen = canvas.getContext("2d");
    if (pen === null) throw new Error("the ground's canvas cannot be drawn on");
    this.pen = pen;
    this.extent = extentOf(snapshot.zones);
  }

  /** @param view the camera's matrices, multiplied; sizes in px */
  draw(view: THREE.Matrix4, width: number, height: number): void {
    const { canvas, pen, palette, extent } = this;
    const { zones } = this.snapshot;
    [this.view, this.width, this.height] = [view, width, height];
    canvas.width = Math.round(width * devicePixelRatio);
    canvas.height = Math.round(height * devicePixelRatio);
    pen.scale(devicePixelRatio, devicePixelRatio);
    this.trace([circle(extent, FLOOR * extent.radius, 96)]);
    pen.fillStyle = palette.floor;
    pen.fill();
    this.trace(gridOf(extent));
    pen.strokeStyle = palette.grid;
    pen.stroke();
    this.trace(zones.map((zone) => circle(zone, zone.radius, 64)));
    pen.fillStyle = palette.zone;
    pen.fill();
    pen.strokeStyle = palette["zone-edge"];
    pen.lineWidth = 2;
    pen.stroke();
    zones.forEach((zone) => this.label(zone));
  }

  /** Begins a path of closed outlines on the floor, cut where they pass behind the camera. */
  private trace(outlines: readonly (readonly Point[])[]): void {
    this.pen.beginPath();
    for (const outline of outlines) {
      const seen = outline.flatMap((point, i) => this.ahead(point, outline.at(i - 1) ?? point));
      seen.forEach(([x, y], i) => (i === 0 ? this.pen.moveTo(x, y) : this.pen.lineTo(x, y)));
      if (seen.length > 0) this.pen.closePath();
    }
  }

  /** The part of the edge from `before` to `point` that is in front of the camera, px. */
  private ahead(point: Point, before: Point): [number, number][] {
    const [from, to] = [this.inView(before), this.inView(point)];
    const crossing = from.clone().lerp(to, (NEAR_M - from.w) / (to.w - from.w));
    return [
      ...(from.w < NEAR_M !== to.w < NEAR_M ? [this.onScreen(crossing)] : []),
      ...(to.w < NEAR_M ? [] : [this.onScreen(to)]),
    ];
  }

  /** A point of the floor in the screen's cube, times its depth w, m. */
  private inView({ x, y }: Point): THREE.Vector4 {
    return new THREE.Vector4(x, y, 0, 1).applyMatrix4(this.view);
  }

  private onScreen({ x, y, w }: THREE.Vector4): [number, number] {
    return [((1 + x / w) / 2) * this.width, ((1 - y / w) / 2) * this.height];
  }

  /** Draws a label beside the zone, outwards; its size does not depend on the camera. */
  private label({ name, x, y, radius }: Snapshot["zones"][number]): void {
    const { pen, palette, extent } = this;
    const distance = Math.hypot(x - extent.x, y - extent.y);
    const outward = distance > 0 ? (radius + LABEL_GAP_M) / distance : 0;
    const spot = this.inView({ x: x + outward * (x - extent.x), y: y + outward * (y - extent.y) });
    if (spot.w < NEAR_M) return;
    const [left, top] = this.onScreen(spot);
    const size = this.width < NARROW_PX ? LABEL_HEIGHT_PX.narrow : LABEL_HEIGHT_PX.wide;
    pen.font = `600 ${0.56 * size}px system-ui, "Open Sans", sans-serif`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    const half = (pen.measureText(name).width + 0.6 * size) / 2;
    pen.beginPath();
    pen.roundRect(left - half, top - size / 2, 2 * half, size, 0.3 * size);
    pen.fillStyle = palette.panel;
    pen.fill();
    pen.lineWidth = 1;
    pen.stroke();
    pen.fillStyle = palette.text;
    pen.fillText(name, left, top + 1);
  }
}

/** Lines every metre, cut to the floor's circle. */
function gridOf({ x, y, radius }: Extent): Point[][] {
  const reach = FLOOR * radius;
  const lines = Array.from({ length: 2 * Math.floor(reach) + 1 }, (_, i) => i - Math.floor(reach));
  return lines.flatMap((line) => {
    const half = Math.sqrt(reach * reach - line * line);
    return [
      [-half, half].map((along) => ({ x: x + along, y: y + line })),
      [-half, half].map((along) => ({ x: x + line, y: y + along })),
    ];
  });
}
