/**
 * Who makes subscriptions that come and go. Fast DDS keeps some bytes of each until its participant
 * ends: a fresh one in this process takes over after so many (docs/decisions/renewed_participants.md).
 */
import { reasonOf } from "../base/errors";
import { steadyMs } from "./clock";
import type { RosNode } from "./node";
import { leaveLater } from "./process";

type Participant = Awaited<ReturnType<RosNode["beside"]>>;

/** A participant ends so long after its last subscription: rclnodejs lets go of that later, ms. */
const ENDED_MS = 3000;
/** More subscriptions than are made until a participant is there. */
const MEANWHILE = 1000;

export class Renewal {
  /** Subscriptions, since a fresh participant was asked for. */
  made = 0;
  /** Who subscribes; undefined: the process's own. What another one made is to be made anew. */
  now: Participant | undefined;
  private fresh: Participant | undefined;
  private old: Participant | undefined;
  private sinceMs = 0;

  /** @param most subscriptions that one participant makes; 0: any number */
  constructor(
    private readonly node: Pick<RosNode, "beside" | "log" | "name">,
    private readonly most: () => number,
  ) {}

  /** Takes one step of a renewal, if any is due: called where nothing is waited for. */
  step(): void {
    const { node, now, fresh, old } = this;
    if (old) {
      if (steadyMs() - this.sinceMs < ENDED_MS) return;
      this.old = undefined;
      const later = leaveLater(1);
      old.end();
      void later.terminate();
    } else if (fresh?.hasFoundAll()) {
      [this.old, this.now, this.fresh] = [now, fresh, undefined];
      this.sinceMs = steadyMs();
    } else if (!fresh && this.made >= (this.most() || Infinity)) {
      this.made = -MEANWHILE;
      const fail = (error: unknown): void =>
        node.log.warn(`no fresh participant, so memory grows on: ${reasonOf(error)}`);
      node.beside(`_${node.name}_states`).then((one) => (this.fresh = one), fail);
    }
  }
}
