/**
 * Only pages of this server may connect. Any web site can reach a loopback port: with its own Origin,
 * or by a name of its own that resolves to 127.0.0.1 (its Host, DNS rebinding).
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { hostname, networkInterfaces } from "node:os";
import { ParameterError } from "../src/ros/parameters";
import { TOKEN_PROTOCOL } from "./protocol";

export interface Refusal {
  /** Of HTTP. */
  readonly status: number;
  readonly reason: string;
}

const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];
const ANY = ["0.0.0.0", "::"];

/** An address as it stands in a URL. */
const inUrl = (address: string): string => (address.includes(":") ? `[${address}]` : address);

/** The name by which others reach a server that listens on `host`. */
export const nameOf = (host: string): string => (ANY.includes(host) ? hostname() : inUrl(host));

/** The names by which a server that listens on `host` may be asked for. */
function ownNames(host: string): readonly string[] {
  if (!ANY.includes(host)) return [...LOOPBACK, inUrl(host)];
  const addresses = Object.values(networkInterfaces()).flatMap((found) => found ?? []);
  return [...LOOPBACK, hostname(), ...addresses.map(({ address }) => inUrl(address))];
}

/** The origin of an http(s) address without a path, as browsers write it; undefined: it is none. */
function originOf(text: string): string | undefined {
  const [, scheme, host] = /^(https?):\/\/([^\s/?#@\\]+)\/?$/i.exec(text) ?? [];
  if (host === undefined) return undefined;
  const address = `${scheme}://${host}`;
  // A name with a dot at its end is the same name.
  return URL.canParse(address) ? new URL(address).origin.replace(/\.(?=:\d+$|$)/, "") : undefined;
}

/**
 * Origins in a text, separated by commas or spaces.
 * @throws ParameterError
 */
export function readOrigins(text: string): readonly string[] {
  return text
    .split(/[\s,]+/)
    .filter((part) => part !== "")
    .map((part) => {
      const origin = originOf(part);
      if (origin !== undefined) return origin;
      throw new ParameterError(
        `origins has ${quote(part)}; give addresses such as http://localhost:9000, separated by commas`,
      );
    });
}

/** Which names a server answers to. */
export class PageAccess {
  private readonly origins: ReadonlySet<string>;
  /** Of the Host header, in front of which http:// is written. */
  private readonly hosts: ReadonlySet<string>;

  /**
   * @param url of the page, for those who came by another
   * @param further origins, of `readOrigins`
   */
  constructor(
    host: string,
    port: number,
    private readonly url: string,
    further: readonly string[],
  ) {
    const own = ownNames(host).flatMap((name) => originOf(`http://${name}:${port}`) ?? []);
    this.origins = new Set([...own, ...further]);
    this.hosts = new Set([...this.origins].map((origin) => origin.replace(/^https:/, "http:")));
  }

  /** Why a request with this Host header is not answered; undefined: it is. */
  hostRefusal(host: string | undefined): Refusal | undefined {
    const address = `http://${host}`;
    if (this.hosts.has(originOf(address) ?? "")) return undefined;
    return { status: 421, reason: this.remedy("Host", host, address) };
  }

  /** Why a WebSocket is not opened for `request`; undefined when it may be. */
  socketRefusal(request: IncomingMessage): Refusal | undefined {
    const { host, origin } = request.headers;
    const refusal = this.hostRefusal(host);
    if (refusal || this.origins.has(originOf(origin ?? "") ?? "")) return refusal;
    return { status: 403, reason: this.remedy("Origin", origin, origin ?? "") };
  }

  private remedy(header: string, given: string | undefined, address: string): string {
    const open = `${header} ${quote(given)} is not of this page: open ${this.url}`;
    const origin = originOf(address);
    return origin
      ? `${open}, or start with --origins ${origin.slice(0, 100)} (launch: origins:=) if your proxy or forwarded port has that address`
      : open;
  }
}

/** The token that a WebSocket's request shows; undefined: none. */
export function tokenShown({ headers }: IncomingMessage): string | undefined {
  const offered = (headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim());
  return offered.find((name) => name.startsWith(TOKEN_PROTOCOL))?.slice(TOKEN_PROTOCOL.length);
}

/** Whether `shown` is the token, compared in constant time; an empty token matches nothing. */
export function isToken(shown: string, token: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return token !== "" && timingSafeEqual(digest(shown), digest(token));
}

/** Outside text for a log: one line, escaped, cut. */
const quote = (text: string | undefined): string =>
  text === undefined ? "missing" : JSON.stringify(text.slice(0, 100));
