/** What the world's loop, the page and the simulator share. */
import type { RosNode } from "../src/ros/node";
import type { ParameterValues } from "../src/ros/parameters";
import type { RealTimeFactor } from "./pace";
import type { SIMULATOR_PARAMETERS } from "./parameters";
import type { Run } from "./run";
import type { WorldControls } from "./world_controls";

export interface LoopContext {
  readonly node: RosNode;
  readonly run: Run;
  readonly parameters: ParameterValues<typeof SIMULATOR_PARAMETERS>;
  readonly controls: WorldControls;
  readonly factor: RealTimeFactor;
  readonly publishPoses: PublishPoses;
  readonly onOver: () => void;
}

/**
 * Shows a frame on the page.
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
