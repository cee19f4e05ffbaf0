/** One program of the package started by itself, in a ROS domain of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { basename, join } from "node:path";
import type { ParameterMap } from "../../src/cli/swarm_description";
import { rosArguments } from "../../src/cli/swarm_processes";
import { packageRoot } from "../../src/base/package_root";
import { eventually } from "./wait";

export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Lines of standard error. */
  readonly lines: readonly string[];
}

export interface ChildOptions {
  readonly parameters?: ParameterMap;
  /** ROS arguments besides the parameters. */
  readonly rosArgs?: readonly string[];
  /** Arguments before the ROS arguments. */
  readonly words?: readonly string[];
  /** Bytes that it can write to a file, a multiple of 1024; undefined: no limit. */
  readonly largestFile?: number;
}

export class Child {
  readonly ended: Promise<Ended>;
  /** Standard error so far. */
  said = "";
  private readonly child: ChildProcess;

  /** @param name compiled file, below dist/ */
  constructor(
    environment: NodeJS.ProcessEnv,
    private readonly name: string,
    options: ChildOptions = {},
  ) {
    const { parameters = {}, rosArgs = [], words = [], largestFile } = options;
    const program = join(packageRoot(), "dist", name);
    const spec = { name, node: basename(name, ".js"), file: name, parameters };
    const command = [process.execPath, program, ...words, ...rosArguments(spec), ...rosArgs];
    // With SIGXFSZ ignored, a write beyond the limit fails as on a full disk.
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

  /** Process id. */
  get pid(): number {
    return this.child.pid!;
  }

  /** Resolves when standard error holds `words`; rejects when the program ended without them. */
  async says(words: string): Promise<void> {
    await eventually(`"${words}" from ${this.name}`, () => {
      const isOver = this.child.exitCode !== null || this.child.signalCode !== null;
      if (this.said.includes(words)) return true;
      if (isOver) throw new Error(`${this.name} ended before it said "${words}": ${this.said}`);
      return false;
    });
  }

  async end(signal: NodeJS.Signals = "SIGKILL"): Promise<Ended> {
    this.child.kill(signal);
    return this.ended;
  }
}
