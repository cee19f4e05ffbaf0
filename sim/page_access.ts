/**
 * Only pages of this server may connect. Any web site can reach a loopback port: with its own Origin,
 * or by a name of its own that resolves to 127.0.0.1 (its Host, DNS rebinding).
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { hostname, networkInterfaces } from "node:os";
import { SOCKET_PATH } from "./protocol";

export interface Refusal {
  /** HTTP status with its phrase. */
  readonly status: string;
  readonly reason: string;
}

const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];
/** Addresses for all interfaces. */
const ANY = ["0.0.0.0", "::"];

/** An address as it stands in a URL. */
const inUrl = (address: string): string => (address.includes(":") ? `[${address}]` : address);

/** The name by which others reach a server that listens on `host`. */
export const nameOf = (host: string): string => (ANY.includes(host) ? hostname() : inUrl(host));

/** The names by which a server that listens on `host` may be asked for. */
export function ownNames(host: string): readonly string[] {
  if (!ANY.includes(host)) return [...LOOPBACK, inUrl(host)];
  const addresses = Object.values(networkInterfaces()).flatMap((found) => found ?? []);
  return [...LOOPBACK, hostname(), ...addresses.map(({ address }) => inUrl(address))];
}

/** Whether `host` (a Host header) is one of these names with this server's port. */
export function isOwnHost(
  host: string | undefined,
  names: readonly string[],
  port: number,
): host is string {
  return names.some((name) => host === `${name}:${port}`);
}

/** Whether `shown` is the token, compared in constant time; an empty token matches nothing. */
export function isToken(shown: string, token: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return token !== "" && timingSafeEqual(digest(shown), digest(token));
}

/** Why a WebSocket is not opened for `request`; undefined when it may be. */
export function socketRefusal(
  request: IncomingMessage,
  names: readonly string[],
  port: number,
): Refusal | undefined {
  const { host, origin } = request.headers;
  if (!isOwnHost(host, names, port)) {
    return { status: "421 Misdirected Request", reason: `Host ${quote(host)}` };
  }
  if (!origin?.startsWith("http://") || !isOwnHost(origin.slice("http://".length), names, port)) {
    return { status: "403 Forbidden", reason: `Origin ${quote(origin)}` };
  }
  if (request.url !== SOCKET_PATH) {
    return { status: "404 Not Found", reason: `path ${quote(request.url)}` };
  }
  return undefined;
}

/** Outside text for a log: one line, escaped, cut. */
function quote(text: string | undefined): string {
  return text === undefined ? "missing" : JSON.stringify(text.slice(0, 100));
}
