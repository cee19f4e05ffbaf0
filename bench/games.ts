/** Games that nobody chose: sizes, kernels and rewards drawn. */
import { evaluate } from "../src/evaluation/evaluate";
import { keyedUniform } from "../src/game/draws";
import { type Game } from "../src/game/model";
import { parseScenario } from "../src/game/scenario";
import { learn } from "../src/learning/learn";
import { say } from "./measure";
import { roundedMeanLearner } from "./rounded_mean";

const GAMES = 20;
const POPULATION = 200;
const ROLLOUTS = 2000;

/** Rows near a single entry or flat, rewards of every sign, starts known and unknown. */
export function drawnGame(seed: number): { game: Game; tableSize: number } {
  const uniform = keyedUniform(seed, "learn", "bench");
  const pick = (low: number, high: number): number =>
    low + Math.floor(uniform() * (high - low + 1));
  const [sG, aG, sL, aL] = [pick(2, 5), pick(2, 5), pick(2, 5), pick(2, 4)];
  const peak = 1 + 6 * uniform();
  const list = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);
  const row = (length: number) => (): number[] => {
    const weights = list(length, () => 1e-3 + uniform() ** peak);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return weights.map((weight) => weight / total);
  };
  const names = (word: string, count: number): string[] =>
    list(count, () => word).map((w, i) => `${w}_${i}`);
  const scenario = {
    name: `drawn_${seed}`,
    discount: 0.8 + 0.18 * uniform(),
    global_states: names("g", sG),
    global_actions: names("c", aG),
    local_states: names("s", sL),
    local_actions: names("a", aL),
    global_transition: list(sG, () => list(aG, row(sG))),
    local_transition: list(sL, () => list(sG, () => list(aL, row(sL)))),
    global_reward: list(sG, () => list(aG, () => 0.3 * (uniform() - 0.5))),
    local_reward: list(sL, () => list(sG, () => list(aL, () => 10 * (uniform() ** 3 - 0.2)))),
    initial: { global: row(sG)(), local: uniform() < 0.5 ? row(sL)() : { dirichlet: 0.3 } },
  };
  return { game: parseScenario(JSON.stringify(scenario), scenario.name), tableSize: pick(3, 12) };
}

export async function benchGames(): Promise<void> {
  say(
    `${GAMES} drawn games, n = ${POPULATION}: learned minus blind, and minus the rounded-mean learner, in discounted return`,
  );
  let below = 0;
  let overRounded = 0;
  for (let seed = 1; seed <= GAMES; seed++) {
    const { game, tableSize } = drawnGame(seed);
    const learned = await learn(game, { tableSize, population: POPULATION });
    const rounded = { pair: roundedMeanLearner(game, tableSize) };
    const options = { population: POPULATION, rollouts: ROLLOUTS, seed: 77, horizon: 100 };
    const result = evaluate(game, learned, options, rounded);
    const blind = result.overBlind.return;
    const other = result.difference!.return;
    const scale = Math.abs(result.return.mean);
    if (blind.mean < -2 * blind.standardError) below += 1;
    overRounded += other.mean / scale / GAMES;
    const figure = ({ mean, standardError }: typeof blind): string =>
      `${mean.toFixed(3)} ± ${standardError.toFixed(3)}`;
    say(
      `  ${game.name}: ${[game.globalStates, game.globalActions, game.localStates, game.localActions].map((x) => x.length).join("/")}, k = ${tableSize}: ${result.return.mean.toFixed(2)}; over blind ${figure(blind)}; over rounded mean ${figure(other)}`,
    );
  }
  say(
    `  below blind by more than two standard errors: ${below} of ${GAMES}; over the rounded-mean learner by ${(100 * overRounded).toFixed(1)} % on average`,
  );
}
