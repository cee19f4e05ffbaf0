/**
 * Parameters by the node for which they are given. rcl reads them from files and arguments; of their
 * sections rclnodejs hears only `/**` and a node's bare name, and says nothing of the others, such as
 * /robot_3/local_agent.
 */

/** The path of a node as it is written (`/**` also where -p names none), and its parameters. */
export interface Section {
  readonly name: string;
  readonly parameters: readonly { readonly name: string; readonly value: unknown }[];
}

/** Whether the path of a section holds for a node: `*` is one name, `**` any number of them. */
export function holdsFor(path: string, node: string): boolean {
  const names = path.split("/").filter((name) => name !== "");
  const pattern = names.map((name) => {
    if (name === "**") return "(/[^/]+)*";
    return name === "*" ? "/[^/]+" : `/${name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}`;
  });
  return new RegExp(`^${pattern.join("")}$`).test(node);
}

/** Parameters that -p assigns to a node of this name: they win over sections with a namespace. */
function assignedIn(args: readonly string[], name: string): Set<string> {
  const given = args.filter((_, i) => i > 0 && /^(-p|--param)$/.test(args[i - 1]));
  return new Set(
    given.flatMap((assignment) => {
      const [, node, parameter] = /^(?:([^:]+):)?([^:]+):=/.exec(assignment) ?? [];
      return parameter && (node === undefined || node === name) ? parameter : [];
    }),
  );
}

/**
 * What a node's parameters are, by name: as `/**` has it; as its bare name has it; as sections with a
 * namespace have it, the last of them holding.
 * @param args of the process
 * @param node the node's name with its namespace
 */
export function givenParameters(
  sections: readonly Section[],
  args: readonly string[],
  node: string,
): Map<string, unknown> {
  const own = node.split("/").at(-1)!;
  const assigned = assignedIn(args, own);
  const [all, bare] = ["/**", own].map((path) => sections.filter(({ name }) => name === path));
  const spaced = sections
    .filter(({ name }) => name !== "/**" && name.includes("/") && holdsFor(name, node))
    .flatMap(({ parameters }) => parameters.filter(({ name }) => !assigned.has(name)));
  const heard = [...all, ...bare].flatMap(({ parameters }) => parameters);
  return new Map([...heard, ...spaced].map(({ name, value }) => [name, value]));
}
