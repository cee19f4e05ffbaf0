import { WorldControls } from "../../sim/world_controls";
import type { PageCommand } from "../../sim/protocol";
import { Run } from "../../sim/run";
import { Steering } from "../../sim/steering";
import { randomGame } from "../games";
import { playedNode } from "../support/played_node";

const game = randomGame({ sG: 2, aG: 3, sL: 4, aL: 2 }, 1);

/** The node refuses values above. */
const MOST = 100;

/** Steering between a node that is no node and a swarm that keeps what it is told. */
function setup(fidelity: "motion" | "abstract") {
  const hear = new Map<string, (message: object) => Promise<string | undefined>>();
  const told: string[] = [];
  let onStop = (): void => undefined;
  const node = {
    parameters: { speed: 1, population: 2 },
    service: () => undefined,
    publisher: () => publishStop,
    subscribe: (
      topic: { name: string },
      callback: (message: object) => Promise<string | undefined>,
    ) => void hear.set(topic.name, callback),
    set: (name: string, value: number): string | undefined => {
      if (value > MOST) return `${value} are too many`;
      Object.assign(node.parameters, { [name]: value });
      return undefined;
    },
  };
  const publishStop = (): void => {
    told.push("stop");
    onStop();
  };
  const run = new Run({
    game,
    robots: ["robot_0", "robot_1"],
    seed: 1,
    epochNs: 6_000_000_000n,
    durationNs: 0n,
    fidelity,
    onEpoch: () => undefined,
    onReset: () => undefined,
  });
  const controls = new WorldControls();
  const steering = new Steering({ node: playedNode(node), controls, run });
  return {
    controls,
    told,
    node,
    onStop: (does: () => void) => (onStop = does),
    fault: (robot: string, fault: string) => hear.get("/simulator/fault")!({ robot, fault }),
    obey: (command: PageCommand) => steering.obey(command),
  };
}

test("a stop is repeated until a command confirms it, and says so where none does", async () => {
  jest.useFakeTimers();
  try {
    const { controls, told, obey, onStop } = setup("motion");
    const alone = obey({ do: "stop" });
    await jest.advanceTimersByTimeAsync(10_000);
    expect(await alone).toEqual({
      done: false,
      message: expect.stringMatching(
        /no command of the global agent confirms it; check whether it runs/,
      ),
    });
    expect(told).toEqual(Array(20).fill("stop"));
    onStop(() => (controls.emergencyStop = told.length >= 23));
    const heard = obey({ do: "stop" });
    await jest.advanceTimersByTimeAsync(10_000);
    expect((await heard).done).toBe(true);
    expect(told).toHaveLength(23);
  } finally {
    jest.useRealTimers();
  }
});

test("only a world that stands goes on by a step", async () => {
  const { controls, obey } = setup("motion");
  expect(await obey({ do: "step" })).toMatchObject({ done: false });
  await obey({ do: "pause" });
  expect([controls.runs, (await obey({ do: "step" })).done, controls.runs]).toEqual([
    ...[false, true, true],
  ]);
});

test("robots break and are mended by the topic as by the page; in the abstract world neither", async () => {
  const { controls, fault, obey } = setup("motion");
  expect(await fault("robot_1", "mute")).toBeUndefined();
  expect([...controls.faults]).toEqual([[1, "mute"]]);
  expect(await obey({ do: "fault", robot: 1, fault: "none" })).toMatchObject({ done: true });
  expect(controls.faults.size).toBe(0);
  expect(await fault("robot_1", "frozen")).toBeUndefined();
  controls.forget(2);
  expect(controls.faults.size).toBe(1);
  controls.forget(1);
  expect(controls.faults.size).toBe(0);
  expect(await fault("robot_2", "mute")).toMatch(/not known; give a robot of the swarm/);
  expect(await obey({ do: "fault", robot: 2, fault: "mute" })).toMatchObject({ done: false });
  const abstract = setup("abstract");
  expect(await abstract.fault("robot_1", "mute")).toMatch(/motion world only/);
  expect(await abstract.obey({ do: "fault", robot: 1, fault: "nan" })).toMatchObject({
    done: false,
  });
  expect(abstract.controls.faults.size).toBe(0);
});

test("more or fewer robots are the parameter's, and what it refuses the page is told", async () => {
  const { node, obey } = setup("motion");
  expect(await obey({ do: "population", robots: 9 })).toEqual({
    done: true,
    message: "from the next epoch on there are 9 robots",
  });
  expect(node.parameters.population).toBe(9);
  const message = "101 are too many";
  expect(await obey({ do: "population", robots: 101 })).toEqual({ done: false, message });
  expect(node.parameters.population).toBe(9);
});
