/** The rclpy peer (peer.py) as tests use it: what it heard, what it is told to send. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";
import { packageRoot } from "../../src/base/package_root";
import { codecOf } from "../../src/ros/codec";
import type { MessageTypes } from "../../src/ros/messages";
import type { Topic } from "../../src/ros/topics";
import { PATIENCE_S } from "./wait";

const time = z.object({ sec: z.number(), nanosec: z.number() });

const commandSchema = z.object({
  header: z.object({ stamp: time, frame_id: z.string() }),
  session: z.number(),
  epoch: z.number(),
  decision_time: time,
  global_state: z.number(),
  action: z.number(),
  sampled_agents: z.array(z.string()),
  histogram: z.array(z.number()),
  belief: z.array(z.number()),
  belief_variance: z.number(),
  missing: z.number(),
  sample_size: z.number(),
  observation: z.string(),
  population: z.number(),
  policy_sha256: z.string(),
  emergency_stop: z.boolean(),
  resets: z.number(),
});

const policySchema = z.object({
  policy_sha256: z.string(),
  scenario_sha256: z.string(),
  local_states: z.number(),
  global_states: z.number(),
  local_actions: z.number(),
  global_actions: z.number(),
  local_policy: z.array(z.number()),
  actions: z.array(z.number()),
});

const stateSchema = z.object({
  agent_id: z.string(),
  state: z.number(),
  acted: z.boolean(),
  epoch: z.number(),
  stopped: z.boolean(),
});

/** `time`: of arrival, s of the monotonic clock, as `monotonic` gives it. */
const event = <K extends string, S extends z.ZodRawShape>(kind: K, shape: S) =>
  z.object({ kind: z.literal(kind), time: z.number(), ...shape });

const eventSchema = z.discriminatedUnion("kind", [
  event("ready", {}),
  event("command", { message: commandSchema }),
  event("policy", { message: policySchema }),
  event("state", { message: stateSchema }),
  event("velocity", { body: z.string(), linear: z.number(), angular: z.number() }),
  event("diagnostic", { level: z.number(), name: z.string(), text: z.string() }),
  /** x: m; null: not a finite number. */
  event("odometry", {
    body: z.string(),
    x: z.number().nullable(),
    linear: z.number(),
    angular: z.number(),
  }),
  /** now: s */
  event("clock", { now: z.number() }),
  event("log", { name: z.string(), level: z.number(), text: z.string() }),
  /** [robot, node] of each live subscription to a robot's state, the peer's own left out. */
  event("graph", { live: z.array(z.tuple([z.string(), z.string()])) }),
  event("heard", { topic: z.string(), message: z.record(z.string(), z.unknown()) }),
  event("advertised", { topic: z.string() }),
  event("published", { topic: z.string() }),
  event("counted", { topic: z.string() }),
  event("answer", { service: z.string(), response: z.record(z.string(), z.unknown()) }),
]);

const triggered = z.object({ success: z.boolean(), message: z.string() });

export type PeerEvent = z.infer<typeof eventSchema>;
export type EventOf<K extends PeerEvent["kind"]> = Extract<PeerEvent, { kind: K }>;
export type HeardCommand = z.infer<typeof commandSchema>;

/** The monotonic clock of this machine, s; the peer's times are of the same clock. */
export function monotonic(): number {
  return Number(process.hrtime.bigint()) / 1e9;
}

const where = ({ name, type, durability }: Topic): object => ({
  topic: name,
  type,
  latched: durability === "transient_local",
});

export class Peer {
  readonly events: PeerEvent[] = [];
  private readonly child: ChildProcess;
  private readonly gone: Promise<void>;
  private listeners = new Set<() => void>();

