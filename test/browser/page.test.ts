/** The page in a real browser, told by a swarm that is only played. */
import { shownBy, shownWhen } from "./open_page";
import { endAll, feed, open, openCommanding } from "./page_fixtures";

afterEach(endAll);

const isOther = (before: string) => (value: string) => value !== before;

test("robots move, the asked ones change with the epochs, histograms are drawn", async () => {
  const { page, errors } = await open((await feed()).server.url);
  const epoch = await shownBy(page, "epoch");
  const sampled = await shownBy(page, "sampled");
  expect(new Set(sampled.split(",")).size).toBe(10);
  await shownWhen(page, "epoch", (value) => Number(value) > Number(epoch));
  await shownWhen(page, "sampled", isOther(sampled));
  const robots = await shownWhen(page, "robots", (value) => value !== "");
  await shownWhen(page, "robots", isOther(robots));

  const counts = async (of: string): Promise<number[]> =>
    (await page.locator(`#histograms .count.${of}`).allTextContents()).map(Number);
  const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
  expect(sum(await counts("seen"))).toBe(10);
  expect(sum(await counts("real"))).toBe(30);
  expect(await page.locator("#histograms .state.target").count()).toBe(1);
  expect(await page.locator("#legend .kind").count()).toBe(0);
  expect(await page.locator("#rewards svg").count()).toBe(1);
  expect(await page.textContent("#sentence")).toMatch(
    /^The lead vehicle sees 10 of 30 robots and .*bay_\d.*; in truth .*\.$/,
  );
  expect(Number(await shownBy(page, "frames"))).toBeGreaterThan(2);
  expect(errors).toEqual([]);
});

test("a browser whose language is none that Intl knows shows the swarm too", async () => {
  const { page, errors } = await open((await feed()).server.url, { language: "en-US@posix" });
  expect(await page.locator("#rewards svg").count()).toBe(1);
  expect(errors).toEqual([]);
});

test("of two kinds of robots a zone is named once, and the lead's target is marked for both", async () => {
  const { page, errors } = await open((await feed({ kinds: ["fast/", "slow/"] })).server.url);
  const bays = [0, 1, 2, 3, 4].map((bay) => `bay_${bay}`);
  expect(await page.locator(".zone-name").allTextContents()).toEqual(bays);
  expect(await page.locator("#histograms .state").allTextContents()).toEqual(
    ["fast/", "slow/"].flatMap((kind) => bays.map((bay) => kind + bay)),
  );
  const marked = await page.locator("#histograms .state.target").allTextContents();
  const [, target] = marked[0].split("/");
  expect(marked).toEqual([`fast/${target}`, `slow/${target}`]);
  expect(await page.textContent("#sentence")).not.toContain("/");
  const marks = await page.evaluate<[name: string, colours: string][]>(
    `[...document.querySelectorAll("#legend .kind")].map((kind) =>
      [kind.textContent, getComputedStyle(kind, "::before").borderColor])`,
  );
  expect(marks.map(([name]) => name)).toEqual(["fast", "slow"]);
  expect(marks[0][1]).not.toBe(marks[1][1]);
  expect(errors).toEqual([]);
});

test("a page that lost its server says so and goes on with the next one", async () => {
  const first = await feed();
  const { page } = await open(first.server.url);
  await first.stop();
  expect(await shownWhen(page, "connection", isOther("live"))).toBe("lost");
  expect(await page.textContent("#connection")).toBe("connection lost, trying again");
  const poses = await shownBy(page, "poses");
  const second = await feed({ port: first.server.port });
  expect(second.server.port).toBe(first.server.port);
  await shownWhen(page, "connection", (value) => value === "live");
  await shownWhen(page, "poses", (value) => Number(value) > Number(poses) + 5);
});

test.each([
  [24, 1600, 24],
  [24, 400, 8],
  [4, 1600, 4],
])("of %i zones no name covers another or is cut, %i px wide", async (bays, width, least) => {
  const { page } = await open((await feed({ robots: 60, bays })).server.url, { width });
  await shownWhen(page, "frames", (frames) => Number(frames) > 2);
  const names = await page.locator(".zone-name:visible").all();
  // Where they have no room, some are not shown, but of each row some are.
  expect(names.length).toBeGreaterThanOrEqual(least);
  const boxes = await Promise.all(names.map((name) => name.boundingBox()));
  for (const [i, a] of boxes.entries())
    for (const b of boxes.slice(0, i)) {
      const isBeside = Math.abs(a!.x - b!.x) >= Math.min(a!.width, b!.width);
      expect(isBeside || Math.abs(a!.y - b!.y) >= a!.height).toBe(true);
    }
  const arena = (await page.locator("#arena").boundingBox())!;
  for (const box of boxes) {
    expect(box!.x).toBeGreaterThanOrEqual(arena.x);
    expect(box!.x + box!.width).toBeLessThanOrEqual(arena.x + arena.width);
  }
  // A strip shows the names that have room, whole.
  const cut =
    await page.evaluate(`[...document.querySelectorAll("#policy .piece span")].filter((span) => {
    const [text, piece] = [span, span.parentElement].map((e) => e.getBoundingClientRect());
    return text.top < piece.bottom && text.width > piece.width;
  }).length`);
  expect(cut).toBe(0);
});

test("nothing is wider than a screen of 400 px, and the stop is in view wherever one reads", async () => {
  const played = await feed({ robots: 60 });
  const { page, errors } = await openCommanding(played, { width: 400, height: 800 });
  const inArena = await page.locator("#arena").boundingBox();
  const at = `${inArena!.x + 200}, ${inArena!.y + 50}`;
  expect(await page.evaluate(`document.elementFromPoint(${at}).id`)).toBe("arena");
  for (const name of await page.locator(".zone-name").all()) {
    const { y, height } = (await name.boundingBox())!;
    expect(y).toBeGreaterThan(inArena!.y);
    expect(y + height).toBeLessThan(inArena!.y + inArena!.height);
  }
  await page.selectOption("#robot", "3");
  const close = (await page.locator("#robot-close").boundingBox())!;
  const on = `${close.x + close.width / 2}, ${close.y + close.height / 2}`;
  expect(await page.evaluate(`document.elementFromPoint(${on}).id`)).toBe("robot-close");
  await page.evaluate("scrollTo(0, document.body.scrollHeight)");
  const expectInView = async (button: string): Promise<void> => {
    const { y, height } = (await page.locator(button).boundingBox())!;
    expect(y).toBeGreaterThanOrEqual(0);
    expect(y + height).toBeLessThanOrEqual(800);
    expect(height).toBeGreaterThanOrEqual(44);
  };
  await expectInView("#stop");
  await page.click("#stop");
  await expectInView("#release");
  await page.click("#release");
  expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(400);
  await expectInView("#release-yes");
  expect(errors).toEqual([]);
  // The longest word of the connection, too.
  await played.stop();
  await shownWhen(page, "connection", (state) => state === "lost");
  expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(400);
  const { x, width } = (await page.locator("#connection").boundingBox())!;
  expect(x + width).toBeLessThanOrEqual(400);
});
