/** How messages travel between processes: over UDP alone (docs/decisions/udp_only.md). */
import { join } from "node:path";
import { packageRoot } from "../base/package_root";

/** How far processes look for each other, as ROS reads it. */
export const RANGE = "ROS_AUTOMATIC_DISCOVERY_RANGE";

const ONE_MACHINE = join(packageRoot(), "config", "one_machine.xml");

/**
 * Variables by which Fast DDS uses UDP alone; those that the user has set are left as they are.
 *
 * With LOCALHOST rmw_fastrtps makes transports of its own, shared memory among them, whatever
 * FASTDDS_BUILTIN_TRANSPORTS says (rmw_fastrtps_shared_cpp, create_participant). A profile that is
 * the same without shared memory takes its place.
 */
export function udpOnly(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { RMW_IMPLEMENTATION, ROS_STATIC_PEERS } = environment;
  const profile = environment.FASTRTPS_DEFAULT_PROFILES_FILE || ONE_MACHINE;
  const isFastDds = /^(rmw_fastrtps\w*)?$/.test(RMW_IMPLEMENTATION ?? "");
  // A process that a node starts inherits the node's profile.
  if (!isFastDds || profile !== ONE_MACHINE) return {};
  if (environment[RANGE] !== "LOCALHOST" || ROS_STATIC_PEERS)
    return { FASTDDS_BUILTIN_TRANSPORTS: environment.FASTDDS_BUILTIN_TRANSPORTS || "UDPv4" };
  return { [RANGE]: "SYSTEM_DEFAULT", FASTRTPS_DEFAULT_PROFILES_FILE: ONE_MACHINE };
}
