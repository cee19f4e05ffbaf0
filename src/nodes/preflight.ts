/** Hears what the nodes of a swarm say of themselves, and tells what keeps it from driving. */
import type { Game } from "../game/model";
import { inFleet, type SwarmBody } from "../game/robots_file";
import { type RosClock, steadyMs } from "../ros/clock";
import { LEVEL } from "../ros/diagnostics";
import type { GlobalCommand, LocalPolicy, Policy, Time } from "../ros/messages";
import { nanoseconds } from "../ros/messages";
import { clockOf, type RosNode } from "../ros/node";
import { bounded, TOPICS } from "../ros/topics";

/** Many agents speak at the same time. */
const DIAGNOSTICS = { ...TOPICS.diagnostics, depth: 1000 };
/** No policy has more, bytes. */
const MOST_BYTES = 2 ** 28;
/** Agents speak once a second; one that did not for so long is silent, s. */
const SILENT_S = 2.5;
const SKEW = "is behind (set clocks by NTP or chrony) by";

/** Why it is not fit; undefined: it is. */
type Problem = string | undefined;
/** By what was looked at. */
type Problems = Readonly<Record<string, Problem>>;

const isLarger = (before: string, now: string) => Math.abs(Number(before)) > Math.abs(Number(now));
/** Of what comes and goes an agent's worst word counts: by key, whether it is the one before. */
const WORST: Readonly<Record<string, typeof isLarger>> = {
  odometry_gap: isLarger,
  odometry_behind: isLarger,
  connections: (_, now) => now === "ok",
};

/** What is heard of a node. */
class Heard {
  private ms = -Infinity;
  /** Its stamps are behind this machine's time by so much at least, s. */
  behind = Infinity;
  /** On /diagnostics. */
  readonly said: Partial<Record<string, string>> = {};

  hear(stamp: Time, clock: RosClock): void {
    this.ms = steadyMs();
    if (!clock.isRunning) return;
    this.behind = Math.min(this.behind, Number(clock.now() - nanoseconds(stamp)) / 1e9);
  }

  /** Takes what it says of itself. */
  take(values: readonly { readonly key: string; readonly value: string }[]): void {
    for (const { key, value } of values) {
      const before = this.said[key];
      this.said[key] = before !== undefined && WORST[key]?.(before, value) ? before : value;
    }
  }

  /** For how long it is silent, s. */
  get silence(): number {
    return (steadyMs() - this.ms) / 1000;
  }

  /** What it says under a key, unless that is right. */
  problem(key: string, right: RegExp): Problem {
    const value = this.said[key] ?? "nothing; start it, in a process of its own";
    return right.test(value) ? undefined : `its agent says of ${key}: ${value}`;
  }
}

/** Why so many seconds, of either sign, are too many. */
function excess(what: string, seconds: number, most: number): Problem {
  if (Math.abs(seconds) <= most) return undefined;
  const told = Number.isFinite(seconds) ? `${seconds.toFixed(2)} s` : "nobody knows how long";
  return `${what} ${told}, and ${most} s are allowed`;
}

/** Why a hash, or a number, is not the one that is wanted, if one is. */
function differs(what: string, is = "not told", wanted = is): Problem {
  if (is === wanted) return undefined;
  return `${what} is ${is.slice(0, 8)} and not ${wanted.slice(0, 8)}; start every node by one scenario, policy and robots file`;
}

export class Preflight {
  /** Of each body. */
  readonly agents: readonly Heard[];
  readonly commands = new Heard();
  /** The newest of each. */
  readonly newest: { command?: GlobalCommand; localPolicy?: LocalPolicy; policy?: Policy } = {};
  /** What the global agent says of itself; empty: it is well. */
  private readonly errors = new Map<string, string>();
  private readonly clock;

