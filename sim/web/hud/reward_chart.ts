/** Reward of each epoch, running mean, and the references that `evaluate` found. */
import type { Snapshot } from "../../protocol";

const SVG = "http://www.w3.org/2000/svg";
/** Room for what is written about the plot, px. */
const [LEFT, RIGHT, TOP, BOTTOM] = [34, 56, 12, 24];
const LINE_PX = 14;
const FEWEST_EPOCHS = 20;
/** Steps of a scale at most. */
const MOST_STEPS = 6;

/** Multiples of 1, 2 or 5 times a power of ten. */
function scaleOf(from: number, to: number): number[] {
  const least = (to - from) / MOST_STEPS;
  const unit = 10 ** Math.floor(Math.log10(least));
  const step = unit * ([1, 2, 5].find((n) => n * unit >= least) ?? 10);
  const [first, last] = [Math.ceil(from / step), Math.floor(to / step)];
  return Array.from({ length: last - first + 1 }, (_, i) =>
    Number(((first + i) * step).toFixed(6)),
  );
}

/** Draws the history as large as `parent` is. */
export function drawRewards(parent: HTMLElement, { history, references }: Snapshot): void {
  const { clientWidth: width, clientHeight: height } = parent;
  const from = history[0]?.epoch ?? 0;
  const to = Math.max(from + FEWEST_EPOCHS, history.at(-1)?.epoch ?? 0);
  const named = Object.entries(references).sort(([, a], [, b]) => b - a);
  const earned = history.flatMap(({ reward }) => reward ?? []);
  const all = [0, 1, ...named.map(([, reward]) => reward), ...earned];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const x = (epoch: number) => LEFT + ((width - LEFT - RIGHT) * (epoch - from)) / (to - from);
  const y = (reward: number) => TOP + ((height - TOP - BOTTOM) * (high - reward)) / (high - low);
  const svg = document.createElementNS(SVG, "svg");
  const draw = (tag: string, attributes: object, text: unknown = ""): void => {
    const element = svg.appendChild(document.createElementNS(SVG, tag));
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.textContent = String(text);
  };
  const level = (reward: number, look: object): void =>
    draw("path", { d: `M${LEFT} ${y(reward)}H${width - RIGHT}`, ...look });
  for (const epoch of scaleOf(from, to))
    draw("text", { x: x(epoch), y: height - 6, "text-anchor": "middle" }, epoch);
  for (const reward of scaleOf(low, high)) {
    level(reward, { stroke: "var(--rule)" });
    draw("text", { x: LEFT - 6, y: y(reward) + 4, "text-anchor": "end" }, reward);
  }
  // A name that would cover another goes below it.
  let below = 0;
  for (const [name, reward] of named) {
    below = Math.max(y(reward) + 4, below + LINE_PX);
    level(reward, { stroke: "var(--muted)", "stroke-dasharray": "5 4" });
    draw("text", { x: width - RIGHT + 6, y: below }, name);
  }
  const placesOf = (what: "reward" | "meanReward"): string[] =>
    history.flatMap(({ epoch, [what]: r }) => (r === null ? [] : `${x(epoch)} ${y(r)}`));
  const dots = placesOf("reward").map((place) => `M${place}h0`);
  draw("path", { d: dots.join(""), stroke: "var(--free)", "stroke-width": 5 });
  const line = placesOf("meanReward").map((place, i) => (i > 0 ? "L" : "M") + place);
  draw("path", { d: line.join(""), stroke: "var(--text)", "stroke-width": 2 });
  parent.replaceChildren(svg);
}
