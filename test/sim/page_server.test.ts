import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BURST, CLIENTS_LIMIT, KEPT_FOR_TOKEN, WAITING_LIMIT } from "../../sim/page_hub";
import { type PageCommand, encodePoses } from "../../sim/protocol";
import {
  BARE_LIMIT,
  MESSAGE_LIMIT,
  PORTS_TRIED,
  startPageServer,
  type PageServer,
  type PageServerOptions,
} from "../../sim/page_server";
import { isToken } from "../../sim/page_access";
import { InvalidInputError } from "../../src/base/errors";
import { epochReport, snapshot, world } from "./messages";
import { TestPage, get, readUntilFrame, sleepingPage } from "./visitors";

const webRoot = mkdtempSync(join(tmpdir(), "page-"));
writeFileSync(join(webRoot, "index.html"), "<!doctype html><title>page</title>");
writeFileSync(join(webRoot, "style.css"), "body {}");
writeFileSync(join(webRoot, "main.js"), "export {};");
writeFileSync(join(webRoot, "secret.txt"), "secret");

const TOKEN = "a-token";
const lines: string[] = [];
const servers: PageServer[] = [];

async function start(options: Partial<PageServerOptions> = {}): Promise<PageServer> {
  const log = (line: string): void => void lines.push(line);
  const obey = (command: PageCommand) => Promise.resolve({ done: true, message: command.do });
  const server = await startPageServer({
    host: "127.0.0.1",
    port: 0,
    origins: [],
    webRoot,
    log,
    snapshot,
    token: TOKEN,
    obey,
    ...options,
  });
  servers.push(server);
  return server;
}

beforeEach(() => lines.splice(0));
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));
afterAll(() => rmSync(webRoot, { recursive: true }));

/** A frame with this number in front. */
function frameAt(first: number, robots = 3): Uint8Array {
  const poses = Float64Array.of(first, ...new Float64Array(3 * robots + 2));
  return encodePoses(poses, new Uint8Array(robots), new Uint8Array(robots));
}

test("serves the page's files with a policy that allows only itself", async () => {
  const server = await start();
  const page = await get(server, "/");
  expect(page.status).toBe(200);
  expect(page.body).toContain("<title>page");
  expect(page.headers["content-type"]).toBe("text/html; charset=utf-8");
  expect(page.headers["x-content-type-options"]).toBe("nosniff");
  expect(page.headers["content-security-policy"]).toMatch(
    /^default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';/,
  );
  expect((await get(server, "/main.js?v=1")).headers["content-type"]).toMatch("text/javascript");
  expect((await get(server, "/style.css", {}, "HEAD")).body).toBe("");
});

test.each(["/secret.txt", "/../secret.txt", "/%2e%2e/secret.txt", "//main.js", "/./main.js", "/x"])(
  "%s is not served",
  async (path) => {
    const answer = await get(await start(), path);
    expect(answer.status).toBe(404);
    expect(answer.body).not.toContain("secret");
  },
);

test("only GET and HEAD", async () => {
  expect(await get(await start(), "/", {}, "POST")).toMatchObject({
    status: 405,
    headers: { allow: "GET, HEAD" },
  });
});

test("a page hears a snapshot first, then the newest poses and what follows", async () => {
  const server = await start();
  server.pages.publish(frameAt(1));
  const page = new TestPage(server);
  expect(await page.nextJson()).toEqual(snapshot());
  expect(await page.next()).toEqual(Buffer.from(frameAt(1)));
  server.pages.publish(epochReport(1));
  expect(await page.nextJson()).toEqual(epochReport(1));
  expect(server.pages.clients).toBe(1);
});

test("a page that breaks the protocol is closed and others are not", async () => {
  const server = await start();
  const [quiet, loud] = [new TestPage(server), new TestPage(server)];
  await Promise.all([quiet.next(), loud.next()]);
  loud.socket.send("stop");
  expect(await loud.closed()).toBe(1008);
  expect(lines).toEqual(["page closed: not the protocol: a message is not JSON"]);
  server.pages.publish(epochReport(1));
  expect(await quiet.nextJson()).toEqual(epochReport(1));
  expect(server.pages.clients).toBe(1);
});

