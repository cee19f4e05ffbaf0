/** What follows from the parameters' declarations (config/parameters.yaml). */
import type { LEAD_AGENT_PARAMETERS } from "../ros/generated/parameters";
import type { ParameterValues } from "../ros/parameters";

/** What keeps a body safe; the same for local agents and the lead agent. */
export type SafetyParameters = Omit<ParameterValues<typeof LEAD_AGENT_PARAMETERS>, "scenario">;
