/** A global agent on a node that is no node, and robots that answer what a test has them answer. */
import type { GlobalCommand } from "../../src/ros/messages";
import { toTime } from "../../src/ros/messages";
import { RosClock } from "../../src/ros/clock";
import { Commander } from "../../src/nodes/commander";
import { Epochs } from "../../src/nodes/epochs";
import { globalChecks } from "../../src/nodes/global_health";
import { SoleSource } from "../../src/ros/sole_source";
import { RESET_SERVICE, TOPICS } from "../../src/ros/topics";
import { MeanFieldFilter } from "../../src/policy/filter";
import type { Game } from "../../src/game/model";
import { encodePolicy } from "../../src/policy/policy_file";
import { createHash } from "node:crypto";
import { randomGame } from "../games";
import { madeMetadata, madePair } from "../policy/policies";
import { playedNode, playedSoles } from "../support/played_node";

export const K = 4;
export const ROBOTS = [...Array(12).keys()].map((i) => `robot_${i}`);
export const SEED = 5;
export const TIMEOUT_MS = 1000;
/** A policy's message. */
function policyOf(game: Game, tableSize: number) {
  const made = madePair(game, tableSize);
  const data = encodePolicy(made, madeMetadata(game, tableSize), game);
  const policy_sha256 = createHash("sha256").update(data).digest("hex");
  return { scenario: game.name, policy_sha256, data };
}
const GAME = randomGame({ sG: 2, aG: 2, sL: 3, aL: 2 }, 1);

const stamp = (seconds: number) => toTime(BigInt(Math.round(seconds * 1e9)));

/** What a robot says at a time, s. */
const stateOf = (robot: string, seconds: number, state = 2) => ({
  header: { stamp: stamp(seconds), frame_id: "map" },
  agent_id: robot,
  state,
  acted: false,
  epoch: 0,
  decision_time: toTime(0n),
  stopped: false,
});

const noGraph = { getPublishersInfoByTopic: () => [], countPublishers: () => 2 };

type Hear = (message: unknown) => string | undefined;

export interface Played {
  readonly game?: Game;
  /** Parameters at the start. */
  readonly given?: object;
  /** Robots that answer nothing. */
  readonly silent?: ReadonlySet<string>;
  /** Robots in whose name another node answers too. */
  readonly forged?: ReadonlySet<string>;
  /** Who is in the graph. */
  readonly robots?: () => readonly string[];
  /** What robots say besides where they are. */
  readonly acted?: object;
  /** The state that each robot says; default: 2. */
  readonly saidState?: (robot: string) => number;
  readonly clock?: RosClock;
  readonly leadStopped?: boolean;
}

