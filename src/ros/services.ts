/** The services that a node offers, and those of others that it calls. */
import { reasonOf } from "../base/errors";
import type { FleetNode } from "./fleet";
import type { RclClient } from "./rcl";

export interface TriggerAnswer {
  readonly success: boolean;
  readonly message: string;
}

type Answer = TriggerAnswer | Promise<TriggerAnswer>;

/** Another node's answer is waited for this long, ms. */
const CALL_MS = 3000;

export abstract class Services {
  private readonly clients = new Map<string, RclClient>();

  constructor(protected readonly node: FleetNode) {}

  /** Runs `work`; what it throws is reported. */
  safely<Given extends unknown[]>(work: (...given: Given) => void, ...given: Given): void {
    try {
      work(...given);
    } catch (error) {
      this.report(error);
    }
  }

  /** Logs and counts what a callback threw. */
  protected abstract report(error: unknown): void;

  /**
   * A service of std_srvs. A throw in `answer` is answered as a failure.
   * @param answer is given the value that a SetBool asks for
   */
  service(kind: "Trigger" | "SetBool", name: string, answer: (value: boolean) => Answer): void {
    this.node.createService(`std_srvs/srv/${kind}`, name, {}, async (request, response) => {
      let reply: TriggerAnswer = { success: false, message: "it failed; the node's log says why" };
      try {
        reply = await answer((request as { readonly data: boolean }).data);
      } catch (error) {
        this.report(error);
      }
      this.safely(() => response.send(Object.assign(response.template, reply)));
    });
  }

  /**
   * Calls another node's service.
   * @returns the response as rclnodejs gives it, to be parsed
   * @throws Error when nobody offers it, or answers within CALL_MS
   */
  async call(type: string, name: string, request: object): Promise<unknown> {
    const client = this.clients.get(name) ?? this.node.createClient(type, name);
    this.clients.set(name, client);
    if (!client.isServiceServerAvailable()) {
      throw new Error(`nobody offers ${name}; start the node that does`);
    }
    try {
      return await client.sendRequestAsync(request, { timeout: CALL_MS });
    } catch (cause) {
      const why = `${name} did not answer (${reasonOf(cause)})`;
      throw new Error(`${why}; look at the node that offers it`, { cause });
    }
  }
}
