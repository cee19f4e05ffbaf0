/** A node's publishers, subscriptions and services: messages are raw bytes through the codec. */
import { InvalidInputError, reasonOf } from "../base/errors";
import { steadyMs } from "./clock";
import { codecOf, lengthProblem, mostBytesOf } from "./codec";
import { Connection, type Role } from "./connections";
import type { Fleet } from "./fleet";
import type { MessageTypes } from "./messages";
import { type RclClient, type RclNode, RMW, rcl } from "./rcl";
import { Seldom } from "./seldom";
import { SoleSource, watchSender } from "./sole_source";
import type { Topic } from "./topics";

export interface Subscription {
  readonly connection: Connection;
  destroy(): void;
}

export interface SoleSubscription extends Subscription {
  readonly source: SoleSource;
}

/** Sends a message; `destroy` takes the publisher out of the graph. */
export interface Publish<Message> extends Subscription {
  (message: Message): void;
  /** Its name in the graph. */
  readonly topic: string;
}

interface Endpoint extends Pick<Publish<never>, "topic" | "destroy"> {
  /** Of others that are connected. */
  readonly count: () => number;
}

/** Why a message is refused, and what to do; later, where it takes long to read. */
export type Refusal = string | undefined | void | Promise<string | undefined>;

export interface TriggerAnswer {
  readonly success: boolean;
  readonly message: string;
}

type Answer = TriggerAnswer | Promise<TriggerAnswer>;

/** Another node's answer is waited for this long, ms. */
const CALL_MS = 3000;

/** The type of messages that their source says once, and then is silent. */
const SAID_ONCE = "alternating_marl/msg/Policy";

/** Messages are refused at present where one was so long ago, ms. */
const PRESENT_MS = 2000;

function qosOf({ depth, reliability, durability }: Topic): object {
  const { QoS } = rcl();
  return new QoS(RMW.keep_last, depth, RMW[reliability], RMW[durability]);
}

/**
 * A destroyed subscription's object is kept for this long, ms: rclnodejs' waiting thread may still
 * hand it a message, and crashes where it was collected (RobotWebTools/rclnodejs#896).
 */
const RETIRED_MS = 2000;

/** @throws InvalidInputError for a topic whose type is not installed */
function made<T>({ name, type }: Topic, make: () => T): T {
  try {
    return make();
  } catch (error) {
    const owner = type.split("/")[0].replaceAll("_", "-");
    throw new InvalidInputError(
      `${name} is of type ${type}, which cannot be used (${reasonOf(error)}); install its package (sudo apt install ros-$ROS_DISTRO-${owner}), or leave out what needs that topic`,
    );
  }
}

export class Endpoints {
  /** Errors that callbacks threw; each was logged and the node went on. */
  callbackErrors = 0;
  /** Of all messages that the subscriptions were given. */
  bytesHeard = 0;
  /** The newest of each topic. */
  private readonly refusals = new Map<string, { why: string; ms: number; seldom: Seldom }>();
  private readonly live = new Set<Subscription>();
  /** Of topics that are heard, by their names in the graph: from one subscription to the next. */
  private readonly sources = new Map<string, SoleSource>();
  private readonly clients = new Map<string, RclClient>();

  /** @param fleet what the names of topics and services are in */
  constructor(
    protected readonly node: RclNode,
    readonly fleet: Fleet,
  ) {}

  publisher<Type extends keyof MessageTypes>(topic: Topic<Type>): Publish<MessageTypes[Type]> {
    const codec = codecOf(topic.type);
    const { node } = this;
    const name = this.fleet.resolve(topic.name);
    const publisher = made(topic, () =>
      node.createPublisher(topic.type, name, { qos: qosOf(topic) }),
    );
    // rclnodejs asks the middleware for it at each message.
    Object.defineProperty(publisher, "topic", { value: publisher.topic });
    const publish = (message: MessageTypes[Type]): void => publisher.publish(codec.encode(message));
    const destroy = (): void => node.destroyPublisher(publisher);
    const count = (): number => publisher.subscriptionCount;
    const endpoint = Object.assign(publish, { destroy, count, topic: publisher.topic });
    return this.keep(endpoint, topic, "sends");
  }

  /** Of a topic that this node alone publishes: where another one does too, it listens. */
  publisherSole<Type extends keyof MessageTypes>(topic: Topic<Type>) {
    const publish = this.publisher(topic);
    const { topic: name } = publish;
    const count = (): number => this.node.countPublishers(name);
    const effect = "whoever listens obeys both";
    const source = new SoleSource(this.node, name, topic.name, effect, count);
    const hear = (_bytes: Uint8Array, publisher: string): void => void source.hear(publisher);
    const listen = () => this.subscribeRaw(topic, hear, mostBytesOf(topic));
    watchSender(source, () => this.live.has(publish), listen);
    return Object.assign(publish, { source });
  }

  /**
   * Messages as the bytes that came.
   * @param hear is told besides who published
   * @param most bytes of a message; a longer one is refused
   */
  subscribeRaw(
    topic: Topic,
    hear: (bytes: Uint8Array, publisher: string) => void,
    most = Infinity,
  ) {
    const { by: node = this.node } = topic;
    const name = this.fleet.resolve(topic.name);
    const options = { qos: qosOf(topic), isRaw: true } as const;
    const subscribe = () => {
      const take = (taken: Uint8Array | number): void => {
        const length = typeof taken === "number" ? taken : taken.length;
        this.bytesHeard += length;
        const problem = length > most ? lengthProblem(topic, length) : undefined;
        if (problem) this.refuse(topic, problem);
        else if (typeof taken !== "number") this.safely(hear, taken, own.handle.publisher);
      };
      const own = made(topic, () => node.createSubscription(topic.type, name, options, take));
      // rclnodejs' own makes a line for its log of each message.
      Object.assign(own, { processResponse: take });
      Object.assign(own.handle, { mostBytes: most, publisher: "" });
      return own;
    };
    let subscription = subscribe();
    const destroy = (): void => {
      const retired = subscription;
      node.destroySubscription(retired);
      setTimeout(() => retired.isDestroyed(), RETIRED_MS).unref();
    };
    const renew = (): void => {
      destroy();
      subscription = subscribe();
    };
    const count = (): number => subscription.publisherCount;
    return this.keep({ destroy, renew, count, topic: subscription.topic }, topic, "takes");
  }

