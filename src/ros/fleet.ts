/**
 * A swarm in a namespace, its fleet: several stand beside each other in one ROS domain. Names that
 * begin with a slash (topics.ts) belong to the fleet; SHARED ones, and those with two slashes, to all.
 *
 * `-r __ns:=...` would put every node of a process into that one namespace, and all hosted robots on
 * one `cmd_vel`. So this namespace is taken out of the arguments and put before each node's own.
 */
import type { RclNode } from "./rcl";

const SHARED = new Set(["/tf", "/tf_static", "/diagnostics", "/parameter_events", "/rosout"]);
/** A rule for a node of this name is checked by ROS and holds for none. */
export const NOBODY = "no_node_of_this_name:";
const RULE = "__ns:=";

let ofProcess = "";

/** Takes the namespace of the process out of its arguments, for `rclnodejs.init`. */
export function takeNamespace(args: readonly string[]): string[] {
  const from = args.indexOf("--ros-args");
  const isRule = (i: number): boolean =>
    from >= 0 && i > from && ["-r", "--remap"].includes(args[i - 1]) && args[i].startsWith(RULE);
  const given = args.find((_, i) => isRule(i))?.slice(RULE.length) ?? "";
  ofProcess = given === "" || given === "/" ? "" : `/${given.replace(/^\/|\/$/g, "")}`;
  return args.map((arg, i) => (isRule(i) ? `${NOBODY}${arg}` : arg));
}

/** A node's namespace. @param own of its robot, within that of the process */
export const namespaceOf = (own = ""): string | undefined => `${ofProcess}${own}` || undefined;

/** The names of a node in its fleet. */
export class Fleet {
  /** Its namespace, such as /fleet_a; empty: none. */
  private name: string;

  /** @param isRobots whether the node's own namespace is that of a robot */
  constructor(
    private readonly node: RclNode,
    isRobots: boolean,
  ) {
    this.name = isRobots ? this.parent : this.own;
    const resolve = (name: string): string => this.resolve(name);
    for (const method of ["createPublisher", "createSubscription", "createService"] as const) {
      const create = node[method].bind(node) as (...all: unknown[]) => never;
      node[method] = (type: string, name: string, ...more: unknown[]) =>
        create(type, resolve(name), ...more);
    }
    const createClient = node.createClient.bind(node);
    node.createClient = (type, name) => createClient(type, resolve(name));
    const count = node.countPublishers.bind(node);
    node.countPublishers = (name) => count(resolve(name));
  }

  private get own(): string {
    return this.node.namespace().replace(/\/$/, "");
  }

  private get parent(): string {
    return this.own.replace(/\/[^/]*$/, "");
  }

  /** The node turns out to be a robot's. */
  setRobots(): void {
    this.name = this.parent;
  }

  /** A name as ROS has it. */
  resolve(name: string): string {
    if (name.startsWith("//")) return name.slice(1);
    return name.startsWith("/") && !SHARED.has(name) ? `${this.name}${name}` : name;
  }

  /** A name of the graph as it is within the fleet; undefined: it is not of the fleet. */
  within(name: string): string | undefined {
    return name.startsWith(`${this.name}/`) ? name.slice(this.name.length) : undefined;
  }

  /** The node's namespace within the fleet, without its slash: the robot's name. */
  get robot(): string {
    return this.own.slice(this.name.length + 1);
  }

  /** For names that all fleets share: the fleet and a slash; empty: none. */
  get prefix(): string {
    return this.name === "" ? "" : `${this.name.slice(1)}/`;
  }
}
