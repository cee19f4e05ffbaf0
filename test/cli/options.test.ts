import { COMMANDS } from "../../src/cli/generated/commands";
import { parseOptions, UsageError } from "../../src/cli/options";

const COMMAND = {
  usage: "npm run try --",
  summary: "Tries.",
  options: {
    file: { type: "string", value: "F", required: true, repeatable: true, description: "files" },
    tableSize: { type: "integer", value: "K", default: 3, range: [-5, 9], description: "k" },
    rate: { type: "double", value: "X", range: [0, Infinity], description: "rate" },
    way: { type: "string", value: "W", default: "up", choices: ["up", "down"], description: "way" },
    quiet: { type: "boolean", default: false, description: "quiet" },
  },
} as const;
const parse = (...args: string[]) => parseOptions(COMMAND, args);

test("values arrive typed, with defaults for what was not given", () => {
  expect(parse("--file", "a")).toEqual({
    ...{ file: ["a"], tableSize: 3, rate: undefined, way: "up", quiet: false },
  });
  expect(
    parse("--file", "a", "--file=b", "--rate", "2.5e1", "--way", "down", "--quiet"),
  ).toMatchObject({ file: ["a", "b"], rate: 25, way: "down", quiet: true });
});

test("a negative number is a value, not an option", () => {
  expect(parse("--file", "a", "--table-size", "-4").tableSize).toBe(-4);
  expect(parse("--file", "a", "--table-size=-4").tableSize).toBe(-4);
});

test.each([
  [["--file", "a", "--table-size", "10"], '--table-size is "10"; give a whole number from -5 to 9'],
  [["--file", "a", "--table-size", "1.5"], '--table-size is "1.5"; give a whole number'],
  [["--file", "a", "--table-size", "010"], '--table-size is "010"; give a whole number'],
  [["--file="], '--file is ""; give a string that is not empty'],
  [["--file", " "], '--file is " "; give a string that is not empty'],
  [["--file", "a", "--table-size", "1e0"], '--table-size is "1e0"; give a whole number'],
  [["--file", "a", "--rate", "-1"], '--rate is "-1"; give a number of at least 0'],
  [["--file", "a", "--rate", "0x10"], '--rate is "0x10"; give a number'],
  [["--file", "a", "--rate", ""], '--rate is ""; give a number'],
  [["--file", "a", "--way", "left"], '--way is "left"; give one of up, down'],
  [["--file", "a", "--rate", "1", "--rate", "2"], "--rate is given more than once; give it once"],
  [[], "--file is missing; give --file F, see --help"],
  [["--file"], "option '--file <F>' argument missing; see --help"],
  [["--file", "--quiet"], "--file is followed by --quiet; give it a value, see --help"],
  [["--file", "a", "--tabel"], "unknown option '--tabel'"],
  [["--file", "a", "b"], "too many arguments. Expected 0 arguments but got 1; see --help"],
])("%j is refused with a sentence", (args, message) => {
  expect(() => parse(...args)).toThrow(UsageError);
  expect(() => parse(...args)).toThrow(message);
});

test("the options of npm start are the described ones, with their parameters' ranges", () => {
  const { start } = COMMANDS;
  expect(parseOptions(start, ["--robots", "100000"])).toMatchObject({ robots: 100_000 });
  expect(() => parseOptions(start, ["--port", "65536"])).toThrow(
    '--port is "65536"; give a whole number from 0 to 65535',
  );
  // Empty would be every address.
  for (const name of ["--host", "--policy", "--origins"]) {
    expect(() => parseOptions(start, [`${name}=`])).toThrow(`${name} is ""; give`);
  }
  expect(start.options.sampleSize).toMatchObject({
    description: expect.stringMatching(/asked at each epoch, k/) as string,
    default: 0,
  });
});
