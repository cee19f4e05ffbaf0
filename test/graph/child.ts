/** One program of the package started by itself, in a ROS domain of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { basename, join } from "node:path";
import { type ParameterMap, rosArguments } from "../../src/cli/swarm_processes";
import { packageRoot } from "../../src/game/scenario_file";

export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Lines of standard error. */
  readonly lines: readonly string[];
}

export class Child {
  readonly ended: Promise<Ended>;
  private readonly child: ChildProcess;

  /**
   * @param file compiled, below dist/
   * @param more ROS arguments
   */
  constructor(
    environment: NodeJS.ProcessEnv,
    file: string,
    parameters: ParameterMap = {},
    more: readonly string[] = [],
  ) {
    const program = join(packageRoot(), "dist", file);
    const spec = { name: file, node: basename(file, ".js"), file, parameters };
    this.child = spawn(process.execPath, [program, ...rosArguments(spec), ...more], {
      env: environment,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let text = "";
    this.child.stderr!.on("data", (chunk) => (text += String(chunk)));
    this.ended = new Promise((resolve) => {
      this.child.once("close", (status, signal) => {
        resolve({ status, signal, lines: text.split("\n").filter((line) => line.trim()) });
      });
    });
  }

  async end(signal: NodeJS.Signals = "SIGKILL"): Promise<Ended> {
    this.child.kill(signal);
    return this.ended;
  }
}
