/** The life of a ROS process: start, and an end that is clean whatever asks for it. */
import { closeSync, constants, fstatSync, openSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { InvalidInputError, reasonOf } from "../base/errors";
import { every } from "./clock";
import { initialiseRos } from "./initialise";
import type { RosNode } from "./node";
import { rcl } from "./rcl";
import { watchSources } from "./sole_source";

/** Resolves when the parent's channel has taken what it was told last; one that is busy takes no more. */
export let told: Promise<void> = Promise.resolve();

/** Tells the process that started this one, if it listens. */
export function tellParent(message: object): void {
  if (!process.connected) return;
  // Also where the parent died: the channel's end ends this process.
  told = new Promise((resolve) => process.send?.(message, () => resolve()));
}

/** What was published last needs this long to leave, ms. */
const SENDING_MS = 50;

/** Resolves when the last messages have had time to leave. */
export const sent = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, SENDING_MS));

/** Who publishes is looked at this often at least, ms. */
const SOURCES_MS = 100;

/** A process that has not ended by itself this long after it was asked to is ended, ms. */
export const LAST_RESORT_MS = 1500;
/** Built with the messages (leave.c), and found where their libraries are. */
const LEAVE = "libalternating_marl_leave.so";

/**
 * Fast DDS can deadlock when it destroys a participant while others leave (eProsima/Fast-DDS#6193 and
 * #6502). This thread would then never run again, so that another one ends the process: with the
 * status where it is 0, else by SIGKILL. Terminated, it does not.
 */
export function leaveLater(status: number): Worker {
  const leave = `try { process.dlopen({ exports: {} }, "${LEAVE}") } catch {}`;
  const code = `setTimeout(() => { ${status === 0 ? leave : ""}; process.kill(process.pid, "SIGKILL") }, ${LAST_RESORT_MS})`;
  return new Worker(code, { eval: true });
}

/** All that end a process by default and can be heard. SIGPROF and SIGSEGV are Node.js' own. */
const ENDING_SIGNALS: readonly NodeJS.Signals[] = [
  "SIGHUP",
  "SIGINT",
  "SIGQUIT",
  "SIGTERM",
  "SIGUSR1",
  "SIGUSR2",
  "SIGALRM",
  "SIGVTALRM",
  "SIGXCPU",
  "SIGIO",
  "SIGPWR",
  "SIGSTKFLT",
];

/** Whether nobody reads any more what is written to a file descriptor; false where it is no pipe. */
function isBroken(descriptor: number): boolean {
  try {
    if (!fstatSync(descriptor).isFIFO()) return false;
    closeSync(openSync(`/proc/self/fd/${descriptor}`, constants.O_WRONLY | constants.O_NONBLOCK));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENXIO";
  }
  return false;
}

/**
 * Ends at each signal that asks for it, and where standard output or error is cut off. Before a
 * terminal halts the process (Ctrl-Z), its works for that are done and what they send leaves.
 */
function onSignals(ros: RunningProcess, interrupted: number): void {
  const end = (): void => ros.end(interrupted);
  for (const signal of ENDING_SIGNALS) process.on(signal, end);
  process.on("SIGTSTP", () => {
    ros.pauses.forEach((work) => work());
    // Nothing that arrives meanwhile is answered.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, SENDING_MS);
    process.kill(process.pid, "SIGSTOP");
  });
  // A log or recording that has reached its limit of size is no reason to end.
  process.on("SIGXFSZ", () => undefined);
  for (const stream of [process.stdout, process.stderr]) stream.on("error", end);
  // ROS logs from C, where only the signal tells. A page that leaves raises it too.
  process.on("SIGPIPE", () => {
    if (isBroken(1) || isBroken(2)) end();
  });
}

export type RosProcess = Pick<RunningProcess, "add" | "onEnd" | "onPause" | "end">;

class RunningProcess {
  private readonly nodes: RosNode[] = [];
  private readonly endings: (() => void | Promise<void>)[] = [];
  readonly pauses: (() => void)[] = [];
  private hasStarted = false;
  private isEnding = false;

  /** Nodes to spin, from the end of `main` on or, added later, at once; each is stopped at the end. */
  add<N extends RosNode>(node: N): N {
    this.nodes.push(node);
    if (this.hasStarted && !this.isEnding) node.start();
    return node;
  }

  /** Called once at the end, before the nodes stop, the newest first: robots are told to stand. */
  onEnd(work: () => void | Promise<void>): void {
    this.endings.push(work);
  }

  /** Called each time before the process is halted from its terminal: robots are told to stand. */
  onPause(work: () => void): void {
    this.pauses.push(work);
  }

  end(status = 0): void {
    void this.leave(status);
  }

  start(): void {
    for (const node of this.nodes) if (!this.isEnding) node.start();
    this.hasStarted = true;
    const [first] = this.nodes;
    if (first === undefined) return;
    const look = watchSources(first.log);
    every(SOURCES_MS, () => first.safely(look));
  }

  private async leave(status: number): Promise<void> {
    if (this.isEnding) return;
    this.isEnding = true;
    leaveLater(status).unref();
    const stopNodes = (): void => this.nodes.forEach((node) => node.stop());
    for (const work of [...this.endings.reverse(), stopNodes, () => rcl().shutdown(), () => told]) {
      try {
        await work();
      } catch (error) {
        console.error(String(error));
      }
    }
    process.exit(status);
  }
}

const statusOf = (error: unknown): number => (error instanceof InvalidInputError ? 2 : 1);

/**
 * Runs `main` with ROS 2 up. Signals, nobody reading what it says any more, the death of the process
 * that started this one (its IPC channel closing), an error that nobody caught and `end` all lead
 * through the same steps: `onEnd` works, nodes stopped, ROS shut down, exit. Wrong parameters and
 * arguments that ROS refuses give one sentence and exit status 2.
 * @param interrupted exit status at a signal
 */
export async function runProcess(
  main: (ros: RosProcess) => void | Promise<void>,
  interrupted = 0,
): Promise<void> {
  const ros = new RunningProcess();
  try {
    await initialiseRos();
  } catch (error) {
    console.error(reasonOf(error));
    process.exit(statusOf(error));
  }
  // rclnodejs' own handlers end the process at SIGINT alone, and only where nothing else is open.
  rcl().removeSignalHandlers();
  onSignals(ros, interrupted);
  // An error that nobody caught is a fault of the program: all of it is said.
  process.on("uncaughtException", (error) => {
    console.error(error);
    ros.end(1);
  });
  if (process.send) process.on("disconnect", () => ros.end());
  // The starter may have died while ROS came up, before anybody listened.
  if (process.send && !process.connected) return ros.end();
  try {
    await main(ros);
    ros.start();
  } catch (error) {
    console.error(reasonOf(error));
    ros.end(statusOf(error));
  }
}
