/** A ROS domain that no other swarm on this machine uses. */
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { InvalidInputError } from "../base/errors";

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
function discoveryPort(domain: number): number {
  return PORT_BASE + DOMAIN_PORTS * domain;
}

export interface Domain {
  readonly id: number;
  release(): void;
}

/**
 * Domains of whose UDP ports any process of this machine has bound one. With discovery on the local
 * host alone nobody binds the port of discovery itself.
 */
function usedDomains(): Set<number> {
  const domains = new Set<number>();
  for (const table of ["/proc/net/udp", "/proc/net/udp6"]) {
    let text: string;
    try {
      text = readFileSync(table, "utf8");
    } catch {
      continue;
    }
    for (const row of text.split("\n").slice(1)) {
      const port = row.trim().split(/\s+/)[1]?.split(":")[1];
      if (port) domains.add(Math.floor((parseInt(port, 16) - PORT_BASE) / DOMAIN_PORTS));
    }
  }
  return domains;
}

/** Listening on the domain's TCP port is the claim: the kernel ends it with the process. */
function claim(domain: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once("error", () => resolve(undefined));
    server.listen({ port: discoveryPort(domain), host: "127.0.0.1", exclusive: true }, () => {
      server.unref();
      resolve(server);
    });
  });
}

/**
 * Claims a domain until it is released or the process ends.
 * @param wanted take this one (ROS_DOMAIN_ID); undefined: the first that nobody uses
 * @throws InvalidInputError when the wanted one is claimed, or none is free
 */
export async function claimDomain(wanted?: number): Promise<Domain> {
  const used = usedDomains();
  const candidates =
    wanted === undefined
      ? [...Array(LAST - FIRST + 1).keys()]
          .map((i) => FIRST + i)
          .filter((domain) => !used.has(domain))
      : [wanted];
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
