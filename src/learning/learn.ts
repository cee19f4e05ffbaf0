/** `learn`: a pair of policies for a game, with what is known about its quality. */
import { inTurns } from "../base/steps";
import { limitOf } from "../game/limit";
import type { Game, TablePair } from "../game/model";
import type { PolicyMetadata } from "../game/policy_metadata";
import type { Estimate } from "../game/statistics";
import { constantController } from "../policy/controllers";
import { Alternation, sumOf, type Turns } from "./alternation";
import { type Blind, bestBlind } from "./blind";
import { gapBound, measureGaps } from "./gaps";
import { startsFor } from "./coarse_starts";
import { type LearnOptions, settingsOf } from "./options";
import { Responder, type TableCandidate } from "./responder";
import { COMPARED_ROLLOUTS, isBetter, simulationOf, trialOf } from "./simulation";
import { inForm } from "./starts";
import { PACKAGE_VERSION } from "./version";

/** The counts of `Turns` are over all table sizes. */
export interface LearnResult extends Turns {
  readonly pair: TablePair;
  /** As the policy file keeps it: gaps, how expectations were computed. */
  readonly metadata: PolicyMetadata;
  /** H: entries of the table for each s_g. */
  readonly histograms: number;
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
  const blind = await bestBlind(game, settings);
  const coarse = await startsFor(game, settings, blind.localPolicy);
  const responder = new Responder(game, settings);
  try {
    const fine = await new Alternation(responder).run(coarse.starts);
    const best = await atLeastBlind(await responder.variants(fine.best), blind, responder);
    const gaps = await measureGaps(best, responder);
    const { pair, backup, backupError } = best;
    const { return: earned } = best.trials[0].earned;
    const { seed, signal } = settings;
    const limit = limitOf(game, pair.localPolicy);
    const globalGapBound = await inTurns(gapBound(game, limit, settings, earned), signal);
    const metadata: PolicyMetadata = {
      scenario: game.name,
      scenarioSha256: game.sha256,
      tableSize: settings.tableSize,
      population: settings.population,
      discount: game.discount,
      seed,
      backup,
      backupError,
      ...gaps,
      globalGapBound,
      packageVersion: PACKAGE_VERSION,
    };
    const turns = sumOf(coarse.turns, fine.turns);
    const histograms = responder.index.count;
    return { pair, metadata, histograms, ...turns, return: earned };
  } finally {
    await responder.close();
  }
}

/** The first variant that is not worse than the best blind pair without memory, else that with its table. */
async function atLeastBlind(
  variants: readonly TableCandidate[],
  blind: Blind,
  responder: Responder,
): Promise<TableCandidate> {
  const { game, settings } = responder;
  const { action } = blind;
  const localPolicy = inForm(game, blind.localPolicy, settings.localForm);
  const options = simulationOf(settings, "compare", COMPARED_ROLLOUTS);
  const pair = { ...variants[0].pair, localPolicy };
  const trial = trialOf(game, pair, "sample", options, undefined, constantController(action));
  for (const one of variants)
    if (!(await isBetter([trial], [one.trials[0]], settings.signal))) return one;
  const always = await responder.respond({ localPolicy }, [action]);
  responder.standing.best = always;
  return always;
}
