/** The epoch in one sentence for a reader who does not know the paper. Pure. */
import type { EpochReport, Snapshot, WorldState } from "../../protocol";
import { inZones, zoneOfAction } from "../places";

/** Beliefs that differ by less count as equal. */
const ROUNDING = 1e-9;

export function sentenceOf(snapshot: Snapshot, report: EpochReport, world?: WorldState): string {
  const { robots } = snapshot;
  if (world?.emergencyStop ?? report.emergencyStop) {
    return `Emergency stop: all ${robots.length} robots and the lead vehicle stand until it is released.`;
  }
  return `${world?.paused ? "The world is paused. " : ""}${decisionOf(snapshot, report)}`;
}

function decisionOf(snapshot: Snapshot, report: EpochReport): string {
  const { robots, zones } = snapshot;
  const asked = report.sampled.length;
  const heard = asked - report.missing;
  const seen =
    report.missing > 0
      ? `The lead vehicle asked ${asked} of ${robots.length} robots and heard ${heard} in time`
      : `The lead vehicle sees ${asked} of ${robots.length} robots`;
  const modes = modesOf(inZones(snapshot, report.belief));
  const goes = movesOf(snapshot, report);
  const target = zoneOfAction(snapshot, report.globalAction);
  const believed = namesOf(modes, zones);
  const others = modes.filter((mode) => mode !== target);
  const belief =
    modes.length === 0
      ? `${goes} on what it knew before`
      : modes.includes(target)
        ? `${goes}, where it believes most are${modes.length > 1 ? ` (as many as in ${namesOf(others, zones)})` : ""}`
        : `believes most are in ${believed}, and ${goes}`;
  return `${seen} and ${belief}; ${truthOf(snapshot, report)}.`;
}

function movesOf(
  { leadSpots, globalActions }: Snapshot,
  { globalState, globalAction }: EpochReport,
): string {
  const action = globalActions[globalAction] ?? `action ${globalAction}`;
  const place = action.replace(/^to_/, "");
  if (place === action) return `takes ${action}`;
  return `${leadSpots[globalState]?.name === place ? "stays at" : "drives to"} ${place}`;
}

function truthOf(snapshot: Snapshot, report: EpochReport): string {
  const { zones } = snapshot;
  const target = zoneOfAction(snapshot, report.globalAction);
  const real = inZones(snapshot, report.trueHistogram);
  const modes = modesOf(real);
  if (modes.length === 0) return "where they really are is not known";
  const most = real[modes[0]];
  if (modes.includes(target)) {
    return `in truth ${most} are there, ${modes.length > 1 ? "as many as anywhere" : "more than anywhere else"}`;
  }
  const against = target < 0 ? "" : `, against ${real[target]} in ${zones[target].name}`;
  return `in truth most are in ${namesOf(modes, zones)} (${most}${against})`;
}

/** Indices of the largest value; none when all are 0. */
function modesOf(values: readonly number[]): number[] {
  const most = Math.max(0, ...values);
  return most === 0 ? [] : values.flatMap((value, i) => (value > most - ROUNDING ? [i] : []));
}

const LIST = new Intl.ListFormat("en-GB");

const namesOf = (indices: readonly number[], zones: Snapshot["zones"]): string =>
  LIST.format(indices.map((index) => zones[index].name));
