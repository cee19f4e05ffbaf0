/** Where global actions lead. Pure. */
import type { Snapshot } from "../protocol";

type Named = Pick<Snapshot, "zones" | "globalActions">;

/** The zone that has the name of the place that an action leads to (`to_<place>`); -1: none has. */
export const zoneOfAction = ({ zones, globalActions }: Named, action: number): number =>
  zones.findIndex(({ name }) => `to_${name}` === globalActions[action]);
