/** Where global actions lead, how many are in a zone, and the kinds of robots. Pure. */
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

/** The names of the kinds of robots; none where all are alike. */
export function kindsOf({ zones, localStates }: Pick<Snapshot, "zones" | "localStates">): string[] {
  const first = localStates.filter((_, state) => state % zones.length === 0);
  return first.length < 2 ? [] : first.map((name) => name.split("/")[0]);
}

/** Share of the text's colour in that of robots of the last kind. */
const MOST_SHADED = 0.45;

/** The same of another kind; robots of the first one, 0, have none. */
export const shadeOf = (snapshot: Parameters<typeof kindsOf>[0], kind: number): number =>
  (MOST_SHADED * kind) / Math.max(1, kindsOf(snapshot).length - 1);