export function setup({
  game = GAME,
  given = {},
  silent = new Set<string>(),
  forged = new Set<string>(),
  robots = () => ROBOTS,
  acted = {},
  saidState,
  clock = new RosClock(true),
  leadStopped = false,
}: Played = {}) {
  const hear = new Map<string, Hear>();
  const commands: GlobalCommand[] = [];
  const warnings: string[] = [];
  let reset: (() => { success: boolean; message: string }) | undefined;
  let most = 0;
  const live = () =>
    [...hear.keys()].filter((name) => name.endsWith("/state") && !name.startsWith("/global"));
  const subscribe = (topic: { name: string }, callback: Hear) => {
    hear.set(topic.name, callback);
    most = Math.max(most, live().length);
    return { destroy: () => void hear.delete(topic.name) };
  };
  const { two, subscribeSole } = playedSoles<unknown>(subscribe);
  const sources = new Map<string, SoleSource>();
  const node = {
    subscribe,
    subscribeSole: (
      topic: { name: string },
      callback: (message: unknown, areTwo: () => boolean) => string | undefined,
    ) => {
      const { name } = topic;
      if (!/^\/[^/]+\/state$/.test(name) || name.startsWith("/global")) {
        return subscribeSole(topic, callback);
      }
      const source =
        sources.get(name) ?? new SoleSource(noGraph, name, name, "none counts", () => 2);
      sources.set(name, source);
      return subscribe(topic, (message) => {
        const { sender = "its agent" } = message as { sender?: string };
        return callback(message, () => source.hear(sender));
      });
    },
    parameters: {
      population: ROBOTS.length,
      sample_size: K,
      observation: "sample",
      sampling: "uniform",
      robot_kinds: [] as string[],
      epoch_length: 6,
      max_state_age: 1,
      sample_timeout: TIMEOUT_MS / 1000,
      quarantine: 10,
      start_timeout: 0,
      robot_names: [] as string[],
      policy_file: "",
      seed: SEED,
      ...given,
    },
    log: { info: () => undefined, warn: (line: string) => void warnings.push(line) },
    publisher:
      (topic: { name: string }) =>
      (message: GlobalCommand): void =>
        void (topic.name === "/global_agent/command" && commands.push(message)),
    subscribeRaw: () => ({ destroy: () => undefined }),
    service: (_kind: string, name: string, answer: typeof reset) => {
      if (name === RESET_SERVICE) reset = answer;
    },
    topics: () =>
      robots().map((robot) => ({ name: `/${robot}/state`, types: [TOPICS.agentState.type] })),
    countPublishers: (topic: string) => Number(robots().includes(topic.split("/")[1])),
    safely: (work: () => void) => work(),
  };
  const commander = new Commander(playedNode(node), game, clock);
  const agent = new Epochs(playedNode(node), game, clock, commander);
  commander.configure();
  commander.activate();
  agent.activate();
  let now = 0;
  let leadSaysAt: number | undefined;
  /** Time goes to `seconds`; the lead vehicle and all robots that are asked say where they are. */
  const tick = (seconds: number): void => {
    now = seconds;
    if (clock.isSimulated) clock.hear(stamp(seconds));
    else jest.advanceTimersByTime(seconds * 1000 - Date.now());
    jest.advanceTimersByTime(1);
    answer();
    // The agent looks who is there.
    jest.advanceTimersByTime(50);
    answer();
    jest.advanceTimersByTime(1);
  };
  const answer = (): void => {
    const { header } = stateOf("", leadSaysAt ?? now);
    hear.get("/global_agent/state")!({ header, state: 1, stopped: leadStopped });
    for (const name of live()) {
      const robot = name.slice(1, -"/state".length);
      if (silent.has(robot)) continue;
      hear.get(name)!({ ...stateOf(robot, now, saidState?.(robot)), ...acted });
      if (forged.has(robot)) hear.get(name)!({ ...stateOf(robot, now, 0), sender: "a forger" });
    }
  };
  expect(hear.get("/policy")!(policyOf(game, K))).toBeUndefined();
  const isActive = () => true;
  const heard = { bytesHeard: 0 };
  const [check] = globalChecks({ node: heard, commander, epochs: agent, clock, isActive });
  return {
    commands,
    warnings,
    epochs: agent,
    /** Names of topics that two sources publish. */
    two,
    /** What /diagnostics tells of the epochs. */
    health: () => check.look(),
    tick,
    answer,
    /** The filter's belief so many epochs after a first command's sample, nobody heard since. */
    predicted: ({ histogram, global_state, action }: GlobalCommand, epochs: number): number[] => {
      const filter = new MeanFieldFilter(game, madePair(game, K).localPolicy, robots().length);
      filter.observe(histogram);
      for (let i = 0; i < epochs; i++) filter.predict(global_state, action);
      return Array.from(filter.belief);
    },
    /** A robot that is asked says something of its own. */
    say: (robot: string, seconds: number, state?: number) =>
      hear.get(`/${robot}/state`)!(stateOf(robot, seconds, state)),
    set: (values: object) => void Object.assign(node.parameters, values),
    /** The simulator says how many robots there are. */
    tellPopulation: (population: number, shift = 0, nextShift = 0) =>
      hear.get(TOPICS.population.name)!({
        population,
        shift: stamp(shift),
        next_shift: stamp(nextShift),
      }),
    /** A policy of this table size is published; returns its hash, and why it is refused. */
    publishPolicy: (tableSize: number) => {
      const message = policyOf(game, tableSize);
      return { sha256: message.policy_sha256, refusal: hear.get("/policy")!(message) };
    },
    /** The command again. */
    repeat: () => commander.repeat(),
    reset: () => reset!(),
    forgetPolicy: () => void (commander.policy = undefined),
    /** The lead vehicle's state is stamped with this time from here on, s. */
    leadSays: (seconds: number) => void (leadSaysAt = seconds),
    wait: (ms: number) => jest.advanceTimersByTime(ms),
    /** Timers that are due within so many ms are a second late: the process was held up. */
    holdUp: (ms: number) => {
      const now = performance.now.bind(performance);
      const late = jest.spyOn(performance, "now").mockImplementation(() => now() + 1000);
      jest.advanceTimersByTime(ms);
      late.mockRestore();
    },
    mostSubscriptions: () => most,
  };
}

/** What a run without trouble counts. */
export const none = {
  missed_epochs: 0,
  missing_states: 0,
  silent_robots: 0,
  stale_states: 0,
  future_states: 0,
  unknown_states: 0,
  late_states: 0,
  clock_jumps: 0,
};
