/** The two newest local policies (π_l) of a process, by the hash of their policy file. */
import { type Game, sizesOf } from "../game/model";
import type { LocalPolicy } from "../ros/messages";

/** The one in force, and the next: commands name either during a swap. */
const KEPT = 2;

export class LocalPolicies {
  private newest: readonly { sha256: string; policy: Float64Array }[] = [];

  constructor(private readonly game: Game) {}

  /** @returns why the policy is refused, and what to do; undefined: it was taken */
  hear(message: LocalPolicy): string | undefined {
    const { sL, sG, aL } = sizesOf(this.game);
    const policy = Float64Array.from(message.local_policy);
    if (message.scenario_sha256 !== this.game.sha256) {
      return `it is for the scenario ${message.scenario_sha256.slice(0, 8)} and this is ${this.game.name} (${this.game.sha256.slice(0, 8)}); start every node with one scenario`;
    }
    const shaped =
      message.local_states === sL && message.global_states === sG && message.local_actions === aL;
    if (!shaped || policy.length !== sL * sG * aL || !rowsSumToOne(policy, aL)) {
      return `it is not ${sL} x ${sG} rows of ${aL} probabilities; learn the policy anew`;
    }
    const { policy_sha256: sha256 } = message;
    const others = this.newest.filter((kept) => kept.sha256 !== sha256);
    this.newest = [{ sha256, policy }, ...others].slice(0, KEPT);
    return undefined;
  }

  /** π_l of the file with this hash, [sL][sG][aL]. */
  get(sha256: string): Float64Array | undefined {
    return this.newest.find((kept) => kept.sha256 === sha256)?.policy;
  }
}

function rowsSumToOne(policy: Float64Array, width: number): boolean {
  for (let row = 0; row < policy.length; row += width) {
    const values = policy.subarray(row, row + width);
    const sum = values.reduce((total, p) => total + p, 0);
    if (!values.every((p) => p >= 0) || Math.abs(sum - 1) > 1e-4) return false;
  }
  return true;
}