  /** @param hear takes a message and who published it, or says why it refuses it and what to do */
  subscribe<Type extends keyof MessageTypes>(
    topic: Topic<Type>,
    hear: (message: MessageTypes[Type], publisher: string) => Refusal,
  ) {
    const codec = codecOf(topic.type);
    const refuse = (why: string | undefined | void): void => this.refuse(topic, why);
    const take = (bytes: Uint8Array, publisher: string): void => {
      let message: MessageTypes[Type];
      try {
        message = codec.decode(bytes);
      } catch (error) {
        const why = `it is no ${topic.type} (${reasonOf(error)})`;
        refuse(`${why}; look at who publishes there (ros2 topic info -v)`);
        return;
      }
      const refusal = hear(message, publisher);
      if (refusal instanceof Promise) refusal.then(refuse, (error) => this.report(error));
      else refuse(refusal);
    };
    return this.subscribeRaw(topic, take, mostBytesOf(topic));
  }

  /**
   * Of a topic that has one source.
   * @param hear is given besides what says that the message's sender speaks, and whether two do: then
   *   it takes nothing. What it refuses without asking is no second source.
   */
  subscribeSole<Type extends keyof MessageTypes>(
    topic: Topic<Type>,
    hear: (message: MessageTypes[Type], areTwo: () => boolean) => Refusal,
  ): SoleSubscription {
    const heard = this.subscribe(topic, (message, sender) => {
      let areTwo: boolean | undefined;
      return hear(message, () => (areTwo ??= source.hear(sender)));
    });
    const { topic: name } = heard;
    const again = (): void => (this.live.has(heard) ? heard.renew() : undefined);
    const later = (): void => void setImmediate(() => this.safely(again));
    let last = 0;
    const count = (): number => (this.live.has(heard) ? (last = heard.count()) : last);
    const source: SoleSource =
      this.sources.get(name) ??
      new SoleSource(
        this.node,
        name,
        topic.name,
        "none counts",
        count,
        topic.type === SAID_ONCE ? later : undefined,
      );
    source.count = count;
    this.sources.set(name, source);
    return Object.assign(heard, { source });
  }

  /** Takes all of them out of the graph; the node stays, and may publish and subscribe anew. */
  silence(): void {
    this.live.forEach((endpoint) => endpoint.destroy());
  }

  private keep<E extends Endpoint>(endpoint: E, topic: Topic, role: Role): E & Subscription {
    const refusal = (): string | undefined => {
      const { why, ms } = this.refusals.get(topic.name) ?? { why: "", ms: -Infinity };
      return steadyMs() - ms < PRESENT_MS ? `refused: ${why}` : undefined;
    };
    const { destroy, count } = endpoint;
    const connection = new Connection(topic, role, endpoint.topic, count, refusal);
    const end = (): void => {
      if (this.live.delete(kept)) destroy();
    };
    const kept: E & Subscription = Object.assign(endpoint, { connection, destroy: end });
    this.live.add(kept);
    return kept;
  }

  private refuse(topic: Topic, why: string | undefined | void): void {
    if (!why) return;
    const { seldom } = this.refusals.get(topic.name) ?? { seldom: new Seldom() };
    const ms = steadyMs();
    this.refusals.set(topic.name, { why, ms, seldom });
    if (!seldom.isDue(why, ms)) return;
    this.node.getLogger().warn(`a message on ${topic.name} was refused: ${why}`);
  }

  /** Runs `work`; what it throws is reported. */
  safely<Given extends unknown[]>(work: (...given: Given) => void, ...given: Given): void {
    try {
      work(...given);
    } catch (error) {
      this.report(error);
    }
  }

  private report(error: unknown): void {
    this.callbackErrors++;
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.node.getLogger().error(text);
  }

  /**
   * A service of std_srvs. A throw in `answer` is answered as a failure.
   * @param answer is given the value that a SetBool asks for
   */
  service(kind: "Trigger" | "SetBool", name: string, answer: (value: boolean) => Answer): void {
    const [type, full] = [`std_srvs/srv/${kind}`, this.fleet.resolve(name)];
    this.node.createService(type, full, {}, async (request, response) => {
      let reply: TriggerAnswer = { success: false, message: "it failed; the node's log says why" };
      try {
        reply = await answer((request as { readonly data: boolean }).data);
      } catch (error) {
        this.report(error);
      }
      this.safely(() => response.send(Object.assign(response.template, reply)));
    });
  }

  /**
   * Calls another node's service.
   * @returns the response as rclnodejs gives it, to be parsed
   * @throws Error when nobody offers it, or answers within CALL_MS
   */
  async call(type: string, name: string, request: object): Promise<unknown> {
    const client = this.clients.get(name) ?? this.node.createClient(type, this.fleet.resolve(name));
    this.clients.set(name, client);
    if (!client.isServiceServerAvailable()) {
      throw new Error(`nobody offers ${name}; start the node that does`);
    }
    try {
      return await client.sendRequestAsync(request, { timeout: CALL_MS });
    } catch (cause) {
      const why = `${name} did not answer (${reasonOf(cause)})`;
      throw new Error(`${why}; look at the node that offers it`, { cause });
    }
  }
}
