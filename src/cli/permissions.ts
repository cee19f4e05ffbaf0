/** Prints SROS 2's policy for the swarm of a robots file: the least that each node needs (docs/security.md). */
import { cut } from "../base/errors";
import { inFleet, loadSwarm, type Swarm, type SwarmBody } from "../game/robots_file";
import { loadScenario } from "../game/scenario_file";
import { Fleet } from "../ros/fleet";
import { type Topic, TOPICS } from "../ros/topics";
import { COMMANDS } from "./generated/commands";
import { PERMISSIONS } from "./generated/permissions";
import { flagOf, type OptionValues, runCommand, UsageError } from "./options";

type Given = Partial<OptionValues<typeof COMMANDS.permissions.options>>;
const ACCESSES = { publish: "topic", subscribe: "topic", reply: "service", request: "service" };

/** Names as ROS has them, and such a one. */
const FORMS = {
  namespace: [/^\/*([a-z_]\w*(\/[a-z_]\w*)*\/*)?$/i, "fleet_a"],
  posesTopic: [/^$|^(~\/|\/{0,2})[a-z_]\w*(\/[a-z_]\w*)*$/i, "/world/poses"],
} as const;

/** As config/permissions.yaml says. */
export interface Rule extends Partial<Record<keyof typeof ACCESSES, readonly string[]>> {
  readonly nodes: readonly string[];
  readonly each?: "robots" | "bodies";
  readonly on_demand?: boolean;
  readonly when?: Readonly<Record<string, string>>;
}

export const RULES: readonly Rule[] = PERMISSIONS;

/** A node that has a process of its own. */
interface Enclave {
  readonly node: string;
  /** With the fleet's; empty: the root. */
  readonly namespace: string;
  /** Full names of topics and services, by what the node does with them. */
  readonly names: readonly (readonly [access: string, kind: string, all: readonly string[]])[];
}

/** What each node of a swarm needs, by these rules. */
export function enclavesOf(swarm: Swarm, given: Given, rules: readonly Rule[]): Enclave[] {
  const { robots, lead } = swarm;
  const bodies = [...robots, lead];
  const fleet = ["", ...(given.namespace ?? "").split("/").filter(Boolean)].join("/");
  const values: Readonly<Record<string, unknown>> = given;
  const enclave = (node: string, own?: SwarmBody): Enclave => {
    const namespace = own ? `${fleet}/${own.namespace}` : fleet;
    const known: Readonly<Record<string, unknown>> = { output: own?.output ?? "cmd_vel", ...given };
    const isSo = ([name, wanted]: [string, string]): boolean =>
      wanted === "any" ? Boolean(known[name]) : String(known[name] ?? "") === wanted;
    const holding = rules.filter(
      ({ nodes, when = {} }) => nodes.includes(node) && Object.entries(when).every(isSo),
    );
    const names = Object.entries(ACCESSES).map(([access, kind]) => {
      const all = holding.flatMap(({ each, [access as keyof typeof ACCESSES]: keys = [] }) => {
        const of = each ? { robots, bodies }[each] : [own];
        return keys.flatMap((key) => of.map((body) => nameOf(key, `${namespace}/${node}`, body)));
      });
      return [access, kind, [...new Set(all)]] as const;
    });
    return { node, namespace, names };
  };
  const nameOf = (key: string, node: string, body?: SwarmBody): string => {
    const { name } = (TOPICS as Readonly<Record<string, Topic>>)[key] ?? {
      name: values[key] ?? key,
    };
    if (name.startsWith("~")) return `${node}${name.slice(1)}`;
    const own = { ...(key in TOPICS && body?.topics) } as Readonly<Record<string, string>>;
    // Two slashes: a name as it is.
    const within = body ? inFleet(body.namespace, own[name] ?? name) : `/${fleet}/${name}`;
    return new Fleet(fleet, false).resolve(name.startsWith("/") ? name : within);
  };
  const others = ["global_agent", "learner", "page", "reporter", "recorder", "preflight"];
  return [
    ...others.map((node) => enclave(node)),
    enclave("lead_agent", lead),
    ...robots.map((robot) => enclave("local_agent", robot)),
  ];
}

/** As sros2's schema has it (policy.xsd, version 0.2.0). */
function policyOf(enclaves: readonly Enclave[]): string {
  const element = (name: string, attributes: string, children: readonly string[]): string =>
    `<${name}${attributes}>${children
      .map((child) => `\n${child}`)
      .join("")
      .replaceAll("\n", "\n  ")}\n</${name}>`;
  const texts = enclaves.map(({ node, namespace, names }) => {
    const lists = names.flatMap(([access, kind, all]) => {
      const items = all.map((name) => `<${kind}>${name}</${kind}>`);
      return all.length > 0 ? element(`${kind}s`, ` ${access}="ALLOW"`, items) : [];
    });
    const profile = element("profile", ` ns="${namespace || "/"}" node="${node}"`, lists);
    return element("enclave", ` path="${namespace}/${node}"`, [element("profiles", "", [profile])]);
  });
  const policy = element("policy", ' version="0.2.0"', [element("enclaves", "", texts)]);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${policy}\n`;
}

export async function main(
  given: OptionValues<typeof COMMANDS.permissions.options>,
): Promise<void> {
  for (const [name, [form, such]] of Object.entries(FORMS)) {
    const value = given[name as keyof typeof FORMS] ?? "";
    if (form.test(value)) continue;
    throw new UsageError(
      `${flagOf(name)} is "${cut(value)}"; give a name as ROS has them, such as ${such}`,
    );
  }
  const swarm = loadSwarm(given.robotsFile, loadScenario(given.scenario));
  process.stdout.write(policyOf(enclavesOf(swarm, given, RULES)));
}

if (require.main === module) void runCommand(COMMANDS.permissions, main);
