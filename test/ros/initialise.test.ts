import { argumentProblem } from "../../src/ros/initialise";

const at = ", at /project/src/rcl/lexer_lookahead.c:239, at /project/src/rcl/arguments.c:380";

test.each([
  [
    `Couldn't parse remap rule: '-r __ns:=/robot-3'. Error: Expected lexeme type (1) not found, search ended at index 12${at}`,
    /^ROS refuses -r __ns:=\/robot-3: Expected .* at index 12; a name is made of letters, digits and _/,
  ],
  [
    `Couldn't parse params file: '--params-file /nowhere.yaml'. Error: Error opening YAML file${at}`,
    /^ROS refuses --params-file \/nowhere.yaml: Error opening YAML file; give a file that can be read/,
  ],
  [
    `Couldn't parse parameter override rule: '-p foo'. Error: Expected lexeme type (22) not found${at}`,
    /^ROS refuses -p foo: .*; give -p name:=value/,
  ],
  [
    `Couldn't parse log level: '--log-level foo'. Error: Argument does not use a valid severity level${at}`,
    /^ROS refuses --log-level foo: .* severity level; give debug, info/,
  ],
  [`Couldn't parse enclave: '--enclave x'. Error: no${at}`, /^ROS refuses --enclave x: no; see --/],
])("what rcl says of arguments is told with its remedy: %#", (said, told) => {
  expect(argumentProblem(said)).toMatch(told);
});

test("what is not about arguments is not told as wrong use", () => {
  expect(argumentProblem("Failed to create log directory '/proc/x': 2")).toBeUndefined();
});
