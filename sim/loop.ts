/** What both worlds' loops share with the simulator. */
import type { RosNode } from "../src/ros/node";
import type { ParameterValues } from "../src/ros/parameters";
import type { Controls } from "./controls";
import type { RealTimeFactor } from "./pace";
import type { SIMULATOR_PARAMETERS } from "./parameters";
import type { Run } from "./run";

/** A world in a node. */
export interface World {
  readonly node: RosNode;
  readonly run: Run;
  readonly parameters: ParameterValues<typeof SIMULATOR_PARAMETERS>;
  readonly controls: Controls;
  readonly factor: RealTimeFactor;
  readonly publishPoses: PublishPoses;
  /** The run has lasted as long as it was asked to. */
  readonly onOver: () => void;
}

export interface Loop {
  stop(): void;
}

/**
 * Shows a frame.
 * @param seconds simulated time
 * @param poses [(n+1) * 3] m, m, rad in the map frame, the lead vehicle last
 * @param locked [n] 1: wheels locked
 * @param states [n] zones
 */
export type PublishPoses = (
  seconds: number,
  poses: Float64Array,
  locked: Uint8Array,
  states: Uint8Array,
) => void;
