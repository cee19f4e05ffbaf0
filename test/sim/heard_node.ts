import type { LoopContext } from "../../sim/world_topics";
import { RealTimeFactor } from "../../sim/pace";
import { SIMULATOR_PARAMETERS } from "../../src/ros/generated/parameters";
import type { EpochTold } from "../../sim/protocol";
import { Run, type RunOptions } from "../../sim/run";
import { WorldControls } from "../../sim/world_controls";
import { playedNode } from "../support/played_node";

/** A node without ROS: what its subscriptions hear is said to it, what it publishes is kept. */
export function heardNode() {
  const hear = new Map<string, (message: unknown) => void>();
  /** Of its log. */
  const lines: string[] = [];
  const told: { topic: string; message: object }[] = [];
  const node = {
    publisher: ({ name }: { name: string }) =>
      Object.assign((message: object): void => void told.push({ topic: name, message }), {
        destroy: () => undefined,
      }),
    subscribe: (topic: { name: string }, callback: (message: unknown) => void) => {
      hear.set(topic.name, callback);
      return { destroy: () => void hear.delete(topic.name) };
    },
    countPublishers: () => 1,
    log: { warn: (line: string) => void lines.push(line) },
    safely: (work: () => void) => work(),
  };
  /** What was told on a topic since the last call, of all topics. */
  const toldOn = (topic: string): object[] =>
    told.splice(0).flatMap((sent) => (sent.topic === topic ? [sent.message] : []));
  return { node, hear, toldOn, lines };
}

type Parameters = {
  -readonly [K in keyof LoopContext["parameters"]]: LoopContext["parameters"][K];
};

export interface LoopOptions extends Pick<RunOptions, "game" | "robots" | "epochNs" | "fidelity"> {
  readonly durationNs?: bigint;
  readonly fleetPrefix?: string;
  /** Over the declared defaults. */
  readonly parameters?: Partial<Parameters>;
}

/** What a world's loop needs, on a node without ROS; resets place robots by the seed 5. */
export function loopContext({
  parameters: own,
  durationNs = 0n,
  fleetPrefix = "",
  ...options
}: LoopOptions) {
  const { node, hear, toldOn, lines } = heardNode();
  const calls = { resets: 0, over: 0, epochs: [] as EpochTold[] };
  const run = new Run({
    ...options,
    durationNs,
    seed: 1,
    onEpoch: (epoch) => void calls.epochs.push(epoch),
    onReset: () => void calls.resets++,
  });
  const defaults: Partial<Parameters> = {};
  for (const [name, spec] of Object.entries(SIMULATOR_PARAMETERS)) {
    Object.assign(defaults, { [name]: spec.default });
  }
  const population = options.robots.length;
  const context = {
    node: playedNode<typeof SIMULATOR_PARAMETERS>({ ...node, fleetPrefix }),
    run,
    parameters: { ...defaults, seed: 5, population, ...own } as Parameters,
    controls: new WorldControls(),
    factor: new RealTimeFactor(),
    shown: { poses: () => undefined },
    onOver: () => void calls.over++,
  };
  return { context, hear, toldOn, calls, lines };
}
