/** Prints who is in a robots file, checked, as JSON: the launch files read it (docs/robots_file.md). */
import { loadSwarm } from "../game/robots_file";
import { loadScenario } from "../game/scenario_file";
import { COMMANDS } from "./generated/commands";
import { type OptionValues, runCommand } from "./options";

async function main(given: OptionValues<typeof COMMANDS.describeRobots.options>): Promise<void> {
  const game = loadScenario(given.scenario);
  const { robots, lead } = loadSwarm(given.robotsFile, game);
  const named = robots.map(({ kind, ...robot }) => ({ ...robot, kind: game.kinds?.[kind].name }));
  process.stdout.write(`${JSON.stringify({ robots: named, lead })}\n`);
}

void runCommand(COMMANDS.describeRobots, main);
