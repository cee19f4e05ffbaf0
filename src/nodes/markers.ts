/**
 * Markers for RViz and Foxglove (visualization_msgs): the arena, and all bodies of a process in two
 * markers. Map frame, m. Pure.
 */
import { zoneNames } from "../game/kinds";
import type { Game } from "../game/model";
import {
  type ColorRGBA,
  type Marker,
  planarQuaternion,
  type Time,
  type Vector3,
} from "../ros/messages";
import type { Pose } from "./drive";

/** visualization_msgs/Marker */
const TYPE = { cylinder: 3, lines: 5, spheres: 7, text: 9 } as const;
/** A marker that is not sent again for this long disappears. */
const LIFETIME_S = 2;
const WHITE: ColorRGBA = { r: 1, g: 1, b: 1, a: 1 };
const AMBER: ColorRGBA = { r: 1, g: 0.75, b: 0, a: 1 };

export interface MarkedBody {
  readonly pose: Pose;
  /** Undefined: no zone, drawn white. */
  readonly zone: number | undefined;
  /** Whether this epoch's sample asks for its state. */
  readonly isSampled: boolean;
}

/** Full hues, evenly spaced. */
export function zoneColor(zone: number, zones: number, alpha = 1): ColorRGBA {
  const part = (offset: number): number => {
    const hue = (zone / zones + offset) % 1;
    return Math.max(0, Math.min(1, Math.abs(6 * hue - 3) - 1));
  };
  return { r: part(0), g: part(2 / 3), b: part(1 / 3), a: alpha };
}

const at = (x: number, y: number, z = 0): Vector3 => ({ x, y, z });

type Drawn = Pick<Marker, "type" | "scale"> & Partial<Marker>;

function marker(stamp: Time, ns: string, id: number, drawn: Drawn): Marker {
  return {
    header: { stamp, frame_id: "map" },
    ns,
    id,
    pose: { position: at(0, 0), orientation: planarQuaternion(0) },
    color: WHITE,
    lifetime: { sec: LIFETIME_S, nanosec: 0 },
    ...drawn,
  };
}

/** Per body a sphere in its zone's colour and a line ahead, amber where it is sampled. */
export function bodyMarkers(
  stamp: Time,
  ns: string,
  bodies: readonly MarkedBody[],
  radius: number,
  zones: number,
): Marker[] {
  const colorOf = ({ zone }: MarkedBody): ColorRGBA =>
    zone === undefined ? WHITE : zoneColor(zone, zones);
  const ends = bodies.flatMap(({ pose: { x, y, yaw } }) => [
    at(x, y, 2 * radius),
    at(x + 2 * radius * Math.cos(yaw), y + 2 * radius * Math.sin(yaw), 2 * radius),
  ]);
  return [
    marker(stamp, ns, 0, {
      type: TYPE.spheres,
      scale: at(2 * radius, 2 * radius, 2 * radius),
      points: bodies.map(({ pose }) => at(pose.x, pose.y, radius)),
      colors: bodies.map(colorOf),
    }),
    marker(stamp, ns, 1, {
      type: TYPE.lines,
      scale: at(radius / 2, 0, 0),
      points: ends,
      colors: bodies.flatMap(({ isSampled }) =>
        Array<ColorRGBA>(2).fill(isSampled ? AMBER : WHITE),
      ),
    }),
  ];
}

export function arenaMarkers(stamp: Time, game: Game): Marker[] {
  const { arena } = game;
  const names = zoneNames(game);
  return arena.zones.flatMap(({ x, y, radius }, zone) => {
    const pose = { position: at(x, y), orientation: planarQuaternion(0) };
    return [
      marker(stamp, "zones", zone, {
        type: TYPE.cylinder,
        pose,
        scale: at(2 * radius, 2 * radius, 0.01),
        color: zoneColor(zone, arena.zones.length, 0.3),
      }),
      marker(stamp, "zone names", zone, {
        type: TYPE.text,
        pose,
        scale: at(0, 0, radius / 3),
        text: names[zone] ?? "",
      }),
    ];
  });
}
