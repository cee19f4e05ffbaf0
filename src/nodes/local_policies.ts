/** The two newest local policies (π_l) of a process, by the hash of their policy file. */
import { drawIndex } from "../game/draws";
import { type Game, sizesOf } from "../game/model";
import type { GlobalCommand, LocalPolicy } from "../ros/messages";

/** The one in force, and the next: commands name either during a swap. */
const KEPT = 2;

type Commanded = Pick<GlobalCommand, "global_state" | "action">;
/** a_i of a robot in `localState` under a command, drawn by the uniform `u` in [0, 1). */
export type LocalRule = (localState: number, command: Commanded, u: number) => number;

export class LocalPolicies {
  private newest: readonly { sha256: string; rule: LocalRule }[] = [];

  constructor(private readonly game: Game) {}

  /** @returns why the policy is refused, and what to do; undefined: it was taken */
  hear(message: LocalPolicy): string | undefined {
    const { sL, sG, aG, aL } = sizesOf(this.game);
    const { scenario_sha256, policy_sha256: sha256, global_actions: given } = message;
    if (scenario_sha256 !== this.game.sha256) {
      return `it is for the scenario ${scenario_sha256.slice(0, 8)} and this is ${this.game.name} (${this.game.sha256.slice(0, 8)}); start every node with one scenario`;
    }
    const shaped =
      message.local_states === sL && message.global_states === sG && message.local_actions === aL;
    const rows = sL * sG * (given === aG ? aG : 1);
    const laws = new Float32Array(message.local_policy);
    const actions = new Uint8Array(message.actions);
    const areRows =
      actions.length > 0
        ? actions.length === rows && laws.length === 0 && actions.every((action) => action < aL)
        : laws.length === rows * aL && rowsSumToOne(laws, aL);
    if (!shaped || !(given === 0 || given === aG) || !areRows) {
      return `it is not ${sL} x ${sG} rows, or ${sL} x ${sG} x ${aG} with the command, of ${aL} probabilities or of one action; learn the policy anew`;
    }
    const rule: LocalRule = (localState, { global_state, action }, u) => {
      const state = localState * sG + global_state;
      const row = given > 0 ? state * aG + action : state;
      return actions.length > 0 ? actions[row] : drawIndex(u, laws, row * aL, aL);
    };
    const others = this.newest.filter((kept) => kept.sha256 !== sha256);
    this.newest = [{ sha256, rule }, ...others].slice(0, KEPT);
    return undefined;
  }

  /** π_l of the file with this hash. */
  get(sha256: string): LocalRule | undefined {
    return this.newest.find((kept) => kept.sha256 === sha256)?.rule;
  }
}

function rowsSumToOne(laws: Float32Array, width: number): boolean {
  for (let row = 0; row < laws.length; row += width) {
    let sum = 0;
    for (const p of laws.subarray(row, row + width)) sum += p >= 0 ? p : NaN;
    if (!(Math.abs(sum - 1) <= 1e-4)) return false;
  }
  return true;
}
