/** One program of the package started by itself, in a ROS domain of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { basename, join } from "node:path";
import { type ParameterMap, rosArguments } from "../../src/cli/swarm_processes";
import { packageRoot } from "../../src/base/package_root";

export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Lines of standard error. */
  readonly lines: readonly string[];
}

export class Child {
  readonly ended: Promise<Ended>;
  /** Standard error so far. */
  said = "";
  private readonly child: ChildProcess;

  /**
   * @param file compiled, below dist/
   * @param more ROS arguments
   * @param largestFile bytes that it can write to a file, a multiple of 1024
   * @param words before the ROS arguments
   */
  constructor(
    environment: NodeJS.ProcessEnv,
    file: string,
    parameters: ParameterMap = {},
    more: readonly string[] = [],
    largestFile?: number,
    words: readonly string[] = [],
  ) {
    const program = join(packageRoot(), "dist", file);
    const spec = { name: file, node: basename(file, ".js"), file, parameters };
    const command = [process.execPath, program, ...words, ...rosArguments(spec), ...more];
    // A write beyond the limit fails as on a full disk, where the signal is ignored.
    const limit = `trap "" XFSZ; ulimit -f ${(largestFile ?? 0) / 1024}; exec "$@"`;
    const limited = ["bash", "-c", limit, "bash", ...command];
    const [executable, ...rest] = largestFile === undefined ? command : limited;
    this.child = spawn(executable, rest, {
      env: environment,
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.child.stderr!.on("data", (chunk) => (this.said += String(chunk)));
    this.ended = new Promise((resolve) => {
      this.child.once("close", (status, signal) => {
        resolve({ status, signal, lines: this.said.split("\n").filter((line) => line.trim()) });
      });
    });
  }

  async end(signal: NodeJS.Signals = "SIGKILL"): Promise<Ended> {
    this.child.kill(signal);
    return this.ended;
  }
}
