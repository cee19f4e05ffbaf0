/** The package without ROS 2: `import { learn, evaluate, loadPolicy } from "alternating_marl"`. */
export {
  evaluate,
  type EvaluateOptions,
  type EvaluateResult,
  type EvaluateSettings,
  rollouts,
} from "./evaluation/evaluate";
export { HistogramIndex, roundToSize } from "./game/histogram";
export { type Game, type PolicyPair, type Sizes, sizesOf } from "./game/model";
export type { PopulationStart, TransitionTiming } from "./game/population";
export { InvalidInputError } from "./base/errors";
export { parseScenario } from "./game/scenario";
export { type Estimate } from "./game/statistics";
export { learn, type LearnResult } from "./learning/learn";
export type { LearnOptions, PointLearnOptions, Progress } from "./learning/options";
export { learnByPoints, type PointLearnResult } from "./learning/points/learn_by_points";
export { LEARNER_VERSION } from "./learning/version";
export { Observation, type ObservationMode } from "./policy/observation";
export {
  decodePolicy,
  encodePolicy,
  type LoadedPolicy,
  loadPolicy,
  type PolicyMetadata,
  requireScenario,
  savePolicy,
} from "./policy/policy_file";
