/** The page in a real browser, told by a swarm that is only played. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { startFakeFeed, type FakeFeed } from "./fake_feed";
import { openPage, shownBy, shownWhen, type OpenedPage } from "./open_page";

const webRoot = join(__dirname, "../../sim/web");
const feeds: FakeFeed[] = [];
const opened: OpenedPage[] = [];

async function feed(port = 0): Promise<FakeFeed> {
  if (!existsSync(join(webRoot, "main.js"))) throw new Error('no page here: run "npm run build"');
  const started = await startFakeFeed({ webRoot, port, epochMs: 1000 });
  feeds.push(started);
  return started;
}

async function open(url: string, width = 1600, height = 900): Promise<OpenedPage> {
  const page = await openPage(url, { width, height });
  opened.push(page);
  return page;
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((page) => page.close()));
  await Promise.all(feeds.splice(0).map((started) => started.stop()));
});

const isOther = (before: string) => (value: string) => value !== before;

test("robots move, the asked ones change with the epochs, both histograms are drawn", async () => {
  const { page, errors } = await open((await feed()).server.url);
  await shownWhen(page, "connected", (value) => value === "true");
  const epoch = await shownWhen(page, "epoch", (value) => value !== "");
  const sampled = await shownBy(page, "sampled");
  expect(new Set(sampled.split(",")).size).toBe(10);
  await shownWhen(page, "epoch", (value) => Number(value) > Number(epoch));
  await shownWhen(page, "sampled", isOther(sampled));
  const robots = await shownWhen(page, "robots", (value) => value !== "");
  await shownWhen(page, "robots", isOther(robots));

  const counts = async (side: string): Promise<number[]> =>
    (await page.locator(`#histograms .${side} .count`).allTextContents()).map(Number);
  const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
  expect(sum(await counts("left"))).toBe(10);
  expect(sum(await counts("right"))).toBe(30);
  expect(await page.locator("#histograms .state.target").count()).toBe(1);
  expect(await page.locator("#rewards canvas").count()).toBe(1);
  expect(await page.textContent("#sentence")).toMatch(
    /^The lead vehicle sees 10 of 30 robots and .*bay_\d.*; in truth .*\.$/,
  );
  expect(Number(await shownBy(page, "frames"))).toBeGreaterThan(2);
  expect(errors).toEqual([]);
});

test("a page that lost its server says so and goes on with the next one", async () => {
  const first = await feed();
  const { page } = await open(first.server.url);
  await shownWhen(page, "connected", (value) => value === "true");
  await first.stop();
  expect(await shownWhen(page, "connection", isOther("live"))).toBe("lost");
  expect(await page.textContent("#connection")).toBe("connection lost, trying again");
  const poses = await shownBy(page, "poses");
  const second = await feed(first.server.port);
  expect(second.server.port).toBe(first.server.port);
  await shownWhen(page, "connected", (value) => value === "true");
  await shownWhen(page, "poses", (value) => Number(value) > Number(poses) + 5);
});

test("nothing is wider than a screen of 400 px", async () => {
  const { page, errors } = await open((await feed()).server.url, 400, 800);
  await shownWhen(page, "epoch", (value) => value !== "");
  expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(400);
  expect(errors).toEqual([]);
});
