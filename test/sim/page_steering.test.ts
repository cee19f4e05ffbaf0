/** Commands of the page, on a node that is no node. */
import { PageSteering } from "../../sim/page_steering";
import { CONTROLS, type PageCommand, type WorldState as Shown } from "../../sim/protocol";
import type { WorldState } from "../../src/ros/messages";
import { world } from "./messages";

type Called = [type: string, service: string, request: object];

function setup(controls: Shown["controls"] = [...CONTROLS]) {
  const called: Called[] = [];
  const sent: object[] = [];
  let answer: object = { success: true, message: "so it is" };
  const node = {
    publisher: () => Object.assign((message: object) => void sent.push(message)),
    call: (...asked: Called) => {
      called.push(asked);
      return Promise.resolve(answer);
    },
  };
  const faults: { robot: string; fault: string }[] = [];
  const story = {
    command: undefined as unknown,
    robots: ["robot_0", "robot_1"],
    world: { node: "their_world", faults } as Partial<WorldState>,
    state: () => ({ ...world(), world: "theirs", controls }),
  };
  type Given = ConstructorParameters<typeof PageSteering>;
  const steering = new PageSteering(node as unknown as Given[0], story as Given[1]);
  return {
    called,
    sent,
    story,
    faults,
    answers: (next: object) => (answer = next),
    obey: (command: PageCommand) => steering.obey(command),
  };
}

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

test.each<[PageCommand, ...Called[]]>([
  [{ do: "pause" }, ["std_srvs/srv/SetBool", "/simulator/pause", { data: true }]],
  [{ do: "resume" }, ["std_srvs/srv/SetBool", "/simulator/pause", { data: false }]],
  [{ do: "step" }, ["std_srvs/srv/Trigger", "/simulator/step", {}]],
  [{ do: "release" }, ["std_srvs/srv/Trigger", "/global_agent/reset_emergency_stop", {}]],
])("%j asks its service, and says what that one answers", async (command, ...calls) => {
  const { called, answers, obey } = setup();
  expect(await obey(command)).toEqual({ done: true, message: "so it is" });
  expect(called).toEqual(calls);
  answers({ success: false, message: "not now" });
  expect(await obey(command)).toEqual({ done: false, message: "not now" });
});

const set = (node: string, name: string, value: object): Called => [
  "rcl_interfaces/srv/SetParameters",
  `/${node}/set_parameters`,
  { parameters: [{ name, value }] },
];

test.each<[PageCommand, string, Called]>([
  [
    { do: "speed", factor: 0.25 },
    "speed is 0.25",
    set("their_world", "speed", { type: 3, double_value: 0.25 }),
  ],
  [
    { do: "population", robots: 9 },
    "from the next epoch on there are 9 robots",
    set("their_world", "population", { type: 2, integer_value: 9n }),
  ],
  [
    { do: "sampleSize", size: 5 },
    "sample_size is 5",
    set("global_agent", "sample_size", { type: 2, integer_value: 5n }),
  ],
  [
    { do: "observation", mode: "filter" },
    "observation is filter",
    set("global_agent", "observation", { type: 4, string_value: "filter" }),
  ],
])("%j sets a parameter, and says why it is refused", async (command, message, call) => {
  const { called, answers, obey } = setup();
  answers({ results: [{ successful: true, reason: "" }] });
  expect(await obey(command)).toEqual({ done: true, message });
  expect(called).toEqual([call]);
  answers({ results: [{ successful: false, reason: "101 are too many" }] });
  expect(await obey(command)).toEqual({ done: false, message: "101 are too many" });
});

test("a reset sets the seed of the world, then asks for it", async () => {
  const { called, answers, obey } = setup();
  answers({ results: [{ successful: true, reason: "" }], success: true, message: "at the end" });
  expect(await obey({ do: "reset", seed: 7 })).toEqual({ done: true, message: "at the end" });
  expect(called).toEqual([
    set("their_world", "seed", { type: 2, integer_value: 7n }),
    ["std_srvs/srv/Trigger", "/simulator/reset", {}],
  ]);
});

test("a stop is repeated until a command confirms it, and says so where none does", async () => {
  const { sent, story, obey } = setup([]);
  const alone = obey({ do: "stop" });
  await jest.advanceTimersByTimeAsync(10_000);
  expect(await alone).toEqual({
    done: false,
    message: expect.stringMatching(
      /no command of the global agent confirms it; check whether it runs/,
    ) as string,
  });
  expect(sent).toHaveLength(20);
  const heard = obey({ do: "stop" });
  await jest.advanceTimersByTimeAsync(250);
  story.command = { emergency_stop: true };
  await jest.advanceTimersByTimeAsync(10_000);
  expect((await heard).done).toBe(true);
  expect(sent).toHaveLength(23);
});

test("a fault is told until the world says so, and one that is not taken is said", async () => {
  const { sent, faults, obey } = setup();
  const broken = obey({ do: "fault", robot: 1, fault: "mute" });
  await jest.advanceTimersByTimeAsync(50);
  faults.push({ robot: "robot_1", fault: "mute" });
  await jest.advanceTimersByTimeAsync(100);
  expect(await broken).toEqual({ done: true, message: "robot_1: mute" });
  expect(sent).toEqual([{ robot: "robot_1", fault: "mute" }]);
  const mended = obey({ do: "fault", robot: 1, fault: "none" });
  await jest.advanceTimersByTimeAsync(10_000);
  expect(await mended).toMatchObject({ done: false });
  faults.pop();
  const well = obey({ do: "fault", robot: 1, fault: "none" });
  await jest.advanceTimersByTimeAsync(200);
  expect(await well).toEqual({ done: true, message: "robot_1 is well" });
  expect(await obey({ do: "fault", robot: 2, fault: "mute" })).toMatchObject({ done: false });
});

test("what the world lacks is refused without a word to it", async () => {
  const { called, sent, obey } = setup(["reset"]);
  expect(await obey({ do: "resume" })).toEqual({
    done: false,
    message: "this world (theirs) has no pause",
  });
  expect(await obey({ do: "fault", robot: 1, fault: "mute" })).toMatchObject({ done: false });
  expect([called, sent]).toEqual([[], []]);
});
