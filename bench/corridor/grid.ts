/** The task on a grid: a game of cells, whose kernels are the mass of the normal law in each cell. */
import chisquare from "@stdlib/stats-base-dists-chisquare-cdf";
import type { Game } from "../../src/game/model";
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

/** How many cells there are for robots' positions and for s_g. */
interface Grid {
  readonly cells: number;
  readonly leadCells: number;
}

/** s_g has more noise: a quarter of the robots' cells, odd, so that a target is in a cell's middle. */
const gridFor = (perBin: number): Grid => ({
  cells: BINS * perBin,
  leadCells: BINS * (2 * Math.max(1, Math.round((perBin - 4) / 8)) + 1),
});

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

/** @param perBin cells of robots' positions in each bin */
export function corridorGame(perBin: number): Game {
  const scenario = corridorScenario(perBin);
  return scenarioOf(scenario, scenario.name);
}

/**
 * As a scenario file holds it.
 * @param spots where in its cell somebody may be: 1 is its centre; where cells are wider than the steps, more
 */
export function corridorScenario(perBin: number, spots = 1) {
  const { cells, leadCells } = gridFor(perBin);
  const at = (count: number): number[] => [...Array(count).keys()].map((i) => centre(i, count));
  const [robots, leads] = [at(cells), at(leadCells)];
  const names = (places: readonly number[]): string[] => places.map((x) => `at_${x.toFixed(4)}`);
  /** The mean over the spots of a cell, `count` of which are on the line. */
  const spread = (x: number, count: number, law: (x: number) => number[]): number[] => {
    const laws = at(spots).map((spot) => law(x + spot / count));
    return laws[0].map((_, i) => laws.reduce((sum, one) => sum + one[i], 0) / spots);
  };
  const drives = robots.map((robot) =>
    OFFSETS.map((offset) => spread(robot, cells, (x) => normalLaw(x + offset, ROBOT_NOISE, cells))),
  );
  return {
    name: "corridor_dispatch",
    discount: DISCOUNT,
    horizon: HORIZON,
    global_states: names(leads),
    global_actions: TARGETS.map((_, bin) => `to_bin_${bin}`),
    local_states: names(robots),
    local_actions: ["stay", "up", "down"],
    global_transition: leads.map((lead) =>
      TARGETS.map((_, bin) =>
        spread(lead, leadCells, (x) => normalLaw(steered(x, bin), LEAD_NOISE, leadCells)),
      ),
    ),
    local_transition: drives.map((drive) => leads.map(() => drive)),
    global_reward: leads.map((lead) => TARGETS.map((_, bin) => leadReward(lead, bin))),
    local_reward: robots.map((robot) =>
      leads.map((lead) => OFFSETS.map((_, action) => robotReward(robot, lead, action))),
    ),
    initial: { global: leadStart(leadCells), local: { one_of: startLaws(cells) } },
  };
}
