import { commandProblem } from "../../src/nodes/command_check";
import type { GlobalCommand } from "../../src/ros/messages";

const sizes = { sG: 2, aG: 3, sL: 4, aL: 2 };

const command: GlobalCommand = {
  header: { stamp: { sec: 0, nanosec: 0 }, frame_id: "map" },
  session: 1,
  epoch: 9,
  decision_time: { sec: 0, nanosec: 0 },
  global_state: 1,
  action: 2,
  sampled_agents: ["robot_0"],
  histogram: [1, 0, 0, 0],
  belief: [1, 0, 0, 0],
  belief_variance: 0,
  missing: 0,
  sample_size: 1,
  observation: "sample",
  population: 1,
  policy_sha256: "",
  emergency_stop: false,
  resets: 0,
};

test("a command of the game has no problem", () => {
  expect(commandProblem(command, sizes)).toBeUndefined();
});

test.each<[Partial<GlobalCommand>, RegExp]>([
  [{ global_state: 2 }, /epoch 9 names global state 2 and action 2 .* has 2 and 3; start every/],
  [{ action: 3 }, /names global state 1 and action 3/],
  [{ histogram: [1, 0, 0] }, /counts 3 and believes in 4 .* has 4; start every/],
  [{ belief: [] }, /counts 4 and believes in 0/],
])("a command of another game is refused with what to do: %#", (fault, words) => {
  expect(commandProblem({ ...command, ...fault }, sizes)).toMatch(words);
});
