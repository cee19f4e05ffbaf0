/** Local agents: one node per robot, in the robot's namespace; one process may serve many. */
import { spotOf, targetZone } from "../game/arena";
import { keyedUniform } from "../game/draws";
import { kindNamed, kindOfRobot, kindsOf } from "../game/kinds";
import { type Game, sizesOf } from "../game/model";
import { loadScenario } from "../game/scenario_file";
import { RosNode } from "../ros/node";
import { every, steadyMs } from "../ros/clock";
import {
  fromSeconds,
  type GlobalCommand,
  type LocalAction,
  nanoseconds,
  type Time,
  toTime,
} from "../ros/messages";
import { ParameterError } from "../ros/parameters";
import { type RosProcess, runProcess, sent } from "../ros/process";
import { bounded, TOPICS } from "../ros/topics";
import { receiveBufferProblem } from "../ros/transport";
import { Bodies } from "./bodies";
import { BodyAgent } from "./body_agent";
import { HostedRobots } from "./hosted_robots";
import { LocalPolicies } from "./local_policies";
import { bodyMarkers } from "./markers";
import { LOCAL_AGENT_PARAMETERS } from "../ros/generated/parameters";
import { Repeats } from "./stamps";

type LocalNode = RosNode<typeof LOCAL_AGENT_PARAMETERS>;

/** From so many robots on, the system's limit on receive buffers matters. */
const MANY_ROBOTS = 100;
/** Whether the number of robots is told by anybody is looked at this often, ms. */
const POPULATION_MS = 1000;

type Host = Readonly<{ game: Game; bodies: Bodies; policies: LocalPolicies }>;

class LocalAgent extends BodyAgent {
  private readonly publishState;
  private readonly publishAction;
  private readonly states = new Repeats();
  private pending: GlobalCommand | undefined;
  private lastAction: LocalAction | undefined;
  /** Decision time of the epoch last acted on. */
  private decisionTime: Time = toTime(0n);
  /** That odometry is too old for decisions. */
  private behind: string | undefined;
  /** The start of the hash of the local policy that is missing. */
  private missing: string | undefined;
  /** The first local state of its kind. */
  private readonly firstState: number;

  /** @param index decides the robot's spot in a zone */
  constructor(
    private readonly host: Host,
    readonly node: LocalNode,
    private readonly index: number,
  ) {
    const { bodies, game } = host;
    const { zones, robot: limits } = game.arena;
    super({ node, shared: bodies, game, zones, limits });
    this.publishState = node.publisher(TOPICS.agentState);
    this.publishAction = node.publisher(TOPICS.localAction);
    const { kind: named } = node.parameters;
    const kind = named ? kindNamed(named, game, "kind") : kindOfRobot(kindsOf(game), index);
    this.firstState = kind * zones.length;
  }

  protected override onPose(): void {
    this.act();
    // A lockstep world repeats an instant's odometry while it lacks an action: answer it again.
    if (this.lastAction && nanoseconds(this.lastAction.header.stamp) === this.stamp) {
      this.publishAction(this.lastAction);
    }
    const { stamp, zone, permission } = this;
    const news = `${zone} ${this.lastAction?.epoch} ${permission.stopped}`;
    const { max_state_age } = this.node.parameters;
    if (!this.states.isDue(news, stamp, steadyMs(), max_state_age)) return;
    this.publishState({
      header: { stamp: toTime(stamp), frame_id: "map" },
      agent_id: this.name,
      state: this.firstState + zone!,
      acted: this.lastAction !== undefined,
      epoch: this.lastAction?.epoch ?? 0,
      decision_time: this.decisionTime,
      stopped: permission.stopped,
    });
  }

  protected override onOutside(): void {
    this.pending = undefined;
  }

  protected override onDecision(command: GlobalCommand): void {
    const { pending, stamp, zone } = this;
    const seconds = pending ? Number(nanoseconds(pending.decision_time) - stamp) / 1e9 : 0;
    if (zone !== undefined && seconds > this.node.parameters.max_state_age) {
      this.behind = `it misses decisions: its newest odometry is stamped ${seconds.toFixed(1)} s before them (max_state_age); look at what delays it`;
    }
    this.pending = command;
    this.act();
  }

