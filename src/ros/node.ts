/**
 * A ROS node that contains what its callbacks throw, sends and hears messages as raw bytes
 * (endpoints.ts), and sleeps until something arrives.
 *
 * Two faults of rclnodejs 2.2.0 are worked around here. A throw in any callback aborts the process:
 * its `uncaughtException` is never raised (test/graph/callbacks.test.ts). And `spin` with an endless
 * wait takes up new publishers, subscriptions and services only after the next message
 * (test/graph/rclnodejs_traps.test.ts); with a wait of 10 ms, its default, 100 idle nodes take a
 * quarter of a processor.
 */
import { RosClock } from "./clock";
import { Endpoints } from "./endpoints";
import { Fleet, namespaceOf } from "./fleet";
import { initialiseRos } from "./initialise";
import { Lifecycle, type LifecycleSteps } from "./lifecycle";
import { givenParameters, type Section } from "./parameter_files";
import {
  checkParameter,
  declareParameters,
  type ParameterSpecs,
  type ParameterValues,
  valuesAtStart,
} from "./parameters";
import {
  fullName,
  native,
  type NodeConstructor,
  type RclContext,
  type RclLifecycleNode,
  type RclLogger,
  type RclNode,
  type RclPublisher,
  rcl,
} from "./rcl";
import { TOPICS } from "./topics";

export type { Publish, SoleSubscription, Subscription, TriggerAnswer } from "./endpoints";

/**
 * robot: in its robot's namespace. managed: with a lifecycle (`manage`). A node: the one that hosts
 * it, one of many in the process. A hosted node has no services and no /rosout of its own, and the
 * host's thread waits for its messages (docs/decisions/one_process_many_robots.md).
 */
export type NodeKind = "plain" | "robot" | "managed" | RosNode;

/** Of the process: read once for all its nodes. */
let sections: readonly Section[] | undefined;

const USE_SIM_TIME = "use_sim_time";

/**
 * Sets use_sim_time, which rclnodejs misses in sections of a namespace, and drops the node's own
 * /clock subscription. rclnodejs 2.2.0 subscribes reliably, so that a best-effort /clock is not heard
 * (test/graph/rclnodejs_traps.test.ts), and once a node; `clockOf` subscribes once a process.
 * @throws ParameterError when the value is not a boolean
 */
function prepareSimTime(node: RclNode, given: unknown): void {
  if (given !== undefined) {
    checkParameter(USE_SIM_TIME, { type: "boolean", default: false, description: "" }, given);
    const { Parameter, ParameterType } = rcl();
    const value = new Parameter(USE_SIM_TIME, ParameterType.PARAMETER_BOOL, given);
    if (given !== node.getParameter(USE_SIM_TIME).value) node.setParametersAtomically([value]);
  }
  // The clock of a process is chosen at its start: a robot's time does not change under way.
  node.getParameterDescriptor(USE_SIM_TIME)._readOnly = true;
  const source = node._timeSource;
  if (source._clockSubscription === undefined) return;
  node.destroySubscription(source._clockSubscription);
  source._clockSubscription = undefined;
}

/** Characters of a line in the log. Whatever text from outside it holds, it does not fill a disk. */
const LONGEST_LINE = 2000;