test("only a page that shows the token commands; what it is told says so", async () => {
  const obeyed: string[] = [];
  const server = await start({
    obey: (command) => {
      obeyed.push(command.do);
      return Promise.resolve({ done: true, message: "paused" });
    },
  });
  server.pages.publish(world());
  const watching = new TestPage(server);
  expect(await watching.nextJson()).toMatchObject({ type: "snapshot", canCommand: false });
  expect(await watching.nextJson()).toEqual(world());
  const pause = { type: "command", id: 7, command: { do: "pause" } };
  watching.say(pause);
  expect(await watching.nextJson()).toMatchObject({ type: "answer", id: 7, done: false });
  expect(obeyed).toEqual([]);
  expect(lines).toEqual(["page refused: pause without the token"]);
  const page = new TestPage(server, { token: TOKEN });
  expect(await page.nextJson()).toMatchObject({ type: "snapshot", canCommand: true });
  expect(await page.nextJson()).toEqual(world());
  page.say(pause);
  expect(await page.nextJson()).toEqual({ type: "answer", id: 7, done: true, message: "paused" });
  expect(obeyed).toEqual(["pause"]);
  expect(server.commandUrl).toBe(`${server.url}#token=${TOKEN}`);
});

test.each(["A-TOKEN", `${TOKEN}a`])("the token %j is refused", async (token) => {
  const page = new TestPage(await start(), { token });
  expect(await page.closed()).toBe(1008);
  expect(lines).toEqual(["page closed: its token is wrong"]);
});

test("without a token nobody commands", async () => {
  expect(await new TestPage(await start({ token: "" }), { token: "a" }).closed()).toBe(1008);
  expect(isToken("", "")).toBe(false);
});

test("a page that sends too many messages is closed and others are not", async () => {
  const server = await start();
  const [quiet, loud] = [new TestPage(server), new TestPage(server)];
  await Promise.all([quiet.next(), loud.next()]);
  // More than it earns meanwhile on a machine that is late.
  for (let id = 0; id <= 2 * BURST; id++)
    loud.say({ type: "command", id, command: { do: "pause" } });
  expect(await loud.closed()).toBe(1008);
  expect(lines.at(-1)).toBe("page closed: it sends too many messages");
  server.pages.publish(epochReport(1));
  expect(await quiet.nextJson()).toEqual(epochReport(1));
});

test("an oversized message closes the page", async () => {
  const server = await start();
  const page = new TestPage(server);
  await page.next();
  page.socket.send("x".repeat(MESSAGE_LIMIT + 1));
  expect(await page.closed()).toBe(1009);
});

const open = async (server: PageServer, pages: number, token?: string): Promise<TestPage[]> => {
  const opened = Array.from({ length: pages }, () => new TestPage(server, { token }));
  await Promise.all(opened.map((page) => page.next()));
  return opened;
};

test("pages without the token leave places for those with it, and go first", async () => {
  const server = await start();
  const watching = await open(server, CLIENTS_LIMIT - KEPT_FOR_TOKEN);
  expect(await new TestPage(server).closed()).toBe(1013);
  expect(lines.pop()).toMatch(
    /too many pages are open; close one, or open the link with the token/,
  );
  await open(server, KEPT_FOR_TOKEN, TOKEN);
  const gone = watching[0].closed();
  await open(server, 1, TOKEN);
  expect(await gone).toBe(1013);
  expect(server.pages.clients).toBe(CLIENTS_LIMIT);
  await open(server, watching.length - 1, TOKEN);
  expect(await new TestPage(server, { token: TOKEN }).closed()).toBe(1013);
});

test("connections that ask nothing make room for those that ask", async () => {
  const server = await start();
  const idle = Array.from({ length: BARE_LIMIT + 200 }, () => connect(server.port, "127.0.0.1"));
  await Promise.all(
    idle.map((socket) =>
      once(
        socket.on("error", () => undefined),
        "connect",
      ),
    ),
  );
  expect((await get(server, "/")).status).toBe(200);
  await open(server, 1, TOKEN);
  idle.forEach((socket) => socket.destroy());
});

