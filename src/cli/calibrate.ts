/** `npm run calibrate`: measures a scenario's arrays in the motion world and compares them. */
import { loadScenario } from "../game/scenario_file";
import { loadPhysics } from "../../sim/world/physics";
import { measureArrays } from "./calibration";
import { compareArrays } from "./counts";
import { COMMANDS } from "./generated/commands";
import { type OptionValues, requireWritable, runCommand } from "./options";
import { tellArrays } from "./told_arrays";

function progressOf(epochs: number): (done: number) => void {
  let said = performance.now();
  return (done) => {
    if (performance.now() - said < 5000) return;
    said = performance.now();
    process.stderr.write(`${done} of ${epochs} epochs\n`);
  };
}

export async function main(
  options: OptionValues<typeof COMMANDS.calibrate.options>,
): Promise<void> {
  const { scenario, robots, epochs, seed, write } = options;
  if (write !== undefined) requireWritable("--write", write);
  const game = loadScenario(scenario);
  await loadPhysics();
  const began = performance.now();
  const measured = measureArrays(game, { robots, epochs, seed, onProgress: progressOf(epochs) });
  const seconds = (performance.now() - began) / 1000;
  const { drives, finishedDrives } = measured;
  const share = drives > 0 ? (100 * finishedDrives) / drives : 100;
  tellArrays(options, game, compareArrays(game, measured), {
    note: `Measured in the motion world: npm run calibrate -- --robots ${robots} --epochs ${epochs} --seed ${seed}`,
    how: { seconds, robots, epochs, seed, drives, finishedDrives },
    line: `${drives} drives to another zone, ${share.toFixed(2)} % done within their epoch.`,
  });
}

if (require.main === module) void runCommand(COMMANDS.calibrate, main);
