import { readFileSync } from "node:fs";
import { receiveBufferProblem, udpOnly } from "../../src/ros/transport";

const LOCALHOST = { ROS_AUTOMATIC_DISCOVERY_RANGE: "LOCALHOST" };

test("on one machine a profile without shared memory takes LOCALHOST's place", () => {
  const { FASTRTPS_DEFAULT_PROFILES_FILE: file, ...rest } = udpOnly(LOCALHOST);
  expect(rest).toEqual({ ROS_AUTOMATIC_DISCOVERY_RANGE: "SYSTEM_DEFAULT" });
  expect(readFileSync(file!, "utf8")).toContain("<receiveBufferSize>4194304<");
  const inherited = { ...LOCALHOST, FASTRTPS_DEFAULT_PROFILES_FILE: file };
  expect(udpOnly(inherited)).toEqual(udpOnly(LOCALHOST));
});

test.each([
  {},
  { ROS_AUTOMATIC_DISCOVERY_RANGE: "SUBNET" },
  { ...LOCALHOST, ROS_STATIC_PEERS: "a" },
])("with %j Fast DDS is told to use UDP", (environment) =>
  expect(udpOnly(environment)).toEqual({ FASTDDS_BUILTIN_TRANSPORTS: "UDPv4" }),
);

test.each([
  { ...LOCALHOST, RMW_IMPLEMENTATION: "rmw_cyclonedds_cpp" },
  { ...LOCALHOST, FASTRTPS_DEFAULT_PROFILES_FILE: "own.xml" },
])("with %j nothing is changed", (environment) => expect(udpOnly(environment)).toEqual({}));

test("transports that the user has chosen stay", () => {
  const chosen = { FASTDDS_BUILTIN_TRANSPORTS: "LARGE_DATA" };
  expect(udpOnly(chosen)).toEqual(chosen);
});

test("a system that allows smaller receive buffers than are asked for is told of", () => {
  expect(receiveBufferProblem(212_992)).toMatch(/hold 212992 bytes.*rmem_max=4194304$/);
  expect(receiveBufferProblem(4_194_304)).toBeUndefined();
});
