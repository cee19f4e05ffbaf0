/** The task on a grid: a game of cells, whose kernels are the mass of the normal law in each cell. */
import chisquare from "@stdlib/stats-base-dists-chisquare-cdf";
import { InvalidInputError, requireWhole } from "../../src/base/errors";
import { type Game, sizesOf } from "../../src/game/model";
import { scenarioOf } from "../../src/game/scenario";
import {
  BINS,
  CLUSTER_NOISE,
  DISCOUNT,
  END,
  HORIZON,
  LEAD_NOISE,
  LEAD_START,
  leadReward,
  MAIN_SHARE,
  OFFSETS,
  ROBOT_NOISE,
  robotReward,
  steered,
  TARGETS,
} from "./task";

/** Less in one cell is none: it would make a million numbers of what nobody sees. */
const LEAST_MASS = 1e-8;

/** Names of states that a scenario may have. */
const MOST_CELLS = 255;
/** What learning takes for each number of P_l: as it is listed, checked, hashed and given to threads. */
const BYTES_AN_ENTRY = 250;

/** How many cells there are for robots' positions and for s_g. */
export interface Grid {
  readonly cells: number;
  readonly leadCells: number;
}

/** s_g has more noise: a quarter of the robots' cells, odd, so that a target is in a cell's middle. */
const gridFor = (perBin: number): Grid => ({
  cells: BINS * perBin,
  leadCells: BINS * (2 * Math.max(1, Math.round((perBin - 4) / 8)) + 1),
});

const bytesOf = ({ cells, leadCells }: Grid): number =>
  BYTES_AN_ENTRY * cells * cells * leadCells * OFFSETS.length;

/** Most cells in a bin that fit in so many bytes. */
export function finestIn(memory: number): number {
  let finest = Math.floor(MOST_CELLS / BINS);
  while (finest > 0 && bytesOf(gridFor(finest)) > memory) finest--;
  return finest;
}

/**
 * @param perBin cells of robots' positions in each bin
 * @param memory bytes that may be used
 * @throws InvalidInputError where the grid does not fit
 */
export function gridOf(perBin: number, memory: number): Grid {
  requireWhole("the number of cells in a bin", perBin, 1);
  const finest = finestIn(memory);
  if (perBin <= finest) return gridFor(perBin);
  const gigabytes = (bytes: number): string => `${(bytes / 1e9).toPrecision(2)} GB`;
  throw new InvalidInputError(
    `a grid of ${perBin} cells in a bin has ${BINS * perBin} local states and takes ${gigabytes(bytesOf(gridFor(perBin)))} of memory, where ${MOST_CELLS} and ${gigabytes(memory)} can be used; the finest that fits has ${finest} cells in a bin`,
  );
}

const edge = (i: number, cells: number): number => (2 * END * i) / cells - END;
const centre = (i: number, cells: number): number => edge(i + 0.5, cells);

/** Share of the normal law below z deviations: z² has a χ² law of one degree of freedom. */
const below = (z: number): number => (1 + Math.sign(z) * chisquare(z * z, 1)) / 2;

/** The normal law in each cell; what lies beyond the ends is in the last ones. */
export function normalLaw(mean: number, deviation: number, cells: number): number[] {
  const mass = (i: number): number => {
    if (i <= 0) return 0;
    return i >= cells ? 1 : below((edge(i, cells) - mean) / deviation);
  };
  const law = Array.from({ length: cells }, (_, i) => mass(i + 1) - mass(i));
  return law.map((p) => (p < LEAST_MASS ? 0 : p));
}

/** Where robots start: by one of 20 pairs of bins, one of which has more of them. */
export function startLaws(cells: number): number[][] {
  const clusters = TARGETS.map((target) => normalLaw(target, CLUSTER_NOISE, cells));
  return clusters.flatMap((main) =>
    clusters
      .filter((second) => second !== main)
      .map((second) => main.map((p, s) => MAIN_SHARE * p + (1 - MAIN_SHARE) * second[s])),
  );
}

/** s_g is uniform in [-LEAD_START, LEAD_START]. */
function leadStart(cells: number): number[] {
  const inside = (i: number): number => Math.min(LEAD_START, Math.max(-LEAD_START, edge(i, cells)));
  return Array.from({ length: cells }, (_, i) => (inside(i + 1) - inside(i)) / (2 * LEAD_START));
}

export function corridorGame({ cells, leadCells }: Grid): Game {
  const at = (count: number): number[] => [...Array(count).keys()].map((i) => centre(i, count));
  const [robots, leads] = [at(cells), at(leadCells)];
  const names = (places: readonly number[]): string[] => places.map((x) => `at_${x.toFixed(4)}`);
  const drives = robots.map((robot) =>
    OFFSETS.map((offset) => normalLaw(robot + offset, ROBOT_NOISE, cells)),
  );
  const scenario = {
    name: "corridor_dispatch",
    discount: DISCOUNT,
    horizon: HORIZON,
    global_states: names(leads),
    global_actions: TARGETS.map((_, bin) => `to_bin_${bin}`),
    local_states: names(robots),
    local_actions: ["stay", "up", "down"],
    global_transition: leads.map((lead) =>
      TARGETS.map((_, bin) => normalLaw(steered(lead, bin), LEAD_NOISE, leadCells)),
    ),
    local_transition: drives.map((drive) => leads.map(() => drive)),
    global_reward: leads.map((lead) => TARGETS.map((_, bin) => leadReward(lead, bin))),
    local_reward: robots.map((robot) =>
      leads.map((lead) => OFFSETS.map((_, action) => robotReward(robot, lead, action))),
    ),
    initial: { global: leadStart(leadCells), local: { one_of: startLaws(cells) } },
  };
  return scenarioOf(scenario, scenario.name);
}

/** π_l [cells][leadCells][actions] of one grid on another: of the cell in which a cell's centre is. */
export function onGrid(localPolicy: Float32Array, from: Game, to: Game): Float32Array {
  const { sL, sG, aL } = sizesOf(to);
  const old = sizesOf(from);
  const at = (i: number, count: number, counted: number): number =>
    Math.floor(((i + 0.5) / count) * counted);
  const rows = Array.from({ length: sL * sG }, (_, row) => {
    const robot = at(Math.floor(row / sG), sL, old.sL);
    const first = (robot * old.sG + at(row % sG, sG, old.sG)) * aL;
    return [...localPolicy.subarray(first, first + aL)];
  });
  return Float32Array.from(rows.flat());
}
