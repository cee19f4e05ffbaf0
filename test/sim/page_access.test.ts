/** By which names the page's server is reached. */
import type { IncomingMessage } from "node:http";
import { hostname } from "node:os";
import { PageAccess, readOrigins } from "../../sim/page_access";
import type { PageServer } from "../../sim/page_server";
import { SOCKET_PATH } from "../../sim/protocol";
import { type QuietServer, startQuietServer } from "./quiet_server";
import { get, TestPage } from "./visitors";

let quiet: QuietServer | undefined;
let lines: string[] = [];

async function start(host?: string): Promise<PageServer> {
  quiet = await startQuietServer(host);
  lines = quiet.lines;
  return quiet.server;
}

afterEach(async () => {
  await quiet?.end();
  quiet = undefined;
});

test("a Host that is not its own is refused, its own names are not", async () => {
  const server = await start();
  for (const host of ["evil.example", `evil.example:${server.port}`, "127.0.0.1", "localhost:1"]) {
    const { status, body } = await get(server, "/", { host });
    expect(status).toBe(421);
    expect(body).toContain(`open ${server.url}, or start with --origins http://${host} (launch`);
    expect(await new TestPage(server, { host }).refused()).toBe(421);
    expect(lines.pop()).toContain(`--origins http://${host} `);
  }
  for (const name of ["localhost", "LocalHost", "localhost.", "127.0.0.1", "[::1]", "[0:0::1]"]) {
    const host = `${name}:${server.port}`;
    expect((await get(server, "/", { host })).status).toBe(200);
    await new TestPage(server, { host, origin: `http://${host}` }).next();
  }
  for (const odd of ["", "a b", "user@localhost", "localhost/", "[::1"]) {
    expect((await get(server, "/", { host: `${odd}:${server.port}` })).status).toBe(421);
  }
});

test("port 80 is not part of a name, and listed origins are other names", () => {
  const origins = readOrigins("http://localhost:9000/, HTTPS://Robots.Example");
  expect(origins).toEqual(["http://localhost:9000", "https://robots.example"]);
  const access = new PageAccess("127.0.0.1", 80, "http://127.0.0.1/", origins);
  const refusal = (host: string, origin: string) =>
    access.socketRefusal({ headers: { host, origin }, url: SOCKET_PATH } as IncomingMessage);
  expect(refusal("localhost", "http://localhost")).toBeUndefined();
  expect(refusal("localhost:80", "http://localhost:80")).toBeUndefined();
  expect(refusal("localhost:9000", "http://localhost:9000")).toBeUndefined();
  // A proxy that keeps the Host, and one that does not.
  expect(refusal("robots.example", "https://robots.example")).toBeUndefined();
  expect(refusal("127.0.0.1", "https://robots.example")).toBeUndefined();
  expect(refusal("localhost", "http://robots.example")?.status).toBe(403);
  expect(() => readOrigins("localhost:9000")).toThrow(/"localhost:9000"; give addresses such as/);
});

test("served to all, it answers to this machine's names and to no other", async () => {
  const server = await start("0.0.0.0");
  for (const name of [hostname(), "localhost", "127.0.0.1"]) {
    expect((await get(server, "/", { host: `${name}:${server.port}` })).status).toBe(200);
  }
  const host = `evil.example:${server.port}`;
  expect((await get(server, "/", { host })).status).toBe(421);
  expect(server.url).toBe(`http://${hostname()}:${server.port}/`);
});

test("an Origin that is wrong or missing is refused", async () => {
  const server = await start();
  const own = `127.0.0.1:${server.port}`;
  for (const origin of [
    "http://evil.example",
    `https://${own}`,
    `http://${own}.evil.example`,
    "",
  ]) {
    expect(await new TestPage(server, { origin }).refused()).toBe(403);
  }
  expect(await new TestPage(server, { origin: "null" }).refused()).toBe(403);
  expect(lines).toHaveLength(5);
  expect(server.pages.clients).toBe(0);
});
