/** How messages travel between processes: over UDP alone (docs/decisions/udp_only.md). */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { attempt } from "../base/errors";
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

/** Bytes that a socket may hold while its process is busy; config/one_machine.xml asks for them. */
const RECEIVE_BYTES = 4_194_304;

const LIMIT = "/proc/sys/net/core/rmem_max";
/** Not every container shows it. */
const receiveLimit = (): number => attempt(() => Number(readFileSync(LIMIT, "utf8"))) ?? Infinity;

/** Why many robots are discovered slowly, and what to do; undefined: the system is not in the way. */
export function receiveBufferProblem(limit = receiveLimit()): string | undefined {
  return limit < RECEIVE_BYTES
    ? `net.core.rmem_max lets a socket hold ${limit} bytes: messages are lost and sent again while many robots start; allow more: sudo sysctl -w net.core.rmem_max=${RECEIVE_BYTES}`
    : undefined;
}
