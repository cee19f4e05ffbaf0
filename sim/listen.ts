/** Where a server listens: the port asked for, or the next free one. */
import { once } from "node:events";
import type { Server } from "node:http";

/** Listens on the first free port of `first`..`last` and returns the port in use. */
export async function listenOnFirstFree(
  server: Server,
  host: string,
  first: number,
  last: number,
): Promise<number> {
  for (let port = first; ; port++) {
    try {
      return await listenOn(server, host, port);
    } catch (error) {
      if (!isTaken(error)) throw error;
      if (port >= last) {
        throw new Error(
          `ports ${first} to ${last} of ${host} are taken; give another with --port`,
          {
            cause: error,
          },
        );
      }
    }
  }
}

function isTaken(error: unknown): boolean {
  return (
    typeof error === "object" && error !== null && "code" in error && error.code === "EADDRINUSE"
  );
}

async function listenOn(server: Server, host: string, port: number): Promise<number> {
  server.listen(port, host);
  await once(server, "listening");
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}
