/**
 * A ROS node without rclnodejs' traps: no throw in a callback reaches the native code (where it
 * would abort the process), messages are raw bytes through the codec, and the node sleeps until
 * something arrives.
 */
import { reasonOf } from "../base/errors";
import { RosClock, steadyMs } from "./clock";
import { codecOf } from "./codec";
import { Lifecycle, type LifecycleSteps } from "./lifecycle";
import type { MessageTypes } from "./messages";
import { requirePackage } from "./packages";
import { namespacedParameters, type Section, sectionsIn } from "./parameter_files";
import {
  declareParameters,
  type ParameterCheck,
  ParameterError,
  type ParameterSpecs,
  type ParameterValues,
  setParameter,
} from "./parameters";
import {
  type RclClient,
  type RclGuardCondition,
  type RclLifecycleNode,
  type RclLogger,
  type RclNode,
  type RclQoS,
  rcl,
} from "./rcl";
import { TOPICS, type Topic } from "./topics";

export interface Subscription {
  destroy(): void;
}

/** Sends a message; `destroy` takes the publisher out of the graph. */
export interface Publish<Message> extends Subscription {
  (message: Message): void;
}

export interface TriggerAnswer {
  readonly success: boolean;
  readonly message: string;
}

/** Refused messages of one topic are spoken of this often at most, ms. */
const REFUSAL_MS = 1000;

/**
 * managed: with a lifecycle (`manage`). hosted: one of many in a process, without services: of 22
 * endpoints that discovery makes known to everybody, 8 are left.
 */
export type NodeKind = "plain" | "managed" | "hosted";

const USE_SIM_TIME = "use_sim_time";

/** Another node's answer is waited for this long, ms. */
const CALL_MS = 3000;

/** A destroyed entity's memory stays for this long: the native side may still name it once. */
const RETIRED_MS = 2000;

function qosOf({ depth, reliability, durability }: Topic): RclQoS {
  const { QoS } = rcl();
  return new QoS(
    QoS.HistoryPolicy.RMW_QOS_POLICY_HISTORY_KEEP_LAST,
    depth,
    QoS.ReliabilityPolicy[`RMW_QOS_POLICY_RELIABILITY_${upperCase(reliability)}`],
    QoS.DurabilityPolicy[`RMW_QOS_POLICY_DURABILITY_${upperCase(durability)}`],
  );
}

const upperCase = <T extends string>(text: T) => text.toUpperCase() as Uppercase<T>;

let sections: readonly Section[] | undefined;

/** A host of many robots reads its parameter files once. */
const sectionsOnce = (): readonly Section[] => (sections ??= sectionsIn(process.argv));

export class RosNode<S extends ParameterSpecs = ParameterSpecs> {
  /** Current values: those that are not read-only change when they are set. */
  readonly parameters: ParameterValues<S>;
  /** Asked before parameters are set at run time: why it refuses the values they would have. */
  checkChange: ParameterCheck<S> = () => undefined;
  readonly log: RclLogger;
  /** Errors that callbacks threw; each was logged and the node went on. */
  callbackErrors = 0;
  /** Of all messages that its subscriptions were given. */
  bytesHeard = 0;
  private readonly clients = new Map<string, RclClient>();
  private readonly refusalMs = new Map<string, number>();
  /** Its publishers and subscriptions. */
  private readonly endpoints = new Set<Subscription>();
  private readonly node: RclNode;
  private readonly guard: RclGuardCondition;

  /** @throws ParameterError when a parameter breaks its declaration */
  constructor(
    name: string,
    namespace: string | undefined,
    private readonly specs: S,
    kind: NodeKind = "plain",
  ) {
    const NodeClass = kind === "managed" ? rcl().lifecycle.LifecycleNode : rcl().Node;
    const hasServices = kind !== "hosted";
    this.node = new NodeClass(name, namespace, undefined, {
      startParameterServices: hasServices,
      startTypeDescriptionService: hasServices,
    });
    this.log = this.node.getLogger();
    this.contain();
    this.guard = this.node.createGuardCondition(() => undefined);
    this.wakeBeforeSync();
    const given = namespacedParameters(sectionsOnce(), process.argv, this.qualifiedName);
    this.takeSimTime(given.get(USE_SIM_TIME));
    this.dropOwnClock();
    this.parameters = declareParameters(this.node, specs, given, (next) => this.checkChange(next));
  }

