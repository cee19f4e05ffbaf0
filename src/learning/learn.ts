/** `learn`: a pair of policies for a game, with what is known about its quality. */
import type { Game, PolicyPair } from "../game/model";
import type { PolicyMetadata } from "../game/policy_metadata";
import type { Estimate } from "../game/statistics";
import { measureGaps } from "./gaps";
import { alternateByLevels } from "./levels";
import { type LearnOptions, settingsOf } from "./options";
import { PACKAGE_VERSION } from "./version";

export interface LearnResult {
  readonly pair: PolicyPair;
  /** As the policy file keeps it: gaps, how expectations were computed. */
  readonly metadata: PolicyMetadata;
  /** H: entries of the table for each s_g. */
  readonly histograms: number;
  /** Turns of G-LEARN and L-LEARN over all starts, and how many gave a better pair. */
  readonly iterations: number;
  readonly accepted: number;
  /** Of value iteration, over all G-LEARNs. */
  readonly sweeps: number;
  /** Discounted return of the pair, without memory, on the random numbers by which it was chosen. */
  readonly return: Estimate;
}

/**
 * Learns a pair: G-LEARN and L-LEARN alternated by UPDATE, then both best-response gaps. The same
 * options give the same result on every machine.
 * @throws InvalidInputError when an option cannot be used
 */
export async function learn(game: Game, options: LearnOptions): Promise<LearnResult> {
  const settings = settingsOf(game, options);
  const { turns, finished } = await alternateByLevels(game, settings, async (alternation) => ({
    best: alternation.best!,
    histograms: alternation.index.count,
    gaps: await measureGaps(game, alternation),
  }));
  const { best, histograms, gaps } = finished;
  const { pair, backup, backupError } = best;
  const metadata: PolicyMetadata = {
    scenario: game.name,
    scenarioSha256: game.sha256,
    tableSize: settings.tableSize,
    population: settings.population,
    discount: game.discount,
    seed: settings.seed,
    backup,
    backupError,
    ...gaps,
    packageVersion: PACKAGE_VERSION,
  };
  return { pair, metadata, histograms, ...turns, return: best.trials[0].earned.return };
}
