/** What `npm start` refuses. test/graph/start.test.ts shows how a refusal ends the command. */
import { InvalidInputError } from "../../src/base/errors";
import { COMMANDS } from "../../src/cli/generated/commands";
import { parseOptions } from "../../src/cli/options";
import { readSettings } from "../../src/cli/start_options";

const settingsOf = (args: readonly string[]) => readSettings(parseOptions(COMMANDS.start, args));

test.each([
  [["--robots", "0"], /--robots is "0"; give a whole number from 1/],
  [["--robots", "ten"], /--robots is "ten"; give a whole number/],
  [["--sample-size", "31"], /--sample-size is 31 and there are 30 robots/],
  [["--world", "real"], /--world is "real"; give one of motion, abstract, mujoco/],
  [
    ["--fidelity", "mujoco", "--world", "abstract"],
    /--world does not go with --fidelity: it is another name/,
  ],
  [["--observation", "none"], /give one of sample, filter/],
  [["--speed", "1000"], /too short for the nodes to answer; give at most/],
  [["--speed", "2", "--fidelity", "abstract"], /--speed is for other worlds; the abstract one/],
  [["--epoch", "1"], /an epoch of 1 s is too short .* make it at least/],
  [["--robots", "500"], /cannot hold 500 robots .* radius of at least/],
  [["--headless", "--port", "9"], /--port does not go with --headless: it has no page; leave one/],
  [["--policy", "p", "--table-size", "5"], /--table-size does not go with --policy/],
  [["--odometry-rate", "5"], /--odometry-rate is a recording's; give --record/],
  [["--sampling", "by_kind"], /dock_dispatch has no kinds; sample uniform/],
  [
    ["--sampling", "by_kind", "--sample-size", "1", "--scenario", "dock_dispatch_mixed"],
    /1 of 2 kinds are not enough; ask at least 2/,
  ],
  [
    ["--robots", "1", "--scenario", "dock_dispatch_mixed"],
    /with n = 1 no robot is of the kind slow/,
  ],
  [["--scenario", "nowhere"], /the scenario "nowhere" cannot be read/],
])("npm start -- %j is refused with one sentence", (args, sentence) => {
  expect(() => settingsOf(args)).toThrow(InvalidInputError);
  expect(() => settingsOf(args)).toThrow(sentence);
  expect(() => settingsOf(args)).not.toThrow(/\n/);
});