  /**
   * Listens from now on.
   * @param bodies of the swarm, the lead vehicle last
   * @param wanted hash of the policy file, if one is wanted; longest gap of odometry and commands, and
   *   largest difference of clocks, s
   */
  constructor(
    private readonly node: RosNode,
    private readonly game: Game,
    readonly bodies: readonly SwarmBody[],
    private readonly wanted: { sha256?: string; gap: number; skew: number },
  ) {
    this.clock = clockOf(node);
    this.agents = bodies.map(() => new Heard());
    const ids = bodies.map(({ namespace }) => `${node.fleetPrefix}${namespace}: motion`);
    node.subscribe(DIAGNOSTICS, ({ header, status }) => {
      for (const { hardware_id, level, message, name, values } of status) {
        const agent = this.agents[ids.indexOf(`${hardware_id}: ${name.split(": ")[1]}`)];
        agent?.hear(header.stamp, this.clock);
        agent?.take(values);
        if (name.startsWith(`${node.fleetPrefix}global_agent: `))
          this.errors.set(name, level === LEVEL.error ? message : "");
      }
    });
    const { globalCommand, localPolicy, policy } = TOPICS;
    node.subscribe(globalCommand, (command) => {
      this.commands.hear(command.header.stamp, this.clock);
      this.newest.command = command;
    });
    const keep = (told: object): void => void Object.assign(this.newest, told);
    node.subscribe(bounded(localPolicy, MOST_BYTES), (told) => keep({ localPolicy: told }));
    node.subscribe(bounded(policy, MOST_BYTES), (told) => keep({ policy: told }));
  }

  /** Everything that was looked at. */
  findings() {
    const told = (of: string, problems: Problems) =>
      Object.entries(problems).map(([check, problem]) => ({ check, of, problem }));
    const ofBodies = this.bodies.flatMap((body, i) => told(body.name, this.lookAt(body, i)));
    return [...ofBodies, ...told("the swarm", this.look())];
  }

  private lookAt({ namespace, output, topics }: SwarmBody, i: number): Problems {
    const agent = this.agents[i];
    const { odometry_behind, odometry_gap, output: told = output, scenario_sha256 } = agent.said;
    const { gap, skew } = this.wanted;
    const own = (topic: string): string => inFleet(namespace, topic);
    const isLead = i === this.bodies.length - 1;
    const state = isLead ? TOPICS.globalState.name : own(TOPICS.agentState.name);
    return {
      odometry: excess("send odometry more often: none for", Number(odometry_gap), gap),
      clocks:
        excess(`the stamp of its odometry ${SKEW}`, Number(odometry_behind), skew) ??
        excess(`its agent's clock ${SKEW}`, agent.behind, skew),
      sources: this.sourceProblem(
        [own(topics.odom), state, own(told === "goal" ? topics.goal_pose : topics.cmd_vel)],
        own(TOPICS.pose.name),
      ),
      connections: agent.problem("connections", /^ok$/),
      base: agent.problem("base", /^ok$/),
      pose: agent.problem("zone", /^\d+$/),
      scenario: differs("its scenario", scenario_sha256, this.game.sha256),
      agent:
        excess("start it, by itself: no word on /diagnostics for", agent.silence, SILENT_S) ??
        agent.problem("if_released", /^free to move$/),
    };
  }

  private look(): Problems {
    const { gap, sha256, skew } = this.wanted;
    const { globalCommand, localPolicy: latest, policy: learned, population } = TOPICS;
    const { command, localPolicy, policy } = this.newest;
    const inForce = localPolicy?.policy_sha256;
    const named = [sha256, policy?.policy_sha256, command?.policy_sha256];
    const robots = command && `${command.population}`;
    return {
      commands: excess("no command came for", this.commands.silence, gap),
      clocks:
        this.clock.problem() ??
        excess(`the global agent's clock ${SKEW}`, this.commands.behind, skew),
      sources: this.sourceProblem([globalCommand.name, latest.name], learned.name, population.name),
      scenario: differs("the policy's scenario", localPolicy?.scenario_sha256, this.game.sha256),
      policy: inForce
        ? named.map((name) => differs("the policy in force", inForce, name)).find(Boolean)
        : "none is in force; see what the global agent says on /diagnostics",
      robots: differs("the number of robots", robots, `${this.bodies.length - 1}`),
      agent: [...this.errors.values()].find(Boolean),
    };
  }

  /** @param others topics that need not be there */
  private sourceProblem(topics: readonly string[], ...others: readonly string[]): Problem {
    for (const topic of [...topics, ...others]) {
      const publishers = this.node.countPublishers(topic);
      if (publishers === 1 || (publishers === 0 && others.includes(topic))) continue;
      const name = topic.replace("//", "/");
      return `${publishers} publish ${name}, and one alone must; ros2 topic info -v ${name} shows them (one that was killed counts for 20 s)`;
    }
    return undefined;
  }
}
