/** What the world's loop, the page and the simulator share. */
import type { RosNode } from "../src/ros/node";
import type { ParameterValues } from "../src/ros/parameters";
import type { RealTimeFactor } from "./pace";
import type { SIMULATOR_PARAMETERS } from "../src/ros/generated/parameters";
import type { encodePoses } from "./protocol";
import type { Run } from "./run";
import type { WorldControls } from "./world_controls";

export interface LoopContext {
  readonly node: RosNode<typeof SIMULATOR_PARAMETERS>;
  readonly run: Run;
  readonly parameters: ParameterValues<typeof SIMULATOR_PARAMETERS>;
  readonly controls: WorldControls;
  readonly factor: RealTimeFactor;
  /** Shows a frame on the page: poses, locks and zones as `encodePoses` takes them. */
  readonly publishPoses: (...frame: Parameters<typeof encodePoses>) => void;
  readonly onOver: () => void;
}
