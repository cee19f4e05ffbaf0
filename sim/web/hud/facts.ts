/** Numbers of the run: epoch, k of n, speed reached, what is broken and missed, the gaps. */
import type { EpochReport, Gap, PolicyPicture, Snapshot, WorldState } from "../../protocol";
import { add, setText } from "../element";

/** What is known; all but the snapshot comes later. */
export interface Known {
  readonly snapshot: Snapshot;
  readonly report?: EpochReport;
  readonly world?: WorldState;
  readonly picture?: PolicyPicture;
}

/** Below this share of the speed asked for, the world lags behind. */
const SLOW = 0.9;

const DECIDES_ON = { sample: "this sample", filter: "filter" } as const;

interface Fact {
  readonly name: string;
  readonly value: string;
  readonly bad?: boolean;
}

/** Writes the facts; the elements of those shown before are used again. */
export function showFacts(parent: HTMLElement, known: Known): void {
  const facts = [...runFacts(known), ...worldFacts(known), ...gapFacts(known.picture)];
  facts.forEach(({ name, value, bad }, index) => {
    const pair = parent.children[index] ?? addPair(parent);
    const [title, text] = pair.children;
    if (!(title instanceof HTMLElement) || !(text instanceof HTMLElement)) return;
    setText(title, name);
    setText(text, value);
    text.classList.toggle("bad", bad === true);
  });
}

function addPair(parent: HTMLElement): HTMLElement {
  const pair = add(parent, "div");
  add(pair, "dt");
  add(pair, "dd");
  return pair;
}

function runFacts({ snapshot, report, world }: Known): Fact[] {
  const { missedEpochs, missing } = report ?? { missedEpochs: 0, missing: 0 };
  const asked = world?.sampleSize ?? report?.sampled.length;
  const mode = world?.observation;
  return [
    { name: "epoch", value: report === undefined ? "none yet" : String(report.epoch) },
    { name: "robots asked", value: `${asked ?? "not known"} of ${snapshot.robots.length}` },
    { name: "decides on", value: mode ? DECIDES_ON[mode] : "not known" },
    { name: "epochs missed", value: String(missedEpochs), bad: missedEpochs > 0 },
    { name: "answers missing", value: String(missing), bad: missing > 0 },
  ];
}

function worldFacts({ snapshot, report, world }: Known): Fact[] {
  const { fidelity, epochSeconds } = snapshot;
  const broken = world?.faults ?? [];
  return [
    {
      name: "broken robots",
      value: broken.length === 1 ? snapshot.robots[broken[0].robot] : String(broken.length),
      bad: broken.length > 0,
    },
    {
      name: "world",
      value: world?.paused ? `${fidelity}, paused` : fidelity,
      bad: world?.paused,
    },
    { name: "simulated time", value: `${(report?.simTime ?? 0).toFixed(0)} s` },
    { name: "epoch length", value: `${epochSeconds} s` },
    speedFact(world?.speed ?? snapshot.speed, world),
  ];
}

function speedFact(asked: number, world: WorldState | undefined): Fact {
  const reached = world?.realTimeFactor ?? null;
  const value = reached === null ? "–" : reached.toFixed(reached < 10 ? 2 : 0);
  if (asked === 0) return { name: "speed reached", value: `${value} ×` };
  const slow = reached !== null && !world?.paused && reached < SLOW * asked;
  return { name: "speed reached", value: `${value} of ${asked} ×`, bad: slow };
}

function gapFacts(picture: PolicyPicture | undefined): Fact[] {
  const told = (of: Gap | undefined): string => {
    if (of === undefined) return "not measured";
    const [gap, low, high] = [of.gap, of.low, of.high].map((value) => value.toFixed(2));
    return low === high ? gap : `${gap} (${low} to ${high})`;
  };
  return [
    { name: "global gap", value: told(picture?.gaps?.global) },
    { name: "local gap", value: told(picture?.gaps?.local) },
  ];
}