function boundedLog(log: RclLogger): RclLogger {
  const bounded =
    (level: "debug" | "info" | "warn" | "error") =>
    (line: string): void =>
      log[level](line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}...` : line);
  const [debug, info, warn, error] = (["debug", "info", "warn", "error"] as const).map(bounded);
  return { debug, info, warn, error, getChild: (name) => boundedLog(log.getChild(name)) };
}

const EVENTS = "parameter_events";

/** @param host of a hosted node: its publisher of /parameter_events is the node's, too */
function nodeOf(name: string, namespace = "", kind: NodeKind, host?: RclNode, of?: RclContext) {
  const { lifecycle, Node } = rcl();
  const NodeClass: NodeConstructor<RclNode> = kind === "managed" ? lifecycle.LifecycleNode : Node;
  const Made = class extends NodeClass {
    /** rclnodejs makes a topic for each node of what ROS has one of. */
    override createPublisher(type: string, topic: string, options: { qos: object }): RclPublisher {
      if (topic !== EVENTS) return super.createPublisher(type, topic, options);
      return host?._parameterEventPublisher ?? super.createPublisher(type, `/${EVENTS}`, options);
    }
  };
  const isWhole = host === undefined;
  return new Made(name, namespaceOf(namespace), of, {
    startParameterServices: isWhole,
    startTypeDescriptionService: isWhole,
    enableRosout: isWhole,
  });
}

export class RosNode<S extends ParameterSpecs = ParameterSpecs> extends Endpoints {
  /** Current values: those that are not read-only change when they are set. */
  readonly parameters: ParameterValues<S>;
  /** Asked before parameters are set at run time: why it refuses the values they would have. */
  checkChange(_values: ParameterValues<S>): string | undefined {
    return undefined;
  }

  readonly log: RclLogger;
  /** None: the host's thread waits for its messages. */
  private readonly guard: { trigger(): void } | undefined;
  /** Of the participants beside it. */
  private readonly endings = new Set<() => void>();

  /**
   * @param namespace of its robot, within that of the process
   * @throws ParameterError when a parameter breaks its declaration
   */
  constructor(
    name: string,
    namespace: `/${string}` | undefined,
    specs: S,
    kind: NodeKind = "plain",
  ) {
    const host = typeof kind === "string" ? undefined : kind;
    const node = nodeOf(name, namespace, kind, host?.node);
    super(node, new Fleet(node.namespace(), host !== undefined || kind === "robot"));
    const log = host ? host.log.getChild(this.robot) : boundedLog(this.node.getLogger());
    this.log = log;
    // rclnodejs' own and the endpoints' lines are bounded too.
    this.node.getLogger = () => log;
    this.guard = this.amend(this.node, host?.node);
    const qualified = fullName(this.node.namespace(), this.name);
    sections ??= native().getParameterOverrides(this.node.context.handle) ?? [];
    const given = givenParameters(sections, process.argv, qualified);
    prepareSimTime(this.node, given.get(USE_SIM_TIME));
    this.parameters = valuesAtStart(specs, given);
    // A hosted node has no services by which they could be asked for or set.
    if (host) return;
    const check = (next: object) => this.checkChange(next as ParameterValues<S>);
    declareParameters(this.node, specs, this.parameters, check);
  }

  get name(): string {
    return this.node.name();
  }

  /** The namespace within the fleet, without its leading slash: the robot's name. */
  get robot(): string {
    return this.fleet.robot;
  }

  /** For names that all fleets share: the fleet's, with a slash behind it; empty: none. */
  get fleetPrefix(): string {
    return this.fleet.prefix;
  }

  get usesSimTime(): boolean {
    return this.node.getParameter(USE_SIM_TIME).value === true;
  }

  /**
   * Whatever a callback throws is logged and counted here, and ends only that callback. The node wakes
   * before its wait set changes, so that it is changed at once. Where it has a host, that one's thread
   * waits for its messages: one thread each would be woken for each message.
   */
  private amend(node: RclNode, host?: RclNode): { trigger(): void } | undefined {
    const guard = host ? undefined : node.createGuardCondition(() => undefined);
    const execute = node.execute.bind(node);
    node.execute = (handles) => this.safely(() => execute(handles));
    if (host) node._subscriptions = host._subscriptions;
    const sync = node.syncHandles.bind(node);
    const wakeAndSync = (): void => {
      if (node.spinning) guard?.trigger();
      sync();
    };
    // A property of the native class: shadowed, since it cannot be assigned.
    const value = host ? () => host.syncHandles() : wakeAndSync;
    Object.defineProperty(node, "syncHandles", { value });
    return guard;
  }

  /**
   * A participant of its own in this process, by whose node this one may subscribe (renewal.ts). It ends
   * by `end`, and with this node.
   */
  async beside(name: string) {
    const context = new (rcl().Context)();
    await initialiseRos(context);
    try {
      return this.joinIn(context, name);
    } catch (error) {
      context.shutdown();
      throw error;
    }
  }

  private joinIn(context: RclContext, name: string) {
    const node = nodeOf(name, "", this, this.node, context);
    prepareSimTime(node, undefined);
    const guard = this.amend(node);
    node.spin(-1);
    const topics = (of: RclNode): number => of.getTopicNamesAndTypes().length;
    const end = (): void => {
      if (!this.endings.delete(end)) return;
      guard?.trigger();
      node.stop();
      context.shutdown();
    };
    this.endings.add(end);
    return { node, end, hasFoundAll: () => topics(node) >= topics(this.node) };
  }

  /** Lets others drive the lifecycle of a managed node. */
  manage(steps: LifecycleSteps): Lifecycle {
    return new Lifecycle(this.node as RclLifecycleNode, steps, this.log);
  }

  countPublishers(topic: string): number {
    return this.node.countPublishers(this.fleet.resolve(topic));
  }

  /** The fleet's topics in the graph, those too that somebody only listens to. */
  topics(): { readonly name: string; readonly types: readonly string[] }[] {
    return this.node.getTopicNamesAndTypes().flatMap(({ name: full, types }) => {
      const name = this.fleet.within(full);
      return name === undefined ? [] : [{ name, types }];
    });
  }

  start(): void {
    if (this.guard) this.node.spin(-1);
  }

  stop(): void {
    if (!this.guard) return;
    this.endings.forEach((end) => end());
    this.guard.trigger();
    this.node.stop();
  }
}

/**
 * The clock of all nodes of a process: one /clock subscription for them, best effort, where
 * `node` has use_sim_time set.
 */
export function clockOf(node: Pick<RosNode, "subscribeSole" | "usesSimTime">): RosClock {
  const clock = new RosClock(node.usesSimTime);
  if (!clock.isSimulated) return clock;
  const heard = node.subscribeSole(TOPICS.clockHeard, (message, areTwo) => {
    if (!areTwo()) clock.hear(message.clock);
  });
  return Object.assign(clock, { source: heard.source });
}
