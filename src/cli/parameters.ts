/** Every node's parameters as README shows them, from their declarations. Usage: parameters.js */
import { SIMULATOR_PARAMETERS } from "../../sim/parameters";
import {
  GLOBAL_AGENT_PARAMETERS,
  LEAD_AGENT_PARAMETERS,
  LEARNER_PARAMETERS,
  LOCAL_AGENT_PARAMETERS,
  RECORDER_PARAMETERS,
} from "../nodes/parameters";
import type { ParameterSpec, ParameterSpecs } from "../ros/parameters";

/** Executables (and bare node names) and what they declare. */
export const NODES: Readonly<Record<string, ParameterSpecs>> = {
  global_agent: GLOBAL_AGENT_PARAMETERS,
  local_agent: LOCAL_AGENT_PARAMETERS,
  lead_agent: LEAD_AGENT_PARAMETERS,
  learner: LEARNER_PARAMETERS,
  recorder: RECORDER_PARAMETERS,
  simulator: SIMULATOR_PARAMETERS,
};

function allowed(spec: ParameterSpec): string {
  if ("range" in spec) return spec.range.join(" to ");
  return "choices" in spec && spec.choices ? spec.choices.join(", ") : "";
}

function row(name: string, spec: ParameterSpec, nodes: readonly string[]): string[] {
  const change = spec.live ? "yes" : "";
  const value = `\`${JSON.stringify(spec.default)}\``;
  const { type, unit = "", description } = spec;
  const text = description.replaceAll("<", "&lt;");
  return [`\`${name}\``, nodes.join(", "), type, value, unit, allowed(spec), change, text];
}

/** A Markdown table; a parameter that several nodes declare alike has one row. */
export function parameterTable(): string {
  const rows = new Map<ParameterSpec, { name: string; nodes: string[] }>();
  for (const [node, specs] of Object.entries(NODES)) {
    for (const [name, spec] of Object.entries(specs)) {
      const known = rows.get(spec) ?? { name, nodes: [] };
      known.nodes.push(node);
      rows.set(spec, known);
    }
  }
  const titles = ["parameter", "node", "type", "default", "unit", "allowed", "live", "what it is"];
  const cells = [...rows].map(([spec, { name, nodes }]) => row(name, spec, nodes));
  const widths = titles.map((_, i) =>
    Math.max(...[titles, ...cells].map((line) => line[i].length)),
  );
  const line = (texts: readonly string[]): string =>
    `| ${texts.map((text, i) => text.padEnd(widths[i])).join(" | ")} |`;
  const rule = widths.map((width) => "-".repeat(width));
  return [line(titles), line(rule), ...cells.map(line)].join("\n");
}

if (require.main === module) console.log(parameterTable());
