/** What the global agent commands: the policy in force, the emergency stop, the command's repeats. */
import { randomInt } from "node:crypto";
import { groupsOf } from "../game/kinds";
import { type Game, sizesOf } from "../game/model";
import { InvalidInputError } from "../base/errors";
import { finish, inTurns, type Steps } from "../base/steps";
import { kindOf } from "../policy/kind";
import { Observation } from "../policy/observation";
import type { LoadedPolicy } from "../policy/policy_file";
import { mostPolicyBytes } from "../policy/policy_header";
import type { RosClock } from "../ros/clock";
import { type GlobalCommand, type Policy, toTime } from "../ros/messages";
import type { RosNode, TriggerAnswer } from "../ros/node";
import type { SoleSource } from "../ros/sole_source";
import { bounded, RELOAD_SERVICE, RESET_SERVICE, TOPICS } from "../ros/topics";
import { onEmergencyStop } from "./emergency_stop";
import { GLOBAL_AGENT_PARAMETERS } from "../ros/generated/parameters";
import type { Answers } from "./sampler";
import { Shifts } from "./shifts";
import {
  policyFromFile,
  policyFromFileInTurns,
  policyFromMessage,
  toLocalPolicy,
} from "./policy_source";

/**
 * Most predictions made for epochs without a command. Each brings the belief closer to the kernel's
 * stationary law by the second eigenvalue: with 0.99, to within 4e-5 of the distance.
 */
const MOST_PREDICTIONS = 1000;

/** A policy of more bytes is read between commands. */
const LONG_BYTES = 2 ** 20;

/** What an epoch knows when it is decided. */
export interface Decision extends Answers {
  readonly epoch: number;
  /** ROS time of its boundary, ns. */
  readonly time: bigint;
  readonly globalState: number;
  readonly population: number;
}

export class Commander {
  policy: LoadedPolicy | undefined;
  command: GlobalCommand | undefined;
  stopped = false;
  /** 0: not active. */
  private session = 0;
  private resets = 0;
  /** The world tells when they begin. */
  readonly shifts: Shifts;
  private observation: Observation | undefined;
  private heard: LoadedPolicy | undefined;
  /** Policies that came: one that is still being read gives way to the next. */
  private came = 0;
  /** Where policies are heard from. */
  readonly policies: SoleSource;
  private readonly publishCommand;
  private readonly publishLocalPolicy;

  constructor(
    private readonly node: RosNode<typeof GLOBAL_AGENT_PARAMETERS>,
    private readonly game: Game,
    private readonly clock: RosClock,
  ) {
    this.shifts = new Shifts(game.horizon);
    this.publishCommand = node.publisher(TOPICS.globalCommand);
    this.publishLocalPolicy = node.publisher(TOPICS.localPolicy);
    const topic = bounded(TOPICS.policy, mostPolicyBytes(sizesOf(game)));
    this.policies = node.subscribeSole(topic, (message, areTwo) => {
      const order = ++this.came;
      if (message.policy_sha256 === this.policy?.sha256) return undefined;
      if (message.data.length <= LONG_BYTES) return finish(this.hear(message, order));
      // It would not count: it is not even read.
      return areTwo() ? undefined : inTurns(this.hear(message, order));
    }).source;
    onEmergencyStop(node, (source) => {
      if (!this.stopped) node.log.warn(`emergency stop from ${source}`);
      this.stopped = true;
      this.repeat();
    });
    node.service("Trigger", RESET_SERVICE, () => this.release());
    node.service("Trigger", RELOAD_SERVICE, () => this.reload());
  }

  /** Follows the policy of a message. Gives why it refuses it, and what to do. */
  private *hear(message: Policy, order: number): Steps<string | undefined> {
    try {
      const policy = yield* policyFromMessage(message, this.game);
      if (this.came > order || this.policies.areTwo) return undefined;
      this.heard = policy;
      this.follow(policy);
    } catch (error) {
      if (error instanceof InvalidInputError) return error.message;
      throw error;
    }
    return undefined;
  }

  /** @throws InvalidInputError for a policy file that cannot be used */
  configure(): void {
    const { policy_file } = this.node.parameters;
    const policy = policy_file ? policyFromFile(policy_file, this.game) : this.heard;
    if (policy) this.follow(policy);
    else this.node.log.info(`waiting for a policy of ${this.game.name} on the policy topic`);
  }