test("a taken port leads to the next, and the address says so", async () => {
  const first = await start();
  const second = await start({ port: first.port });
  expect(second.port).toBeGreaterThan(first.port);
  expect(second.url).toBe(`http://127.0.0.1:${second.port}/`);
  expect((await get(second, "/")).status).toBe(200);
});

test("a page that is not built is said at the start", async () => {
  await expect(start({ webRoot: join(webRoot, "none") })).rejects.toThrow(/run "npm run build"/);
});

test("a snapshot that fails closes that page and is logged", async () => {
  const server = await start({
    snapshot: () => {
      throw new Error("no world yet");
    },
  });
  expect(await new TestPage(server).closed()).toBe(1011);
  expect(lines.join()).toContain("no world yet");
});

test("a log that throws harms nothing", async () => {
  const server = await start({
    log: () => {
      throw new Error("disk full");
    },
  });
  expect(await new TestPage(server, { origin: "" }).refused()).toBe(403);
  expect((await get(server, "/")).status).toBe(200);
});

test("a page that does not read costs bounded memory and gets the newest when it reads", async () => {
  const server = await start();
  const sleeper = await sleepingPage(server);
  const robots = 20_000;
  const frameBytes = frameAt(0, robots).length;
  // 280 MB if all were kept; the system's own buffers on loopback hold a few MB.
  const count = 1000;
  const before = process.memoryUsage().arrayBuffers;
  for (let i = 0; i <= count; i++) {
    server.pages.publish(frameAt(i, robots));
    server.pages.publish(epochReport(i));
    await new Promise((resolve) => setImmediate(resolve));
  }
  global.gc?.();
  const grown = process.memoryUsage().arrayBuffers - before;
  expect(grown).toBeLessThan((count / 2) * frameBytes);
  const heard = await readUntilFrame(sleeper, count);
  expect(heard.frames).toBeLessThan(count / 2);
  expect(heard.reports).toBeLessThan(WAITING_LIMIT + count / 2);
});

test("a page that is closed and does not answer is cut", async () => {
  const server = await start();
  const sleeper = await sleepingPage(server);
  // A masked text frame that is no message of the protocol; the close frame stays unanswered.
  sleeper.write(Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x7b, 0x7d]));
  const began = performance.now();
  await once(sleeper.resume(), "close");
  expect(lines.at(-1)).toMatch(/^page closed: not the protocol/);
  expect(performance.now() - began).toBeLessThan(10_000);
});

test("close ends pages, half-open upgrades and idle connections at once", async () => {
  const server = await start();
  const page = new TestPage(server);
  await page.next();
  const idle = connect(server.port, "127.0.0.1");
  await once(idle, "connect");
  const sleeper = await sleepingPage(server);
  const ended = [page.closed(), once(idle.resume(), "close"), once(sleeper.resume(), "close")];
  const began = performance.now();
  await server.close();
  expect(performance.now() - began).toBeLessThan(1000);
  expect((await Promise.all(ended))[0]).toBe(1001);
  server.pages.publish(epochReport(1));
  server.pages.publish(frameAt(1));
  await expect(get(server, "/")).rejects.toThrow("ECONNREFUSED");
});

test("a host that is not this machine's is wrong use", async () => {
  const page = start({ port: 0, host: "192.0.2.1" });
  await expect(page).rejects.toThrow(InvalidInputError);
  await expect(page).rejects.toThrow(
    /served on host 192.0.2.1, port 0: .*listen EADDRNOTAVAIL.*; give an address of this machine/,
  );
});

test("20 taken ports in a row are said", async () => {
  const blockers: Server[] = [];
  try {
    const first = createServer().listen(0, "127.0.0.1");
    blockers.push(first);
    await once(first, "listening");
    const address = first.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    for (let next = port + 1; next <= port + PORTS_TRIED; next++) {
      const blocker = createServer().listen(next, "127.0.0.1");
      blockers.push(blocker);
      // One that is taken already serves as well.
      await once(blocker, "listening").catch(() => undefined);
    }
    await expect(start({ port })).rejects.toThrow(/are taken; give another with --port/);
  } finally {
    blockers.forEach((blocker) => blocker.close());
  }
});
