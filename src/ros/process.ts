/** The life of a ROS process: start, and an end that is clean whatever asks for it. */
import { Worker } from "node:worker_threads";
import { InvalidInputError, reasonOf } from "../base/errors";
import { ParameterError } from "./parameters";
import type { RosNode } from "./node";
import { rcl } from "./rcl";

/** What was published last needs this long to leave, ms. */
const SENDING_MS = 50;

/** Resolves when the last messages have had time to leave. */
export function sent(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, SENDING_MS));
}

/** A process that has not ended by itself this long after it was asked to is ended, ms. */
export const LAST_RESORT_MS = 1500;
/** Built with the messages (leave.c), and found where their libraries are. */
const LEAVE = "libalternating_marl_leave.so";

/**
 * Fast DDS can deadlock in the destruction of a participant while others leave: this thread would
 * then never run on, so that another one ends the process, by SIGKILL where it has to.
 */
function leaveLater(status: number): void {
  const leave = `try { process.dlopen({ exports: {} }, "${LEAVE}") } catch {}`;
  const code = `setTimeout(() => { ${status === 0 ? leave : ""}; process.kill(process.pid, "SIGKILL") }, ${LAST_RESORT_MS})`;
  new Worker(code, { eval: true }).unref();
}

export interface RosProcess {
  /** Nodes to spin, from the end of `main` on or, added later, at once; each is stopped at the end. */
  add<N extends RosNode>(node: N): N;
  /** Called once at the end, before the nodes stop, the newest first: robots are told to stand. */
  onEnd(work: () => void | Promise<void>): void;
  /** Ends the process. */
  end(status?: number): void;
}

/**
 * Runs `main` with ROS 2 up. SIGINT, SIGTERM, the death of the process that started this one (its
 * IPC channel closing), a throw or a rejection that nobody caught and `end` all lead through the same
 * steps: `onEnd` works, nodes stopped, ROS shut down, exit. Wrong parameters give one sentence and
 * exit status 2.
 */
export async function runProcess(main: (ros: RosProcess) => void | Promise<void>): Promise<void> {
  const nodes: RosNode[] = [];
  const endings: (() => void | Promise<void>)[] = [];
  let ending = false;
  let hasStarted = false;

  const end = async (status: number): Promise<void> => {
    if (ending) return;
    ending = true;
    leaveLater(status);
    for (const work of endings.reverse()) {
      try {
        await work();
      } catch (error) {
        console.error(String(error));
      }
    }
    for (const node of nodes) node.stop();
    try {
      rcl().shutdown();
    } catch (error) {
      console.error(String(error));
    }
    process.exit(status);
  };
  const fail = (error: unknown): void => {
    console.error(reasonOf(error));
    void end(error instanceof ParameterError || error instanceof InvalidInputError ? 2 : 1);
  };

  try {
    await rcl().init();
  } catch (error) {
    console.error(
      `ROS 2 did not start (${reasonOf(error)}); source a ROS 2, or run it by npm run ros`,
    );
    process.exit(1);
  }
  rcl().removeSignalHandlers();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => void end(0));
  // A throw that nobody caught is a fault of the program: all of it is said.
  process.on("uncaughtException", (error) => {
    console.error(error);
    void end(1);
  });
  if (process.send) process.on("disconnect", () => void end(0));
  try {
    await main({
      add: (node) => {
        nodes.push(node);
        if (hasStarted && !ending) node.start();
        return node;
      },
      onEnd: (work) => void endings.push(work),
      end: (status = 0) => void end(status),
    });
    for (const node of nodes) if (!ending) node.start();
    hasStarted = true;
  } catch (error) {
    fail(error);
  }
}
