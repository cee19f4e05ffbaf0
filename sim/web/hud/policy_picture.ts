/**
 * The policy around the present belief: a strip for each local state, coloured by the action for
 * each share of robots there.
 */
import type { EpochReport, PolicyPicture, Snapshot } from "../../protocol";
import { add } from "../element";

/** Hues of actions go on by the golden angle: neighbours look unlike, however many there are. */
const GOLDEN_DEG = 137.508;

export function showPolicy(
  parent: HTMLElement,
  { localStates, zones, globalActions }: Snapshot,
  { actions: strips, plan }: PolicyPicture,
  { belief }: EpochReport,
): void {
  const nameOf = (action: number): string => globalActions[action].replace(/^to_/, "to ");
  parent.replaceChildren();
  if (plan !== null) {
    const { number, of, action } = plan;
    add(parent, "p", "plan", `In force: plan ${number} of ${of}, ${nameOf(action)}.`);
  }
  if (strips.length === 0) {
    add(parent, "p", "unknown", "The policy in force is not known here.");
    return;
  }
  const whose = localStates.length > zones.length ? "the robots of its kind" : "all robots";
  strips.forEach((actions, state) => {
    const name = localStates[state];
    add(parent, "div", "zone", name).setAttribute("aria-hidden", "true");
    const first = state - (state % zones.length);
    const ofKind = belief.slice(first, first + zones.length).reduce((sum, p) => sum + p, 0);
    addStrip(parent, name, rangesOf(actions), nameOf, (belief[state] ?? 0) / (ofKind || 1), whose);
  });
  const scale = add(parent, "div", "note scale");
  ["0 %", "50 %", `100 % of ${whose}`].forEach((text) => add(scale, "span", "", text));
  const legend = add(parent, "ul", "actions row");
  legend.setAttribute("aria-label", "Actions");
  for (const action of [...new Set(strips.flat())].sort((a, b) => a - b)) {
    const item = add(legend, "li");
    add(item, "i", "mark").style.color = tintOf(action);
    item.append(nameOf(action));
  }
}

function addStrip(
  parent: HTMLElement,
  zone: string,
  ranges: readonly Range[],
  nameOf: (action: number) => string,
  believed: number,
  whose: string,
): void {
  const strip = add(parent, "div", "strip");
  const words = ranges.map(
    ({ action, from, to }) => `${percent(from)} to ${percent(to)}: ${nameOf(action)}`,
  );
  strip.setAttribute("role", "img");
  strip.setAttribute(
    "aria-label",
    `Share of ${whose} in ${zone}: ${words.join("; ")}. Believed now: ${percent(believed)}.`,
  );
  for (const { action, from, to } of ranges) {
    const piece = add(strip, "div", "piece");
    add(piece, "span", "", nameOf(action));
    piece.style.width = `${100 * (to - from)}%`;
    piece.style.background = tintOf(action);
    // The name stands on the longer side of the marker.
    const isMarked = from < believed && believed < to;
    if (isMarked) piece.style.justifyContent = 2 * believed < from + to ? "end" : "start";
  }
  add(strip, "div", "marker").style.left = `${100 * believed}%`;
}

/** Of which epoch and place a picture is; empty where it is of the newest command. */
export function ageOf(
  { leadSpots }: Snapshot,
  { epoch, globalState, actions }: PolicyPicture,
  report: EpochReport,
): string {
  if (epoch === report.epoch || actions.length === 0) return "";
  return `Drawn for epoch ${epoch}, with the lead vehicle at ${leadSpots[globalState].name}.`;
}

/** Carries dark letters in both themes. */
const tintOf = (action: number): string => `hsl(${(210 + GOLDEN_DEG * action) % 360} 60% 75%)`;

interface Range {
  readonly action: number;
  /** Shares of all robots, or of those of its kind, 0 to 1. */
  readonly from: number;
  readonly to: number;
}

/** Merges neighbours with the same action; ranges meet midway between two shares. */
function rangesOf(actions: readonly number[]): Range[] {
  const last = actions.length - 1;
  const edge = (index: number): number =>
    Math.min(1, Math.max(0, (index - 0.5) / Math.max(1, last)));
  const ranges: Range[] = [];
  actions.forEach((action, index) => {
    const to = index === last ? 1 : edge(index + 1);
    const before = ranges.at(-1);
    if (before?.action === action) ranges[ranges.length - 1] = { ...before, to };
    else ranges.push({ action, from: edge(index), to });
  });
  return ranges;
}

const percent = (share: number): string => `${Math.round(100 * share)} %`;
