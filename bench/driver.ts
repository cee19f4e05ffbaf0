/** What the swarm benches share: a node that starts other processes and feeds many robots. */
import { type ParameterMap, SwarmProcesses } from "../src/cli/swarm_processes";
import { nanoseconds, type Time } from "../src/ros/messages";
import type { RosNode } from "../src/ros/node";
import type { RosProcess } from "../src/ros/process";
import { say } from "./measure";

/** Messages to many robots go out in parts, this often. */
const PART_MS = 10;

export interface Bench {
  readonly node: RosNode;
  readonly n: number;
  /** Namespaces of the robots and of the lead vehicle. */
  readonly names: readonly string[];
  /** Starts a node and returns its process id. */
  readonly start: (node: string, parameters: ParameterMap, more?: object) => number;
}

export const toMs = (stamp: Time): number => Number(nanoseconds(stamp)) / 1e6;

/** Serves each of `count` bodies once in `periodMs`, spread over the period. */
export function serveInTurn(count: number, periodMs: number, serve: (turn: number) => void): void {
  const began = performance.now();
  let turn = 0;
  setInterval(() => {
    const due = ((performance.now() - began) / periodMs) * count;
    for (; turn < due; turn++) serve(turn);
  }, PART_MS);
}

/** A failed process ends the bench. */
export function startProcesses(ros: RosProcess): Bench["start"] {
  const fail = (name: string, how: string): void => {
    say(`${name} ended ${how}`);
    ros.end(1);
  };
  const events = { onMessage: () => undefined, onDeath: fail, onLoss: fail, onRespawn: fail };
  const swarm = new SwarmProcesses(process.env, events);
  ros.onEnd(() => swarm.end());
  return (node, parameters, more = {}) => {
    const name = `${node}_${Object.keys(swarm.pids).length}`;
    swarm.start({ name, node, file: `src/nodes/${node}.js`, parameters, ...more });
    return swarm.pids[name]!;
  };
}
