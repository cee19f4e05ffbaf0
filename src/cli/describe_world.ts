/**
 * Prints the arena of a scenario, its bodies and where they start, for worlds that are not our own:
 * the MuJoCo world and Gazebo's are made of it. Metres, radians, seconds, the `map` frame.
 */
import { leadSpotOf, middleOf, type Point, spotOf, wallRadius } from "../game/arena";
import { drawEpisodeStart } from "../game/episode";
import { zoneNames } from "../game/kinds";
import { loadScenario } from "../game/scenario_file";
import { epochSeconds } from "../ros/epoch_length";
import { robotNames } from "../../sim/run";
import { hasDocks } from "../../sim/world/docks";
import { worldProblem } from "../../sim/world/world_problem";
import { COMMANDS } from "./generated/commands";
import { type OptionValues, runCommand, UsageError } from "./options";

/** A body at `place`, facing `goal`. */
const body = (name: string, place: Point, goal: Point) => ({
  name,
  ...place,
  yaw: Math.atan2(goal.y - place.y, goal.x - place.x),
});

async function main(given: OptionValues<typeof COMMANDS.describeWorld.options>): Promise<void> {
  const { robots, seed } = given;
  const game = loadScenario(given.scenario);
  const { arena } = game;
  const epoch = epochSeconds(given.epoch, arena.epoch, "--epoch");
  const problem = worldProblem(game, "motion", robots, epoch);
  if (problem !== undefined) throw new UsageError(problem);
  const middle = middleOf(arena);
  const names = robotNames(robots);
  const { globalState, localStates } = drawEpisodeStart(game, names, seed, 0);
  const lead = leadSpotOf(arena, globalState);
  const world = {
    scenario: game.name,
    epoch,
    hasDocks: hasDocks(arena),
    middle,
    wallRadius: wallRadius(arena),
    zones: zoneNames(game).map((name, i) => ({ name, ...arena.zones[i] })),
    robot: arena.robot,
    lead: arena.lead,
    bodies: [
      ...names.map((name, i) => body(name, spotOf(arena, localStates[i], i), middle)),
      body("lead", lead, arena.leadZones[globalState]),
    ],
  };
  process.stdout.write(`${JSON.stringify(world)}\n`);
}

void runCommand(COMMANDS.describeWorld, main);
