/** Whether a command can be obeyed in a game. Pure. */
import type { Sizes } from "../game/model";
import type { GlobalCommand } from "../ros/messages";

/** Why a command is refused, and what to do; undefined: it is of this game. */
export function commandProblem(message: GlobalCommand, sizes: Sizes): string | undefined {
  const { sG, aG, sL } = sizes;
  const { epoch, global_state, action, histogram, belief } = message;
  if (global_state >= sG || action >= aG) {
    return `the command of epoch ${epoch} names global state ${global_state} and action ${action} and the scenario has ${sG} and ${aG}; start every node with one scenario`;
  }
  if (histogram.length !== sL || belief.length !== sL) {
    return `the command of epoch ${epoch} counts ${histogram.length} and believes in ${belief.length} local states and the scenario has ${sL}; start every node with one scenario`;
  }
  return undefined;
}
