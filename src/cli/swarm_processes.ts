/** The processes of a swarm: started together, watched, and ended together. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { delimiter, join } from "node:path";
import type { FromSchema } from "json-schema-to-ts";
import { z } from "zod";
import { packageRoot } from "../base/package_root";
import { decimal } from "../ros/parameters";
import { LAST_RESORT_MS } from "../ros/process";
import { REPORTS } from "./generated/reports";
import { type DescribedProcess, type ParameterMap, SWARM } from "./swarm_description";

/** What the simulator's and the page's process tell their parent. */
export type SimulatorReport = FromSchema<(typeof REPORTS)[keyof typeof REPORTS]>;
export type RunSummary = Extract<SimulatorReport, { type: "summary" }>["summary"];
const REPORT = z.fromJSONSchema({ oneOf: Object.values(REPORTS) } as never);

/**
 * Processes that have not ended this long after SIGTERM are killed, ms. A node ends itself before
 * that (LAST_RESORT_MS), which leaves nothing behind; all must have ended within 2 s.
 */
const PATIENCE_MS = LAST_RESORT_MS + 300;

type Described = "node" | "file" | "namespace" | "respawn" | "optional";

/** A process to run; see swarm_description.ts. */
export interface ProcessSpec extends Readonly<Pick<DescribedProcess, Described>> {
  readonly name: string;
  readonly parameters: ParameterMap;
}

/**
 * `--ros-args` of a node: a parameter file and the parameters that override it. They name the node,
 * as a section of the file would win over those that do not.
 */
export function rosArguments(spec: ProcessSpec, file?: string): string[] {
  const assignments = Object.entries(spec.parameters).flatMap(([name, value]) => [
    "-p",
    `${spec.node}:${name}:=${Array.isArray(value) ? `[${value.map(decimal).join(",")}]` : scalar(value)}`,
  ]);
  const remaps = spec.namespace ? ["-r", `__ns:=/${spec.namespace}`] : [];
  return ["--ros-args", ...(file ? ["--params-file", file] : []), ...remaps, ...assignments];
}

/** Text is quoted: ROS reads an unquoted 1e5 or on as a number or a boolean. */
const scalar = (value: unknown): string =>
  typeof value === "string" ? JSON.stringify(value) : String(value);

/** The environment of every process; variables that the user has set are kept. */
export function environmentOf(domain: number): NodeJS.ProcessEnv {
  const variables = Object.entries(SWARM.environment).map(([name, { value }]) => [name, value]);
  return {
    ROS_AUTOMATIC_DISCOVERY_RANGE: "LOCALHOST",
    ...Object.fromEntries(variables),
    ...process.env,
    ROS_DOMAIN_ID: String(domain),
  };
}

/** A Python module has MuJoCo's packages, too, where the set-up has made them. */
function pythonEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const packages = join(packageRoot(), ".ros", "mujoco", "packages");
  return { ...env, PYTHONPATH: [packages, env.PYTHONPATH].filter(Boolean).join(delimiter) };
}

/** The command that runs a process, without its own arguments. */
function programOf({ node, file }: ProcessSpec): [command: string, ...args: string[]] {
  if (file.endsWith(".py")) return ["python3", "-m", file.slice(0, -3).replaceAll("/", ".")];
  const own = SWARM.processes.find((described) => described.node === node)?.node_flags;
  const flags = Object.keys({ ...SWARM.node_flags, ...own });
  return [process.execPath, ...flags, join(packageRoot(), "dist", file)];
}

/** What the end of a process means: that of the swarm, a swarm without it, or another start of it. */
export type Fate = "fatal" | "lost" | "respawned";

export interface SwarmEvents {
  readonly onReport: (report: SimulatorReport) => void;
  readonly onEnd: (name: string, how: string, fate: Fate) => void;
}

export class SwarmProcesses {
  /** By name. */
  readonly children = new Map<string, ChildProcess>();
  private ending = false;

  constructor(
    private readonly environment: NodeJS.ProcessEnv,
    private readonly events: SwarmEvents,
  ) {}

  start(spec: ProcessSpec): void {
    const defaults = join(packageRoot(), "config", "swarm.yaml");
    const [command, ...program] = programOf(spec);
    const child = spawn(command, [...program, ...rosArguments(spec, defaults)], {
      env: spec.file.endsWith(".py") ? pythonEnvironment(this.environment) : this.environment,
      stdio: ["ignore", process.stderr, process.stderr, "ipc"],
    });
    this.children.set(spec.name, child);
    child.on("message", (message) => {
      const { success, data } = REPORT.safeParse(message);
      if (success) this.events.onReport(data as SimulatorReport);
    });
    child.on("error", (error) => this.events.onEnd(spec.name, error.message, "fatal"));
    // Its exit may be heard before the last that it said; this comes after both.
    child.on("close", (code, signal) => {
      if (this.children.get(spec.name) === child) this.children.delete(spec.name);
      if (this.ending) return;
      const how = signal ? `by ${signal}` : `with status ${code}`;
      const isAgain = spec.respawn && code !== 2;
      this.events.onEnd(spec.name, how, isAgain ? "respawned" : spec.optional ? "lost" : "fatal");
      if (!isAgain) return;
      setTimeout(() => this.ending || this.start(spec), 1000 * SWARM.respawn_delay).unref();
    });
  }

  /** Ends all, by SIGTERM, then SIGKILL. Resolves when none is left. */
  async end(): Promise<void> {
    this.ending = true;
    const left = [...this.children.values()];
    const gone = Promise.all(left.map((child) => once(child, "close")));
    for (const child of left) child.kill("SIGTERM");
    const kill = setTimeout(() => left.forEach((child) => child.kill("SIGKILL")), PATIENCE_MS);
    await gone;
    clearTimeout(kill);
  }
}
