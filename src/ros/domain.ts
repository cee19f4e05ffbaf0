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

/** Domains in whose ports processes of this machine listen over UDP. */
export function domainsInUse(): Set<number> {
  const ports = ["/proc/net/udp", "/proc/net/udp6"].flatMap((table) => {
    const text = attempt(() => readFileSync(table, "utf8")) ?? "";
    return text.split("\n").map((row) => row.trim().split(/\s+/)[1]?.split(":")[1]);
  });
  const domains = ports.map((port) => Math.floor((parseInt(port, 16) - PORT_BASE) / DOMAIN_PORTS));
  return new Set(domains.filter((domain) => domain >= 0));
}

/** Why processes could not find each other in any domain, and what to do; undefined: they can. */
export const reachProblem = (environment: NodeJS.ProcessEnv): string | undefined =>
  environment[RANGE] === "OFF"
    ? `${RANGE} is OFF, with which no process hears another: unset it, or set it to LOCALHOST or SUBNET`
    : undefined;

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
  const used = domainsInUse();
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
