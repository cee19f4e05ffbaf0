/** `npm run sweep`: how many robots must be asked in a scenario of the user's own? */
import { COMMANDS } from "../../src/cli/generated/commands";
import { type OptionValues, runCommand } from "../../src/cli/options";
import { loadScenario } from "../../src/game/scenario_file";
import { BLIND, type Question } from "./answers";
import { stateBytes } from "./bytes";
import { sweepOf } from "./jobs";
import { epochsOf, MEMORY } from "./players";
import { answer } from "./reproduce";
import { inWords, isBelow, type Summary } from "./summary";

const ALL = { ...BLIND, line: "points", measure: "all_seen" };
/** Of what seeing all earns more than never looking. */
const SHARES = [0.1, 0.05, 0.01];

/** The smallest k of those tried that is near enough to seeing all, for each share. */
function enough(own: Summary, all: Summary): string[] {
  const [seen, blind] = [ALL, BLIND].map((wanted) => all.of(wanted).mean.mean);
  if (isBelow(all.of(ALL).minus(all.of(BLIND))) || seen <= blind)
    return [
      `to see all earns ${(seen - blind).toFixed(1)} more than never looking: nobody need be asked`,
    ];
  return ["points", `points${MEMORY}`].map((line) => {
    const of = own.of({ measure: "return", line });
    const told = SHARES.map((share) => {
      const lossAt = (x: number) => all.of(ALL).minus(of.of({ x }));
      const k = of.xs.find((x) => lossAt(x).mean <= share * (seen - blind));
      return `${100 * share} %: ${k === undefined ? "none" : `k = ${k} (${inWords(lossAt(k))})`}`;
    });
    return `${line}: seeing all earns ${(seen - blind).toFixed(1)} more than never looking; of the numbers tried, the smallest that on average lose at most so much of that: ${told.join(", ")}`;
  });
}

/** @param bytes of one state, which is told in each epoch of so many seconds */
export const questionOf = (bytes: number, seconds: number): Question => ({
  title: "How many must I ask?",
  studies: ["asked"],
  measures: {
    return: "return",
    lost_by_not_seeing: "return less than with all seen",
    state_bytes: "bytes of states a second",
    decision_microseconds: "µs",
  },
  ...{ x: "robots asked a step, k", xLog: true, without: ["blind"] },
  levels: { "never looking": BLIND, "all seen": ALL },
  view: (all) => [
    ...all.rows,
    ...all.of({ measure: "return" }).rows.flatMap((row) => {
      const seen = all.of(ALL).rows.find(({ seed }) => seed === row.seed)!.value;
      return [
        { ...row, measure: "lost_by_not_seeing", value: seen - row.value },
        { ...row, measure: "state_bytes", value: (row.x * bytes) / seconds },
      ];
    }),
  ],
  says: enough,
});

export async function main(options: OptionValues<typeof COMMANDS.sweep.options>): Promise<number> {
  const { scenario, robots } = options;
  const game = loadScenario(scenario);
  return answer(
    { sweep: questionOf(stateBytes(robots), game.arena.epoch) },
    sweepOf(scenario, robots, game.sha256),
    options,
    `npm run sweep -- --scenario ${scenario} --robots ${robots} (an epoch of ${game.arena.epoch} s)`,
    epochsOf(game, game),
  );
}

if (require.main === module) void runCommand(COMMANDS.sweep, main);
