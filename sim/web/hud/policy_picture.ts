/**
 * The policy around the present belief: a strip for each zone, coloured by the action for each share
 * of robots there.
 */
import type { EpochReport, PolicyPicture, Snapshot } from "../../protocol";
import { add, select, setOptions } from "../element";

/** Hues of actions go on by the golden angle: neighbours look unlike, however many there are. */
const GOLDEN_DEG = 137.508;
/** Pieces of a strip narrower than this share show no name. */
const NAMED = 0.2;

export class PolicyStrips {
  private readonly list = select("picture-state");
  private drawn = "";

  constructor(
    private readonly parent: HTMLElement,
    private readonly snapshot: Snapshot,
  ) {
    const before = this.list.value;
    setOptions(this.list, [
      ["", "its present place"],
      ...snapshot.leadSpots.map(({ name }, state) => [String(state), name] as const),
    ]);
    this.list.value = before;
    if (this.list.selectedIndex < 0) this.list.value = "";
  }

  /** Draws `picture` for the global state chosen, or its own; nothing when it is drawn. */
  show(picture: PolicyPicture, report: EpochReport): void {
    const state = this.list.value === "" ? picture.globalState : Number(this.list.value);
    const { [state]: strips = [] } = picture.actions;
    const drawn = JSON.stringify([state, strips, report.belief, picture.plan]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    const { parent, snapshot } = this;
    parent.replaceChildren();
    if (picture.plan !== null) {
      const { number, of, action } = picture.plan;
      add(parent, "p", "plan", `In force: plan ${number} of ${of}, ${this.nameOf(action)}.`);
    }
    if (strips.length === 0) {
      const why =
        picture.actions.length > 0
          ? "The policy has too many cases: only those of the present place are drawn."
          : "The policy in force is not known here.";
      add(parent, "p", "unknown", why);
      return;
    }
    strips.forEach((actions, zone) => this.addStrip(zone, actions, report.belief[zone] ?? 0));
    const scale = add(parent, "div", "note scale");
    ["0 %", "50 %", "100 % of all robots"].forEach((text) => add(scale, "span", "", text));
    this.addLegend([...new Set(strips.flat())].sort((a, b) => a - b));
    parent.dataset.state = snapshot.leadSpots[state].name;
  }

  private addStrip(zone: number, actions: readonly number[], believed: number): void {
    const name = this.snapshot.zones[zone]?.name ?? `zone ${zone}`;
    const ranges = rangesOf(actions);
    add(this.parent, "div", "zone", name).setAttribute("aria-hidden", "true");
    const strip = add(this.parent, "div", "strip");
    strip.setAttribute("role", "img");
    strip.setAttribute("aria-label", stripInWords(name, ranges, this.nameOf, believed));
    for (const { action, from, to } of ranges) {
      across(paint(add(strip, "div", "piece"), action), from, to);
      const [start, end] = clearOf(believed, from, to);
      if (end - start >= NAMED) across(add(strip, "div", "name", this.nameOf(action)), start, end);
    }
    add(strip, "div", "marker").style.left = `${100 * believed}%`;
  }

  private addLegend(actions: readonly number[]): void {
    const legend = add(this.parent, "ul", "actions");
    legend.setAttribute("aria-label", "Actions");
    for (const action of actions) {
      const item = add(legend, "li");
      paint(add(item, "i", "key"), action);
      item.append(this.nameOf(action));
    }
  }

  private readonly nameOf = (action: number): string =>
    (this.snapshot.globalActions[action] ?? `action ${action}`).replace(/^to_/, "to ");
}

function paint(element: HTMLElement, action: number): HTMLElement {
  // A tint that carries dark letters in both themes.
  element.style.background = `hsl(${(210 + GOLDEN_DEG * action) % 360} 60% 75%)`;
  return element;
}

function across(element: HTMLElement, from: number, to: number): void {
  element.style.left = `${100 * from}%`;
  element.style.width = `${100 * (to - from)}%`;
}

/** The longer part of a range on one side of the marker, or all of it. */
function clearOf(marker: number, from: number, to: number): [number, number] {
  if (marker <= from || marker >= to) return [from, to];
  return marker - from > to - marker ? [from, marker] : [marker, to];
}

interface Range {
  readonly action: number;
  /** Shares of all robots, 0 to 1. */
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

function stripInWords(
  zone: string,
  ranges: readonly Range[],
  nameOf: (action: number) => string,
  believed: number,
): string {
  const parts = ranges.map(
    ({ action, from, to }) => `${percent(from)} to ${percent(to)}: ${nameOf(action)}`,
  );
  return `Share of all robots in ${zone}: ${parts.join("; ")}. Believed now: ${percent(believed)}.`;
}

const percent = (share: number): string => `${Math.round(100 * share)} %`;