  activate(): void {
    this.session = randomInt(1, 2 ** 32 - 1);
    this.command = undefined;
    this.observation = undefined;
    if (this.policy) this.publishLocalPolicy(toLocalPolicy(this.policy));
  }

  /** No command is repeated from here on: the robots' watchdogs make them stand. */
  deactivate(): void {
    this.session = 0;
    this.command = undefined;
  }

  cleanup(): void {
    this.policy = undefined;
    this.observation = undefined;
  }

  /** Follows a policy, π_g and π_l together, from the next epoch on. */
  private follow(policy: LoadedPolicy): void {
    this.policy = policy;
    this.observation = undefined;
    if (this.session > 0) this.publishLocalPolicy(toLocalPolicy(policy));
    this.node.log.info(`following policy ${policy.sha256.slice(0, 8)} (${kindOf(policy.pair)})`);
  }

  private async reload(): Promise<TriggerAnswer> {
    const { policy_file } = this.node.parameters;
    if (!policy_file) {
      const message = "parameter policy_file is empty; set it, or publish on the policy topic";
      return { success: false, message };
    }
    try {
      const order = ++this.came;
      const policy = await policyFromFileInTurns(policy_file, this.game);
      if (this.came > order) return { success: false, message: "another policy came meanwhile" };
      this.follow(policy);
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      return { success: false, message: `${error.message} (the policy before stays in force)` };
    }
    return { success: true, message: `following ${policy_file}` };
  }

  private release(): TriggerAnswer {
    if (this.command === undefined) {
      const message =
        "no robot could hear it: no command was given yet; see on /diagnostics what the first one waits for, and call again";
      return { success: false, message };
    }
    const held = this.stopped;
    this.stopped = false;
    this.resets++;
    this.repeat();
    const message = held
      ? "the emergency stop is released"
      : "no stop was known here; robots that stand by one are released";
    this.node.log.info(message);
    return { success: true, message };
  }

  /** The observation of the policy, the mode and the sampling in force; a new one when any changes. */
  private observing(policy: LoadedPolicy, groupCount: number): Observation {
    const { observation: mode, sampling, population } = this.node.parameters;
    if (this.observation?.mode !== mode || this.observation.groupCount !== groupCount) {
      const { game } = this;
      const groups = groupsOf(game, sampling, population);
      this.observation = new Observation(game, policy.pair, mode, groups);
    }
    return this.observation;
  }

  decide(decision: Decision): void {
    const { epoch, globalState, sample, received } = decision;
    const { policy, game } = this;
    if (policy === undefined) return;
    const observation = this.observing(policy, decision.groups.length);
    if (this.shifts.begins(epoch, decision.time)) observation.reset();
    const histogram = new Array<number>(sizesOf(game).sL).fill(0);
    for (const state of received) histogram[state.state]++;
    observation.resize(decision.groups);
    observation.observe(histogram);
    const action = observation.decide(globalState);
    this.send({
      session: this.session,
      epoch,
      decision_time: toTime(decision.time),
      global_state: globalState,
      action,
      sampled_agents: sample,
      histogram,
      belief: Array.from(observation.belief),
      belief_variance: observation.variance,
      missing: sample.length - received.length,
      sample_size: decision.sampleSize,
      observation: observation.mode,
      population: decision.population,
      policy_sha256: policy.sha256,
    });
    observation.predict(globalState, action);
  }

  missed(epochs: number): void {
    if (this.command === undefined) return;
    const { global_state, action } = this.command;
    const predictions = Math.min(epochs, MOST_PREDICTIONS);
    for (let i = 0; i < predictions; i++) this.observation?.predict(global_state, action);
  }

  /** The command again, for the robots' watchdogs. */
  repeat(): void {
    if (this.command) this.send(this.command);
  }

  private send(command: Omit<GlobalCommand, "header" | "emergency_stop" | "resets">): void {
    const header = { stamp: this.clock.stamp(), frame_id: "map" };
    const { stopped: emergency_stop, resets } = this;
    this.command = { ...command, header, emergency_stop, resets };
    this.publishCommand(this.command);
  }
}
