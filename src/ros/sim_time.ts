/** use_sim_time of a node, and the one clock of a process. */
import { RosClock } from "./clock";
import type { Endpoints } from "./endpoints";
import { ParameterError } from "./parameters";
import { type RclNode, rcl } from "./rcl";
import { TOPICS } from "./topics";

export const USE_SIM_TIME = "use_sim_time";

/**
 * Sets use_sim_time, which rclnodejs misses in sections of a namespace, and drops the node's own
 * /clock subscription. rclnodejs 2.2.0 subscribes reliably, so that a best-effort /clock is not heard
 * (test/graph/rclnodejs_traps.test.ts), and once a node; `clockOf` subscribes once a process.
 * @throws ParameterError when the value is not a boolean
 */
export function prepareSimTime(node: RclNode, given: unknown): void {
  if (given !== undefined) {
    if (typeof given !== "boolean") {
      throw new ParameterError(
        `parameter ${USE_SIM_TIME} is ${String(given)}; it must be true or false`,
      );
    }
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

/**
 * The clock of all nodes of a process: one /clock subscription for them, best effort, where
 * `node` has use_sim_time set.
 */
export function clockOf(
  node: Pick<Endpoints, "subscribeSole"> & { readonly usesSimTime: boolean },
): RosClock {
  const clock = new RosClock(node.usesSimTime);
  if (clock.isSimulated) {
    const { source } = node.subscribeSole(TOPICS.clockHeard, (message, areTwo) => {
      if (!areTwo) clock.hear(message.clock);
    });
    clock.problem = () => source.problem;
  }
  return clock;
}
