/** Where global actions lead, and how many are in a zone. Pure. */
import type { Snapshot } from "../protocol";

type Named = Pick<Snapshot, "zones" | "globalActions">;

/** The zone that has the name of the place that an action leads to (`to_<place>`); -1: none has. */
export const zoneOfAction = ({ zones, globalActions }: Named, action: number): number =>
  zones.findIndex(({ name }) => `to_${name}` === globalActions[action]);

/** What stands for each local state, summed over the kinds of robots, for each zone. */
export const inZones = (
  { zones }: Pick<Snapshot, "zones">,
  ofStates: readonly number[],
): number[] =>
  zones.map((_, zone) =>
    ofStates.reduce((sum, value, state) => sum + (state % zones.length === zone ? value : 0), 0),
  );
