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
  native,
  type RclLifecycleNode,
  type RclLogger,
  type RclResponse,
  type RclTransition,
  rcl,
} from "./rcl";

/** What a node does at each step; a throw refuses the step and the node stays where it was. */
export type LifecycleSteps = Readonly<
  Record<"configure" | "activate" | "deactivate" | "cleanup", () => void>
>;

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
    this.amend();
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

  /** Invalid transitions are refused, and transitions are told with their states. */
  private amend(): void {
    const { node } = this;
    const { getAvailableLifecycleTransitions: available, getLifecycleTransitions: all } = native();
    const change = node._onChangeState.bind(node);
    node._onChangeState = (request, response) => {
      const { id, label } = request.transition;
      const isOne = ({ transition: way }: RclTransition): boolean =>
        label ? way.label === label : way.id === id;
      if (available(node._stateMachineHandle).some(isOne)) return change(request, response);
      const { label: state } = node.currentState;
      this.log.warn(
        `transition ${label || id} is refused: there is none from ${state}; ros2 lifecycle list names those there are`,
      );
      response.send(Object.assign(response.template, { success: false }));
    };
    const told = (ways: typeof all) => (_request: unknown, response: RclResponse) => {
      const available_transitions = ways(node._stateMachineHandle);
      response.send(Object.assign(response.template, { available_transitions }));
    };
    node._onGetAvailableTransitions = told(available);
    // A second server of the name answers.
    const type = "lifecycle_msgs/srv/GetAvailableTransitions";
    node.createService(type, `${node.name()}/get_transition_graph`, {}, told(all));
  }
}
