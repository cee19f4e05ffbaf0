/** What both worlds' loops share with the simulator. */

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
