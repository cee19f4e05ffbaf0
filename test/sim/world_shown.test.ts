/** What a world says of itself, as it is heard: through the codec. */
import { WorldControls } from "../../sim/world_controls";
import { WorldShown } from "../../sim/world_shown";
import { codecOf } from "../../src/ros/codec";
import { type MessageTypes, toTime } from "../../src/ros/messages";
import { type Topic, TOPICS } from "../../src/ros/topics";
import { randomGame } from "../games";
import { loopContext } from "./heard_node";

const game = randomGame({ sG: 2, aG: 3, sL: 2, aL: 2 }, 1);
const EPOCH_NS = 6_000_000_000n;
const BODIES = {
  poses: Float64Array.of(1, 2, 0.5, 3, 4, -0.5, 5, 6, 0),
  locked: Uint8Array.of(1, 0),
  localStates: () => Uint8Array.of(0, 1),
};

function setup() {
  const robots = ["robot_0", "robot_1"];
  const { context } = loopContext({ game, robots, epochNs: EPOCH_NS, fidelity: "abstract" });
  const heard = new Map<string, unknown[]>();
  let listeners = 0;
  const publisher = <Type extends keyof MessageTypes>({ name, type }: Topic<Type>) => {
    const { encode, decode } = codecOf(type);
    const publish = (message: MessageTypes[Type]): void =>
      void heard.set(name, [...(heard.get(name) ?? []), decode(encode(message))]);
    return Object.assign(publish, {
      connection: {
        get isAlone() {
          return listeners === 0;
        },
      },
    });
  };
  const node = { name: "simulator", publisher, safely: (work: () => void) => work() };
  const controls = new WorldControls();
  const { run, factor } = context;
  const given = { node, run, controls, factor } as unknown;
  const shown = new WorldShown(given as ConstructorParameters<typeof WorldShown>[0], () => ({
    world: "abstract",
    controls: ["pause"],
    speed: 0,
  }));
  shown.stop();
  /** What was heard on a topic since the last call. */
  const heardOn = ({ name }: Topic) => {
    const messages = heard.get(name) ?? [];
    heard.delete(name);
    return messages;
  };
  return { shown, run, controls, heardOn, listen: () => (listeners = 1) };
}

test("poses are told in the map's metres, and only while somebody listens", () => {
  const { shown, heardOn, listen } = setup();
  shown.poses(EPOCH_NS, BODIES);
  expect(heardOn(TOPICS.worldPoses)).toEqual([]);
  listen();
  shown.poses(EPOCH_NS, BODIES);
  expect(heardOn(TOPICS.worldPoses)).toEqual([
    {
      header: { stamp: { sec: 6, nanosec: 0 }, frame_id: "map" },
      poses: Float32Array.from(BODIES.poses),
      locked: BODIES.locked,
      states: Uint8Array.of(0, 1),
    },
  ]);
});

test("the truth is told with the first command of an epoch, the reward at its end", () => {
  const { shown, run, heardOn, listen } = setup();
  listen();
  run.ledger.open(EPOCH_NS, 1, Uint8Array.of(1, 1));
  shown.state();
  expect(heardOn(TOPICS.worldState)).toMatchObject([{ histogram: new Uint32Array(0) }]);
  const told = {
    type: "epoch",
    epoch: 4,
    meanReward: 2,
    epochsCounted: 3,
    missedEpochs: 1,
  } as const;
  run.hearCommand({
    header: { stamp: toTime(0n), frame_id: "map" },
    ...{ session: 1, epoch: 4, decision_time: toTime(EPOCH_NS), global_state: 0, action: 0 },
    ...{ sampled_agents: [], histogram: [0, 0], belief: [0.5, 0.5], belief_variance: 0 },
    ...{ missing: 0, sample_size: 0, observation: "sample", population: 2, policy_sha256: "" },
    ...{ emergency_stop: false, resets: 0 },
  });
  shown.epoch({ ...told, reward: null });
  expect(heardOn(TOPICS.worldState)).toMatchObject([
    { decision_time: toTime(EPOCH_NS), histogram: Uint32Array.of(0, 2), population: 2 },
  ]);
  shown.epoch({ ...told, reward: 2.5 });
  expect(heardOn(TOPICS.epochReport)).toMatchObject([
    {
      header: { stamp: toTime(EPOCH_NS), frame_id: "map" },
      ...{ epoch: 4, global_state: 1, histogram: Uint32Array.of(0, 2), reward: 2.5 },
      ...{ mean_reward: 2, epochs: 3, missed_epochs: 1 },
    },
  ]);
});

test("the state names what can be asked, who is broken, and since when is counted", () => {
  const { shown, run, controls, heardOn } = setup();
  controls.pause(true);
  controls.setFault(1, "mute");
  run.closeEpoch(EPOCH_NS);
  run.restart();
  shown.state();
  expect(heardOn(TOPICS.worldState)).toMatchObject([
    {
      ...{ world: "abstract", node: "simulator", controls: ["pause"], paused: true, speed: 0 },
      faults: [{ robot: "robot_1", fault: "mute" }],
      since: toTime(EPOCH_NS),
    },
  ]);
});