  /**
   * @param options of peer.py
   * @param within command that runs another one, such as ip netns exec robots
   */
  constructor(
    environment: NodeJS.ProcessEnv,
    options: readonly string[],
    within: readonly string[] = [],
  ) {
    const program = join(packageRoot(), "test", "graph", "peer.py");
    const [command, ...args] = [...within, "python3", program, ...options];
    this.child = spawn(command, args, {
      env: environment,
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.gone = new Promise((resolve) => this.child.once("exit", () => resolve()));
    createInterface({ input: this.child.stdout! }).on("line", (line) => {
      // The middleware prints on standard output too.
      if (!line.startsWith("{")) return console.error(line);
      this.events.push(eventSchema.parse(JSON.parse(line)));
      for (const listener of [...this.listeners]) listener();
    });
  }

  /** Process id. */
  get pid(): number {
    return this.child.pid!;
  }

  of<K extends PeerEvent["kind"]>(kind: K, since = 0): EventOf<K>[] {
    return this.events.filter(
      (heard): heard is EventOf<K> => heard.kind === kind && heard.time >= since,
    );
  }

  /** Calls `look` at each event; resolves with its first value but undefined and false. */
  async until<T>(
    what: string,
    look: () => T | undefined | false,
    seconds = PATIENCE_S,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const fail = (why: string): void => {
        clearTimeout(timer);
        this.listeners.delete(listener);
        reject(new Error(`${why}: ${what}`));
      };
      const timer = setTimeout(() => fail(`not seen within ${seconds} s`), seconds * 1000);
      void this.gone.then(() => fail("the peer ended before it saw"));
      const listener = (): void => {
        const seen = look();
        if (seen === undefined || seen === false) return;
        clearTimeout(timer);
        this.listeners.delete(listener);
        resolve(seen);
      };
      this.listeners.add(listener);
      listener();
    });
  }

  /** The first event of a kind since `since` that `fits`. */
  first<K extends PeerEvent["kind"]>(
    kind: K,
    since = 0,
    fits: (heard: EventOf<K>) => boolean = () => true,
    seconds?: number,
  ): Promise<EventOf<K>> {
    let seen = 0;
    const look = (): EventOf<K> | undefined => {
      const fresh = this.events.slice(seen);
      seen = this.events.length;
      return fresh.find(
        (heard): heard is EventOf<K> =>
          heard.kind === kind && heard.time >= since && fits(heard as EventOf<K>),
      );
    };
    return this.until(`${kind} ${String(fits)}`, look, seconds);
  }

  private do(operation: Readonly<Record<string, unknown>>): void {
    this.child.stdin!.write(`${JSON.stringify(operation)}\n`);
  }

  /** Makes a publisher, lossy: best effort, and waits until so many subscribers are matched. */
  async advertise(topic: Topic, subscribers: number, lossy = false): Promise<void> {
    const since = monotonic();
    this.do({ do: "advertise", ...where(topic), subscribers, lossy });
    await this.first("advertised", since, (heard) => heard.topic === topic.name);
  }

  /** Waits until a topic has so many publishers. */
  async publishers(topic: string, publishers: number): Promise<void> {
    const since = monotonic();
    this.do({ do: "count", topic, publishers });
    await this.first("counted", since, (heard) => heard.topic === topic);
  }

  /** Publishes a message that rclpy makes of `fields`; resolves with the time just before. */
  async publish(topic: Topic, fields: object): Promise<number> {
    const since = monotonic();
    this.do({ do: "publish", ...where(topic), fields });
    const sent = await this.first("published", since, (heard) => heard.topic === topic.name);
    return sent.time;
  }

  /** Publishes these bytes, or a message encoded by our codec, as they are; and so many zeros. */
  publishBytes<Type extends keyof MessageTypes>(
    topic: Topic<Type>,
    message: Buffer | MessageTypes[Type],
    zeros = 0,
  ): void {
    const bytes = Buffer.isBuffer(message) ? message : codecOf(topic.type).encode(message);
    this.do({ do: "publish", ...where(topic), hex: bytes.toString("hex"), zeros });
  }

  /** Calls a service; resolves with its response's fields. */
  async request(
    service: string,
    type: string,
    fields: object = {},
  ): Promise<Readonly<Record<string, unknown>>> {
    const since = monotonic();
    this.do({ do: "call", service, type, fields });
    const answer = await this.first("answer", since, (heard) => heard.service === service);
    return answer.response;
  }

  /** Calls a std_srvs/Trigger service. */
  async call(service: string): Promise<{ success: boolean; message: string }> {
    return triggered.parse(await this.request(service, "std_srvs/srv/Trigger"));
  }

  async end(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.gone;
  }
}
