/** What ROS asks of the simulator, on a node that is no node. */
import { Run } from "../../sim/run";
import { steer, WorldControls } from "../../sim/world_controls";
import { randomGame } from "../games";
import { playedNode } from "../support/played_node";

const game = randomGame({ sG: 2, aG: 3, sL: 4, aL: 2 }, 1);

type Answer = { success: boolean; message: string };

function setup(fidelity: "motion" | "abstract") {
  const services = new Map<string, (value?: boolean) => Answer>();
  let hear: (fault: object) => string | undefined = () => undefined;
  const node = playedNode({
    service: (_kind: string, name: string, answer: () => Answer) => services.set(name, answer),
    subscribe: (_topic: object, callback: typeof hear) => (hear = callback),
  });
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
  steer(node as Parameters<typeof steer>[0], controls, run);
  return {
    controls,
    ask: (name: string, value?: boolean) => services.get(`/simulator/${name}`)!(value),
    fault: (robot: string, fault: string) => hear({ robot, fault }),
  };
}

test("only a world that stands goes on by a step", () => {
  const { controls, ask } = setup("motion");
  expect(ask("step")).toMatchObject({ success: false });
  expect(ask("pause", true)).toEqual({ success: true, message: "time stands" });
  expect(controls.runs).toBe(false);
  expect(ask("step")).toMatchObject({ success: true });
  expect(controls.runs).toBe(true);
  expect(ask("pause", false)).toEqual({ success: true, message: "time goes on" });
});

test("a reset is done at the end of the epoch", () => {
  const { controls, ask } = setup("abstract");
  expect(ask("reset")).toMatchObject({ success: true });
  expect(controls.isResetting).toBe(true);
});

test("robots break and are mended; in the abstract world neither", () => {
  const { controls, fault } = setup("motion");
  expect(fault("robot_1", "mute")).toBeUndefined();
  expect([...controls.faults]).toEqual([[1, "mute"]]);
  expect(fault("robot_1", "none")).toBeUndefined();
  expect(controls.faults.size).toBe(0);
  expect(fault("robot_1", "frozen")).toBeUndefined();
  controls.forget(2);
  expect(controls.faults.size).toBe(1);
  controls.forget(1);
  expect(controls.faults.size).toBe(0);
  expect(fault("robot_2", "mute")).toMatch(/not known; give a robot of the swarm/);
  expect(fault("robot_1", "sulks")).toMatch(/one of none, stall/);
  const abstract = setup("abstract");
  expect(abstract.fault("robot_1", "mute")).toMatch(/motion world only/);
  expect(abstract.controls.faults.size).toBe(0);
});
