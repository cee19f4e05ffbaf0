/**
 * The part of rclnodejs that is used, typed here: its own types depend on code generated on each
 * machine. Loaded on first use, so that everything compiles and loads where ROS 2 is not installed.
 */

/** An instance of rclnodejs' QoS class; made by its constructor alone. */
export type RclQoS = object;

export interface RclPublisher {
  publish(message: Buffer): void;
}

export interface RclSubscription {
  isDestroyed(): boolean;
}

export interface RclGuardCondition {
  trigger(): void;
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
}

export interface RclNode {
  createPublisher(type: string, topic: string, options: { qos: RclQoS }): RclPublisher;
  createSubscription(
    type: string,
    topic: string,
    options: { qos: RclQoS; isRaw: true },
    callback: (message: Buffer) => void,
  ): RclSubscription;
  destroySubscription(subscription: RclSubscription): void;
  createService(
    type: string,
    name: string,
    options: object,
    callback: (
      request: unknown,
      response: { template: Record<string, unknown>; send(r: unknown): void },
    ) => void,
  ): unknown;
  createGuardCondition(callback: () => void): RclGuardCondition;
  getTopicNamesAndTypes(): { name: string; types: string[] }[];
  countPublishers(topic: string): number;
  declareParameter(
    parameter: RclParameter,
    descriptor: object,
    ignoreOverride: boolean,
  ): RclParameter;
  getParameter(name: string): RclParameter;
  getParameterOverrides(): RclParameter[];
  getLogger(): RclLogger;
  name(): string;
  namespace(): string;
  execute(handles: unknown): void;
  syncHandles(): void;
  spin(timeoutMs: number): void;
  stop(): void;
  readonly spinning: boolean;
  /** Internal: holds the node's own reliable /clock subscription, which is taken away. */
  readonly _timeSource: { _clockSubscription: RclSubscription | undefined };
}

interface RclModule {
  init(): Promise<void>;
  shutdown(): void;
  removeSignalHandlers(): void;
  Node: new (name: string, namespace: string | undefined) => RclNode;
  Parameter: new (name: string, type: number, value: unknown) => RclParameter;
  ParameterType: Record<string, number>;
  ParameterDescriptor: new (
    name: string,
    type: number,
    description: string,
    readOnly: boolean,
  ) => object;
  QoS: {
    new (history: number, depth: number, reliability: number, durability: number): RclQoS;
    HistoryPolicy: { RMW_QOS_POLICY_HISTORY_KEEP_LAST: number };
    ReliabilityPolicy: {
      RMW_QOS_POLICY_RELIABILITY_RELIABLE: number;
      RMW_QOS_POLICY_RELIABILITY_BEST_EFFORT: number;
    };
    DurabilityPolicy: {
      RMW_QOS_POLICY_DURABILITY_VOLATILE: number;
      RMW_QOS_POLICY_DURABILITY_TRANSIENT_LOCAL: number;
    };
  };
}

let loaded: RclModule | undefined;

/** rclnodejs, loaded once. */
export function rcl(): RclModule {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  loaded ??= require("rclnodejs") as RclModule;
  return loaded;
}
