/**
 * The part of rclnodejs that is used, typed here: its own types depend on code generated on each
 * machine. Loaded on first use, so that everything compiles and loads where ROS 2 is not installed.
 */

import { Module } from "node:module";
import { dirname, join } from "node:path";
import type { Section } from "./parameter_files";

export type Reliability = "reliable" | "best_effort";
export type Durability = "volatile" | "transient_local";

/** rmw's numbers. */
export const RMW: Readonly<Record<Reliability | Durability | "keep_last", number>> = {
  keep_last: 1,
  reliable: 1,
  best_effort: 2,
  transient_local: 1,
  volatile: 2,
};

export interface RclPublisher {
  /** Its name in the graph. */
  readonly topic: string;
  /** Subscriptions that it is matched with: they get its messages. */
  readonly subscriptionCount: number;
  publish(message: Buffer): void;
}

export interface RclSubscription {
  /** Its name in the graph. */
  readonly topic: string;
  /**
   * What the native part is told: a longer raw message is not copied; and what it tells: who
   * published the raw message taken last (patches/rclnodejs.patch).
   */
  readonly handle: { mostBytes: number; publisher: string };
  /** Publishers that it is matched with: their messages reach it. */
  readonly publisherCount: number;
  isDestroyed(): boolean;
}

export interface RclParameter {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

export interface RclLogger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
  getChild(name: string): RclLogger;
}

export interface RclResponse {
  readonly template: object;
  send(answer: object): void;
}

export interface RclClient {
  isServiceServerAvailable(): boolean;
  sendRequestAsync(request: object, options: { timeout: number }): Promise<unknown>;
}

/** What nodes share, a participant for the middleware: its end is theirs. */
export interface RclContext {
  readonly handle: object;
  shutdown(): void;
}

/** A node as the graph shows it: `/robot_3/local_agent`. */
export const fullName = (namespace: string, name: string): string =>
  `${namespace}/${name}`.replace(/^\/+/, "/");

export interface RclNode {
  createClient(type: string, name: string): RclClient;
  createPublisher(type: string, topic: string, options: { qos: object }): RclPublisher;
  createSubscription(
    type: string,
    topic: string,
    options: { qos: object; isRaw: true },
    /** Takes the length of a message in its place where that has more than `handle.mostBytes`. */
    callback: (message: Uint8Array | number) => void,
  ): RclSubscription;
  destroyPublisher(publisher: RclPublisher): void;
  destroySubscription(subscription: RclSubscription): void;
  createService(
    type: string,
    name: string,
    options: object,
    callback: (request: unknown, response: RclResponse) => void | Promise<void>,
  ): unknown;
  createGuardCondition(callback: () => void): { trigger(): void };
  getTopicNamesAndTypes(): { name: string; types: string[] }[];
  /** @param topic its name in the graph */
  countPublishers(topic: string): number;
  getPublishersInfoByTopic(topic: string): { node_name: string; node_namespace: string }[];
  declareParameters(
    parameters: readonly RclParameter[],
    descriptors: readonly object[],
    ignoreOverrides: boolean,
  ): unknown;
  getParameter(name: string): RclParameter;
  hasParameter(name: string): boolean;
  /** Its `_readOnly` is internal: there is no way to say it of a parameter that rclnodejs declares. */
  getParameterDescriptor(name: string): { _readOnly: boolean };
  /** What every way to set parameters leads to; parameters.ts puts a check before it. */
  setParametersAtomically(parameters: readonly Pick<RclParameter, "name" | "value">[]): {
    readonly successful: boolean;
    readonly reason: string;
  };
  readonly context: RclContext;
  getLogger(): RclLogger;
  name(): string;
  namespace(): string;
  execute(handles: unknown): void;
  syncHandles(): void;
  spin(timeoutMs: number): void;
  stop(): void;
  readonly spinning: boolean;
  /** Internal: what the node's thread waits for. */
  _subscriptions: RclSubscription[];
  /** Internal: of /parameter_events. */
  readonly _parameterEventPublisher: RclPublisher;
  /** Internal: holds the node's own reliable /clock subscription, which is taken away. */
  readonly _timeSource: { _clockSubscription: RclSubscription | undefined };
}

export interface RclState {
  readonly id: number;
  readonly label: string;
}

/** With its states, as lifecycle_msgs/TransitionDescription has them. */
export interface RclTransition {
  readonly transition: RclState;
}

export interface RclLifecycleNode extends RclNode {
  readonly currentState: RclState;
  /** Internal: what the native part takes for its states. */
  readonly _stateMachineHandle: object;
  registerOnConfigure(callback: () => number): void;
  registerOnActivate(callback: () => number): void;
  registerOnDeactivate(callback: () => number): void;
  registerOnCleanup(callback: () => number): void;
  /** @param callback is given the state from which the node is shut down */
  registerOnShutdown(callback: (previous: RclState) => number): void;
  configure(): void;
  activate(): void;
  /** Internal: the answer to change_state; an invalid request throws. */
  _onChangeState: (request: { readonly transition: RclState }, response: RclResponse) => void;
  /** Internal: the answer to get_available_transitions, without its states. */
  _onGetAvailableTransitions: RclLifecycleNode["_onChangeState"];
}

export type NodeConstructor<N extends RclNode> = new (
  name: string,
  namespace: string | undefined,
  context?: RclContext,
  options?: {
    startParameterServices: boolean;
    startTypeDescriptionService: boolean;
    enableRosout: boolean;
  },
) => N;

interface RclModule {
  init(context?: RclContext, argv?: readonly string[]): Promise<void>;
  Context: new () => RclContext;
  shutdown(): void;
  removeSignalHandlers(): void;
  Node: NodeConstructor<RclNode>;
  lifecycle: {
    LifecycleNode: NodeConstructor<RclLifecycleNode>;
    CallbackReturnCode: { SUCCESS: number; FAILURE: number };
  };
  Parameter: new (name: string, type: number, value: unknown) => RclParameter;
  ParameterType: Record<string, number>;
  ParameterDescriptor: new (
    name: string,
    type: number,
    description: string,
    readOnly: boolean,
  ) => { toMessage(): object };
  QoS: new (history: number, depth: number, reliability: number, durability: number) => object;
}

let loaded: RclModule | undefined;

/** rclnodejs, loaded once. */
export function rcl(): RclModule {
  if (loaded === undefined) {
    // It loads rxjs, 220 files, for observables, which nothing here uses: an empty module in its place
    // saves each process a seventh of its start.
    const rxjs = require.resolve("rxjs", { paths: [require.resolve("rclnodejs")] });
    require.cache[rxjs] ??= Object.assign(new Module(rxjs), { loaded: true });
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    loaded = require("rclnodejs") as RclModule;
  }
  return loaded;
}

/** What rclnodejs' native part alone gives. */
interface Native {
  /** All parameters that rcl read from files and arguments. */
  getParameterOverrides(context: object): readonly Section[] | undefined;
  /** Of every state, and of the present one. */
  getLifecycleTransitions(machine: object): readonly RclTransition[];
  getAvailableLifecycleTransitions(machine: object): readonly RclTransition[];
}

export function native(): Native {
  const folder = dirname(require.resolve("rclnodejs/package.json"));
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  return require(join(folder, "build", "Release", "rclnodejs.node")) as Native;
}
