/**
 * A swarm in a namespace, its fleet: several stand beside each other in one ROS domain. Names that
 * begin with a slash (topics.ts) belong to the fleet; SHARED ones, and those with two slashes, to all.
 *
 * `-r __ns:=...` would put every node of a process into that one namespace, and all hosted robots on
 * one `cmd_vel`. So this namespace is taken out of the arguments and put before each node's own.
 */
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

export class Fleet {
  /** Its namespace, such as /fleet_a; empty: none. */
  private name: string;
  private readonly own: string;

  /**
   * @param namespace of the node
   * @param isRobots whether that is a robot's
   */
  constructor(namespace: string, isRobots: boolean) {
    this.own = namespace.replace(/\/$/, "");
    this.name = this.own;
    if (isRobots) this.setRobots();
  }

  /** The node turns out to be a robot's; before any topic is there. */
  setRobots(): void {
    this.name = this.own.replace(/\/[^/]*$/, "");
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