  /** The name with its namespace. */
  get qualifiedName(): string {
    return `${this.node.namespace()}/${this.node.name()}`.replace(/^\/+/, "/");
  }

  private takeSimTime(value: unknown): void {
    if (value === undefined) return;
    if (typeof value !== "boolean") {
      throw new ParameterError(
        `parameter ${USE_SIM_TIME} is ${String(value)}; it must be true or false`,
      );
    }
    const { Parameter, ParameterType } = rcl();
    this.node.setParameter(new Parameter(USE_SIM_TIME, ParameterType.PARAMETER_BOOL, value));
  }

  /** rclnodejs hears /clock reliably and once a node; `clockOf` hears it once a process. */
  private dropOwnClock(): void {
    const source = this.node._timeSource;
    if (source._clockSubscription === undefined) return;
    this.node.destroySubscription(source._clockSubscription);
    source._clockSubscription = undefined;
  }

  get name(): string {
    return this.node.name();
  }

  /** The namespace without its leading slash: the robot's name. */
  get robot(): string {
    return this.node.namespace().replace(/^\//, "");
  }

  get usesSimTime(): boolean {
    return this.node.getParameter(USE_SIM_TIME).value === true;
  }

  /** Whatever a callback throws is logged and counted here, and ends only that callback. */
  private contain(): void {
    const execute = this.node.execute.bind(this.node);
    this.node.execute = (handles) => this.safely(() => execute(handles));
  }

  /**
   * rclnodejs changes a wait set only between two waits: with an endless wait it would block until
   * a message comes. So the node is woken first.
   */
  private wakeBeforeSync(): void {
    const sync = this.node.syncHandles.bind(this.node);
    // A property of the native class: shadowed, since it cannot be assigned.
    Object.defineProperty(this.node, "syncHandles", {
      value: () => {
        if (this.node.spinning) this.guard.trigger();
        sync();
      },
    });
  }

  safely(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.callbackErrors++;
      this.log.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
  }

  private refuse(topic: Topic, why: string): void {
    const now = steadyMs();
    if (now - (this.refusalMs.get(topic.name) ?? -Infinity) < REFUSAL_MS) return;
    this.refusalMs.set(topic.name, now);
    this.log.warn(`a message on ${topic.name} was refused: ${why}`);
  }

  /** @throws InvalidInputError where the package of the type is not installed */
  publisher<Type extends keyof MessageTypes>(topic: Topic<Type>): Publish<MessageTypes[Type]> {
    const codec = codecOf(topic.type);
    requirePackage(topic);
    const publisher = this.node.createPublisher(topic.type, topic.name, { qos: qosOf(topic) });
    const publish = (message: MessageTypes[Type]): void => publisher.publish(codec.encode(message));
    return this.endpoint(
      Object.assign(publish, {
        destroy: () => this.node.destroyPublisher(publisher),
      }),
    );
  }

  /** Its topics are gone; the node stays, and may publish and subscribe anew. */
  silence(): void {
    this.endpoints.forEach((endpoint) => endpoint.destroy());
  }

  private endpoint<E extends Subscription>(endpoint: E): E {
    const { destroy } = endpoint;
    this.endpoints.add(endpoint);
    return Object.assign(endpoint, {
      destroy: () => {
        if (this.endpoints.delete(endpoint)) destroy();
      },
    });
  }

  /**
   * Messages as the bytes that came.
   * @throws InvalidInputError where the package of the type is not installed
   */
  subscribeRaw(topic: Topic, hear: (bytes: Uint8Array) => void): Subscription {
    requirePackage(topic);
    const subscription = this.node.createSubscription(
      topic.type,
      topic.name,
      { qos: qosOf(topic), isRaw: true },
      (bytes) => {
        this.bytesHeard += bytes.length;
        this.safely(() => hear(bytes));
      },
    );
    return this.endpoint({
      destroy: () => {
        this.node.destroySubscription(subscription);
        setTimeout(() => subscription.isDestroyed(), RETIRED_MS).unref();
      },
    });
  }

  /** @param hear takes a message, or says why it refuses it and what to do */
  subscribe<Type extends keyof MessageTypes>(
    topic: Topic<Type>,
    hear: (message: MessageTypes[Type]) => string | undefined | void,
  ): Subscription {
    const codec = codecOf(topic.type);
    return this.subscribeRaw(topic, (bytes) => {
      let message: MessageTypes[Type];
      try {
        message = codec.decode(bytes);
      } catch (error) {
        const reason = reasonOf(error);
        this.refuse(
          topic,
          `it is no ${topic.type} (${reason}); look at who publishes there (ros2 topic info -v)`,
        );
        return;
      }
      const refusal = hear(message);
      if (refusal) this.refuse(topic, refusal);
    });
  }

  /** A std_srvs/Trigger service. A throw in `answer` is answered as a failure. */
  triggerService(name: string, answer: () => TriggerAnswer): void {
    this.serve("std_srvs/srv/Trigger", name, answer);
  }

  /** A std_srvs/SetBool service; else as `triggerService`. */
  boolService(name: string, answer: (value: boolean) => TriggerAnswer): void {
    this.serve("std_srvs/srv/SetBool", name, (request) =>
      answer((request as { readonly data: boolean }).data),
    );
  }

  private serve(type: string, name: string, answer: (request: unknown) => TriggerAnswer): void {
    this.node.createService(type, name, {}, (request, response) =>
      this.safely(() => {
        const reply = { success: false, message: "it failed; the node's log says why" };
        this.safely(() => Object.assign(reply, answer(request)));
        response.send(Object.assign(response.template, reply));
      }),
    );
  }

  /**
   * Calls another node's service.
   * @returns the response as rclnodejs gives it, to be parsed
   * @throws Error when nobody offers it, or answers within CALL_MS
   */
  async call(type: string, name: string, request: object): Promise<unknown> {
    const client = this.clients.get(name) ?? this.node.createClient(type, name);
    this.clients.set(name, client);
    if (!client.isServiceServerAvailable()) {
      throw new Error(`nobody offers ${name}; start the node that does`);
    }
    try {
      return await client.sendRequestAsync(request, { timeout: CALL_MS });
    } catch (error) {
      throw new Error(
        `${name} did not answer (${reasonOf(error)}); look at the node that offers it`,
        {
          cause: error,
        },
      );
    }
  }

  /** Sets one of its own parameters, as `ros2 param set` does. Why it is refused; else undefined. */
  set(name: string & keyof S, value: number | string | boolean): string | undefined {
    return setParameter(this.node, name, this.specs[name], value);
  }

  /** Lets others drive the lifecycle of a managed node. */
  manage(steps: LifecycleSteps): Lifecycle {
    return new Lifecycle(this.node as RclLifecycleNode, steps, this.log);
  }

  countPublishers(topic: string): number {
    return this.node.countPublishers(topic);
  }

  /** The topics of the graph, those too that somebody only listens to. */
  topics(): { readonly name: string; readonly types: readonly string[] }[] {
    return this.node.getTopicNamesAndTypes();
  }

  start(): void {
    this.node.spin(-1);
  }

  stop(): void {
    this.guard.trigger();
    this.node.stop();
  }
}

/**
 * The clock of all nodes of a process: one /clock subscription for them, best effort, where
 * `node` has use_sim_time set.
 */
export function clockOf(node: RosNode): RosClock {
  const clock = new RosClock(node.usesSimTime);
  if (clock.isSimulated) {
    node.subscribe(TOPICS.clockHeard, (message) => clock.hear(message.clock));
  }
  return clock;
}