  /** Acts on the pending command once the robot's zone at the decision time is known. */
  private act(): void {
    const { pending, host, node, name, stamp } = this;
    if (pending === undefined || this.zone === undefined) return;
    const { decision_time, epoch, global_state, policy_sha256 } = pending;
    const { max_state_age, seed } = node.parameters;
    if (stamp < nanoseconds(decision_time) - fromSeconds(max_state_age)) return;
    const rule = host.policies.get(policy_sha256);
    if (rule === undefined) {
      this.missing = policy_sha256.slice(0, 8);
      this.target = undefined;
      return;
    }
    this.missing = this.behind = undefined;
    if (this.permission.stopped) return;
    this.pending = undefined;
    const state = this.firstState + this.zone;
    const action = rule(state, pending, keyedUniform(seed, "local-action", name, epoch)());
    this.decisionTime = decision_time;
    const header = { stamp: toTime(stamp), frame_id: "map" };
    const about = { header, epoch, agent_id: name };
    this.lastAction = { ...about, state, global_state, action, policy_sha256 };
    this.publishAction(this.lastAction);
    const { arena } = host.game;
    this.target = spotOf(arena, targetZone(arena, state, action), this.index);
  }

  protected override get idle(): string | undefined {
    return this.missing
      ? `the local policy ${this.missing} that the command names was not heard; check that the global agent publishes local_policy`
      : this.behind;
  }
}

/** @throws ParameterError when robots, indices and population contradict each other */
function checkRobots({ robot, parameters }: LocalNode): void {
  const { robots, robot_index, population } = parameters;
  const last = robot_index + Math.max(1, robots) - 1;
  if (last >= population) {
    throw new ParameterError(
      `robot ${last} is asked for and the population is ${population}; give population:=N and robot_index:=I with I below N`,
    );
  }
  if (robots === 0 && robot === "") {
    throw new ParameterError(
      "a local agent needs its robot's namespace; give -r __ns:=/robot_0, or robots:=N for many",
    );
  }
}

void runProcess((ros) => {
  const node = ros.add(new RosNode("local_agent", undefined, LOCAL_AGENT_PARAMETERS));
  const { parameters } = node;
  if (parameters.robots === 0) node.fleet.setRobots();
  checkRobots(node);
  const game = loadScenario(parameters.scenario);
  const { arena } = game;
  const policies = new LocalPolicies(game);
  const bodies = new Bodies(node);
  const host: Host = { game, bodies, policies };
  const { sL, sG, aG, aL } = sizesOf(game);
  // A command names its policy by hash, so that a second source's is not taken for it.
  const topic = bounded(TOPICS.localPolicy, Float32Array.BYTES_PER_ELEMENT * sL * sG * aG * aL);
  node.subscribe(topic, (message) => policies.hear(message));
  if (parameters.robots > 0) hostRobots(ros, node, host);
  else bodies.all.add(new LocalAgent(host, node, parameters.robot_index));
  const [{ name }] = bodies.all;
  bodies.serve(ros, parameters.markers_rate, (stamp, marked) =>
    bodyMarkers(stamp, name, marked, arena.robot.radius, arena.zones.length),
  );
});

/** Many robots, each with a node of its own; the simulator's population says how many. */
function hostRobots(ros: RosProcess, node: LocalNode, host: Host): void {
  const { clock, all } = host.bodies;
  const { robot_index, population } = node.parameters;
  const problem =
    robot_index === 0 && population >= MANY_ROBOTS ? receiveBufferProblem() : undefined;
  if (problem) node.log.warn(problem);
  const nodeOf = (index: number): LocalNode =>
    ros.add(new RosNode("local_agent", `/robot_${index}`, LOCAL_AGENT_PARAMETERS, node));
  /** Of those that left, too: a node cannot end before its process, and is kept for their return. */
  const agents = new Map<number, LocalAgent>();
  const end = (agent: LocalAgent): void => (all.delete(agent) ? agent.node.silence() : undefined);
  const join = (index: number) => {
    const before = agents.get(index);
    if (before) end(before);
    const agent = new LocalAgent(host, before?.node ?? nodeOf(index), index);
    agents.set(index, agent);
    all.add(agent);
    return (): void => {
      agent.leave();
      void sent().then(() => node.safely(end, agent));
    };
  };
  const hosted = new HostedRobots(node, clock, join);
  const told = node.subscribeSole(TOPICS.population, (message, areTwo) =>
    areTwo() ? undefined : hosted.hear(message),
  );
  const look = (): void => (told.source.count() === 0 ? hosted.forget() : undefined);
  ros.onEnd(every(POPULATION_MS, () => node.safely(look)));
}
