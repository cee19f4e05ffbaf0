/**
 * Sections of parameter files that name a namespace (such as /robot_3/local_agent): rclnodejs
 * hears only `/**` and a node's bare name, and says nothing of the others.
 */
import { z } from "zod";
import { reasonOf } from "../base/errors";
import { readText } from "../base/platform";
import { parseYaml } from "../base/yaml";
import { ParameterError } from "./parameters";

const PARAMETERS = "ros__parameters";

const tag = (name: string, test: RegExp, resolve: (text: string) => unknown) => ({
  tag: `tag:yaml.org,2002:${name}`,
  default: true as const,
  test,
  resolve,
});

/** "0x10" and "010", as C reads them. */
function wholeOf(text: string): number {
  const [, sign, digits] = /^([+-]?)(.*)$/.exec(text)!;
  const isOctal = /^0[0-7]+$/.test(digits);
  return Number(isOctal ? `0o${digits}` : digits) * (sign === "-" ? -1 : 1);
}

/** What unquoted text is to rcl (rcl_yaml_param_parser), so that one value has one meaning. */
const RCL_TAGS = [
  tag("bool", /^(y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON)$/, () => true),
  tag("bool", /^(n|N|no|No|NO|false|False|FALSE|off|Off|OFF)$/, () => false),
  tag("int", /^[+-]?(0[xX][\da-fA-F]+|0[0-7]*|[1-9]\d*)$/, wholeOf),
  tag("float", /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/, Number),
  tag("float", /^[+-]?\.(inf|Inf|INF)$/, (text) => (text.startsWith("-") ? -Infinity : Infinity)),
];

const mapping = z.record(z.string(), z.unknown());

/** Names of the files in a process's arguments. */
const filesIn = (args: readonly string[]): string[] =>
  args.filter((_, i) => i > 0 && args[i - 1] === "--params-file");

/** Parameters that -p assigns to a node of this name: they win over files. */
function assignedIn(args: readonly string[], name: string): Set<string> {
  const given = args.filter((_, i) => i > 0 && /^(-p|--param)$/.test(args[i - 1]));
  return new Set(
    given.flatMap((assignment) => {
      const [, node, parameter] = /^(?:([^:]+):)?([^:]+):=/.exec(assignment) ?? [];
      return parameter && (node === undefined || node === name) ? parameter : [];
    }),
  );
}

/** The path of a node, as it is written, and its parameters. */
export type Section = readonly [path: string, parameters: Readonly<Record<string, unknown>>];

/**
 * Every section of the files that a process's arguments name: to be read once for all its nodes.
 * @throws ParameterError for a file that cannot be read
 */
export const sectionsIn = (args: readonly string[]): Section[] => filesIn(args).flatMap(sectionsOf);

function sectionsOf(file: string): Section[] {
  const sections: Section[] = [];
  const visit = (path: string, value: unknown): void => {
    const { success, data } = mapping.safeParse(value);
    if (!success) return;
    const parameters = mapping.safeParse(data[PARAMETERS]);
    if (parameters.success) sections.push([path, parameters.data]);
    for (const [key, inner] of Object.entries(data)) {
      if (key !== PARAMETERS) visit(path === "" ? key : `${path}/${key}`, inner);
    }
  };
  try {
    visit("", parseYaml(readText(file), { schema: "failsafe", customTags: [...RCL_TAGS] }));
  } catch (error) {
    throw new ParameterError(`the parameter file ${file} cannot be used: ${reasonOf(error)}`);
  }
  return sections;
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

/**
 * The parameters that such sections give a node; of two, the later one holds, and -p over both.
 * @param args of the process
 * @param node the node's name with its namespace
 */
export function namespacedParameters(
  sections: readonly Section[],
  args: readonly string[],
  node: string,
): Map<string, unknown> {
  const assigned = assignedIn(args, node.split("/").at(-1)!);
  const isHeardAnyway = (path: string): boolean => path === "/**" || !path.includes("/");
  return new Map(
    sections
      .filter(([path]) => !isHeardAnyway(path) && holdsFor(path, node))
      .flatMap(([, parameters]) => Object.entries(parameters))
      .filter(([name]) => !assigned.has(name)),
  );
}
