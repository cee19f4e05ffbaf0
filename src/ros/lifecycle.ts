/**
 * A managed node (design.ros2.org/articles/node_lifecycle.html): `ros2 lifecycle` and Nav2's
 * manager can configure, activate, deactivate and clean it up. rclnodejs keeps the states.
 *
 * Three faults of rclnodejs 2.2.0 are worked around here; test/graph/global_agent.test.ts fails without.
 * An invalid transition throws in the service's callback and aborts the process (in rclpy it was
 * ros2/rclpy#1209). The service get_transition_graph is offered and never answered. And
 * get_available_transitions tells no states.
 */
import { reasonOf } from "../base/errors";
import {
  type RclLifecycleNode,
  type RclLogger,
  type RclState,
  type RclTransition,
  rcl,
} from "./rcl";

/** What a node does at each step; a throw refuses the step and the node stays where it was. */
export interface LifecycleSteps {
  configure(): void;
  activate(): void;
  deactivate(): void;
  cleanup(): void;
}

/** lifecycle_msgs/State */
const ACTIVE = 3;

export class Lifecycle {
  isActive = false;

  constructor(
    private readonly node: RclLifecycleNode,
    private readonly steps: LifecycleSteps,
    private readonly log: RclLogger,
  ) {
    node.registerOnConfigure(() => this.step("configure"));
    node.registerOnActivate(() => this.step("activate"));
    node.registerOnDeactivate(() => this.step("deactivate"));
    node.registerOnCleanup(() => this.step("cleanup"));
    node.registerOnShutdown(({ id }) => {
      if (id === ACTIVE) this.step("deactivate");
      return this.step("cleanup");
    });
    this.refuseInvalid();
    this.tellTransitions();
  }

  /** Unconfigured -> inactive -> active; says whether both steps were taken. */
  start(): boolean {
    this.node.configure();
    if (this.node.currentState.label === "inactive") this.node.activate();
    return this.isActive;
  }

  private step(name: keyof LifecycleSteps): number {
    const { SUCCESS, FAILURE } = rcl().lifecycle.CallbackReturnCode;
    try {
      this.steps[name]();
      this.isActive = name === "activate";
      this.log.info(`${name}: done`);
      return SUCCESS;
    } catch (error) {
      this.log.error(`${name} is refused: ${reasonOf(error)}`);
      return FAILURE;
    }
  }

  /** Invalid lifecycle transitions are rejected and logged. */
  private refuseInvalid(): void {
    const { node } = this;
    const change = node._onChangeState.bind(node);
    node._onChangeState = (request, response) => {
      const { id, label } = request.transition;
      const isAsked = label
        ? (transition: { label: string }) => transition.label === label
        : (transition: { id: number }) => transition.id === id;
      if (node.availableTransitions.some(({ transition }) => isAsked(transition))) {
        change(request, response);
        return;
      }
      const { label: state } = node.currentState;
      this.log.warn(
        `transition ${label || id} is refused: there is none from ${state}; ros2 lifecycle list names those there are`,
      );
      response.send(Object.assign(response.template, { success: false }));
    };
  }

  private tellTransitions(): void {
    const { node } = this;
    const type = "lifecycle_msgs/srv/GetAvailableTransitions";
    node._onGetAvailableTransitions = (_request, response) =>
      response.send(answerOf(response.template, node.availableTransitions));
    // A second server of the name answers.
    node.createService(type, `${node.name()}/get_transition_graph`, {}, (_request, response) =>
      response.send(answerOf(response.template, node.transitions)),
    );
  }
}

const answerOf = (template: object, ways: readonly RclTransition[]): object =>
  Object.assign(template, {
    available_transitions: ways.map(({ transition, startState, goalState }) => ({
      transition: plain(transition),
      start_state: plain(startState),
      goal_state: plain(goalState),
    })),
  });

const plain = ({ id, label }: RclState): object => ({ id, label });
