/** A ROS domain that no other swarm on this machine uses. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { attempt, InvalidInputError } from "../base/errors";
import { RANGE } from "./transport";

/** Domains whose ports lie below the usual ephemeral ones (DDSI-RTPS 2.2, 9.6.1.1). */
const FIRST = 1;
const LAST = 99;
/** The highest domain id that ROS 2 has. */
const LAST_DOMAIN = 232;

/** ROS_DOMAIN_ID, if the user has set it. @throws InvalidInputError when it is no domain */
export function wantedDomain({ ROS_DOMAIN_ID: text }: NodeJS.ProcessEnv): number | undefined {
  if (!text) return undefined;
  const id = Number(text);
  if (Number.isInteger(id) && id >= 0 && id <= LAST_DOMAIN) return id;
  throw new InvalidInputError(
    `ROS_DOMAIN_ID is "${text}"; set a whole number from 0 to ${LAST_DOMAIN}, or unset it`,
  );
}

/** Ports of domain 0 begin here, and each domain has so many: PB and DG. */
const PORT_BASE = 7400;
const DOMAIN_PORTS = 250;

/** Port of a domain's discovery: PB + DG · domain. */
const discoveryPort = (domain: number): number => PORT_BASE + DOMAIN_PORTS * domain;

export interface Domain {
  readonly id: number;
  release(): void;
}

/** UDP ports that processes of this machine have bound, counted from PORT_BASE. */
function usedPorts(): number[] {
  return ["/proc/net/udp", "/proc/net/udp6"].flatMap((table) => {
    const text = attempt(() => readFileSync(table, "utf8")) ?? "";
    const ports = text.split("\n").map((row) => row.trim().split(/\s+/)[1]?.split(":")[1]);
    return ports.map((port) => parseInt(port, 16) - PORT_BASE).filter((port) => port >= 0);
  });
}

/** Each participant of a domain binds two ports, from the tenth on: d1, d3 and PG. */
const FIRST_PARTICIPANT = 10;
const PARTICIPANT_PORTS = 2;
/** From this domain on its ports are among those that Linux gives to any program. */
const FIRST_SHARED = 102;
const LAST_PORT = 65_535;

/** Processes of this machine that are in the domain. */
export function participantsIn(domain: number): number {
  const ports = usedPorts().map((port) => port - DOMAIN_PORTS * domain - FIRST_PARTICIPANT);
  const own = new Set(ports.filter((port) => port >= 0 && port < DOMAIN_PORTS - FIRST_PARTICIPANT));
  // There only who has both ports is taken for a participant.
  const isOne = (port: number): boolean => domain < FIRST_SHARED || own.has(port ^ 1);
  const all = [...own].filter(isOne).map((port) => Math.floor(port / PARTICIPANT_PORTS));
  return new Set(all).size;
}

/** So many processes of a domain find each other on one machine (rmw_fastrtps, Fast DDS). */
const MOST_LOCAL = 32;
const MOST = 100;

/**
 * Why processes that are to be started could not find each other; undefined: they can.
 * @param there processes of this machine that are in the domain
 */
export function discoveryProblem(
  environment: NodeJS.ProcessEnv,
  domain: number,
  wanted: number,
  there: number,
): string | undefined {
  const range = environment[RANGE];
  if (range === "OFF") {
    return `${RANGE} is OFF, with which no process hears another: unset it, or set it to LOCALHOST or SUBNET`;
  }
  const room = LAST_PORT + 1 - discoveryPort(domain) - FIRST_PARTICIPANT;
  const most = Math.min(
    range === "LOCALHOST" ? MOST_LOCAL : MOST,
    Math.floor(room / PARTICIPANT_PORTS),
  );
  if (there + wanted <= most) return undefined;
  const others = `${there} of this machine are in ROS domain ${domain}`;
  return `${wanted} processes are to be started and ${others}; with ${RANGE}=${range} only ${most} find each other: end others, choose another ROS_DOMAIN_ID, or start fewer robots`;
}

/** For a process that hears nobody: what decides whom it can hear. */
export function discoveryHint(environment: NodeJS.ProcessEnv): string {
  const range = environment[RANGE] || "not set";
  return `the others must be in its ROS domain (ROS_DOMAIN_ID=${environment.ROS_DOMAIN_ID || 0}) and within its reach (${RANGE}: ${range}${range === "OFF" ? ", with which nobody is heard" : ""})`;
}

/** Listening on the domain's TCP port is the claim: the kernel ends it with the process. */
async function claim(domain: number): Promise<Server | undefined> {
  const server = createServer((socket) => socket.destroy()).unref();
  server.listen({ port: discoveryPort(domain), host: "127.0.0.1", exclusive: true });
  return once(server, "listening").then(
    () => server,
    () => undefined,
  );
}

/**
 * Claims a domain until it is released or the process ends.
 * @param wanted take this one (ROS_DOMAIN_ID); undefined: the first that nobody uses
 * @throws InvalidInputError when the wanted one is claimed, or none is free
 */
export async function claimDomain(wanted?: number): Promise<Domain> {
  // With discovery on the local host alone nobody binds the port of discovery itself.
  const used = new Set(usedPorts().map((port) => Math.floor(port / DOMAIN_PORTS)));
  const own = Array.from({ length: LAST - FIRST + 1 }, (_, i) => FIRST + i);
  const candidates = wanted === undefined ? own.filter((id) => !used.has(id)) : [wanted];
  for (const id of candidates) {
    const server = await claim(id);
    if (server) return { id, release: () => void server.close() };
  }
  throw new InvalidInputError(
    wanted === undefined
      ? `no ROS domain from ${FIRST} to ${LAST} is free on this machine; end another swarm first`
      : `ROS domain ${wanted} is used by another swarm of this machine; unset ROS_DOMAIN_ID or choose another`,
  );
}
