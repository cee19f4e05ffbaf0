/** Where global actions lead, and local states lie. Pure. */
import type { Snapshot } from "../protocol";

type Named = Pick<Snapshot, "zones" | "globalActions">;

/** The zone that has the name of the place that an action leads to (`to_<place>`); -1: none has. */
export const zoneOfAction = ({ zones, globalActions }: Named, action: number): number =>
  zones.findIndex(({ name }) => `to_${name}` === globalActions[action]);

/** The first of the local states in a state's zone: that of the first kind of robots. */
export const firstInZone = (zones: Snapshot["zones"], state: number): number =>
  zones.findIndex(({ x, y }) => x === zones[state].x && y === zones[state].y);
