/** Long work in steps, between which others can be let in. */
import { nextTurn, type StopSignal } from "./platform";

/** Throws where work shall not go on. */
export type Stop = Pick<StopSignal, "throwIfAborted">;

export type Steps<T> = Generator<void, T>;

/** Does all of it at once. */
export function finish<T>(steps: Steps<T>): T {
  for (let step = steps.next(); ; step = steps.next()) if (step.done) return step.value;
}

/** Does one step a turn of the event loop; throws when the signal is aborted. */
export async function inTurns<T>(steps: Steps<T>, signal?: Stop): Promise<T> {
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done) return step.value;
    await nextTurn();
    signal?.throwIfAborted();
  }
}
