/** What the page draws of belief and policy, number by number, and whether everybody can read it. */
import axe from "axe-core";
import type { Page } from "playwright-core";
import type { FakeFeed } from "./fake_feed";
import { shownWhen } from "./open_page";
import { endAll, feed, openCommanding } from "./page_fixtures";

let swarm: FakeFeed;
let page: Page;

beforeAll(async () => {
  swarm = await feed({ epochMs: 60_000 });
  ({ page } = await openCommanding(swarm, { colorScheme: "light" }));
});
afterAll(endAll);

interface Styled {
  style: { left: string };
}

/** What is drawn of each zone in percent: dot, error bar's ends, sample's bar, truth's bar. */
const drawnCharts = (): Promise<number[][]> =>
  page.evaluate(`[...document.querySelectorAll("#histograms .chart")].map((chart) => {
    const { backgroundPositionX, backgroundImage, backgroundSize } = getComputedStyle(chart);
    const [dot] = backgroundPositionX.split(", ");
    const ends = backgroundImage.split("linear-gradient")[1].match(/[\\d.]+%/g);
    const bars = backgroundSize.split(", ").slice(3);
    return [dot, ...ends, ...bars].map(parseFloat);
  })`);

test("belief, its error bar, sample and truth are drawn on one scale", async () => {
  const { belief, beliefVariance, sampledHistogram, trueHistogram } = swarm.latest().report;
  const error = belief.map((b) => 2 * Math.sqrt(beliefVariance * b * (1 - b)));
  const high = belief.map((b, i) => Math.min(1, b + error[i]));
  const low = belief.map((b, i) => Math.max(0, b - error[i]));
  const real = trueHistogram.map((count) => count / 30);
  const seen = sampledHistogram.map((count) => count / 10);
  const longest = Math.max(...high, ...real, ...seen);
  const drawn = await drawnCharts();
  expect(drawn).toHaveLength(belief.length);
  drawn.forEach((lengths, i) => {
    const shares = [belief[i], low[i], high[i], seen[i], real[i]];
    expect(lengths).toHaveLength(shares.length);
    shares.forEach((share, j) => expect(lengths[j]).toBeCloseTo((100 * share) / longest, 1));
  });
  expect(await page.locator("#histograms .count.believed").allTextContents()).toEqual(
    belief.map((b) => `${Math.round(100 * b)} %`),
  );
});

/** What is drawn of the rewards in one colour: of each place, px from the left and from the top. */
const drawnRewards = (colour: string): Promise<number[][]> =>
  page.evaluate(`document.querySelector("#rewards path[stroke='var(--${colour})']:not([d*=H])")
    .getAttribute("d").match(/[\\d.]+ [\\d.]+/g).map((place) => place.split(" ").map(Number))`);

test("each reward is a dot and their means are a line, on one scale from 0 up", async () => {
  const { epoch, meanReward } = swarm.latest().report;
  const [dots, means] = [await drawnRewards("free"), await drawnRewards("text")];
  expect([dots.length, means.length]).toEqual([epoch, epoch + 1]);
  // The newest epoch has no reward yet.
  const last = means.at(-1)!;
  const [left, zero] = await page.evaluate<number[]>(
    `document.querySelector("#rewards path").getAttribute("d").match(/[\\d.]+/g).map(Number)`,
  );
  expect(dots.map(([x]) => x)).toEqual(means.slice(0, -1).map(([x]) => x));
  expect([dots[0][0], last[0]]).toEqual([left, Math.max(...means.map(([x]) => x))]);
  const perReward = (zero - last[1]) / meanReward!;
  const drawn = await page.locator("#reward-now").textContent();
  expect((zero - dots.at(-1)![1]) / perReward).toBeCloseTo(parseFloat(drawn!), 1);
});

test("the policy's strips show each action where it is taken, in colour and in words", async () => {
  const { report, picture } = swarm.latest();
  await page.locator("#policy .strip").first().waitFor();
  expect(await page.textContent("#policy-age")).toBe("");
  const strips = picture.actions;
  const words = await page
    .locator("#policy .strip")
    .evaluateAll((all) => all.map((strip) => String(strip.getAttribute("aria-label"))));
  expect(words).toHaveLength(strips.length);
  strips.forEach((actions, zone) => {
    // The action at 0 % opens the words, the one at 100 % closes them.
    expect(words[zone]).toMatch(
      new RegExp(`^Share of all robots in bay_${zone}: 0 % to \\d+ %: to bay_${actions[0]}[;.]`),
    );
    expect(words[zone]).toContain(`100 %: to bay_${actions[actions.length - 1]}. Believed now: `);
  });
  const markers = await page
    .locator("#policy .marker")
    .evaluateAll((all: Styled[]) => all.map(({ style }) => parseFloat(style.left)));
  markers.forEach((left, zone) => expect(left).toBeCloseTo(100 * report.belief[zone], 3));
  const changes = strips.map((row) => row.filter((action, j) => action !== row[j - 1]).length);
  const pieces = changes.reduce((sum, count) => sum + count, 0);
  expect(await page.locator("#policy .piece").count()).toBe(pieces);
  expect(await page.locator("#policy .actions li").count()).toBe(new Set(strips.flat()).size);
  expect(await page.textContent("#facts")).toMatch(
    /global gapno better rival foundlocal gap0.400 \(95 %: 0.300 to 0.500\)$/,
  );

  const { number, of, action } = picture.plan!;
  const plan = page.locator("#policy .plan");
  expect(await plan.textContent()).toBe(`In force: plan ${number} of ${of}, to bay_${action}.`);

  // The next command comes before its picture: the one at hand stays.
  swarm.server.pages.publish({ ...report, epoch: report.epoch + 1, globalState: 2 });
  await shownWhen(page, "epoch", (epoch) => epoch === String(report.epoch + 1));
  expect(await page.locator("#policy .strip").count()).toBe(strips.length);
  expect(await page.textContent("#policy-age")).toBe(
    `Drawn for epoch ${report.epoch}, with the lead vehicle at bay_${report.globalState}.`,
  );
  const next = { ...picture, epoch: report.epoch + 1, globalState: 2 };
  swarm.server.pages.publish(next);
  await page.locator("#policy-age:empty").waitFor({ state: "attached" });

  // Another policy took over: what was drawn is not in force any more.
  expect(await page.textContent("#bounds")).toBe("Discounted return: at least 3; at most 4.");
  const unknown = { actions: [], plan: null, gaps: null, bounds: [] };
  swarm.server.pages.publish({ ...next, ...unknown });
  await page.locator("#policy .unknown").waitFor();
  expect(await page.locator("#policy .strip, #policy .plan").count()).toBe(0);
  expect(await page.textContent("#bounds")).toBe("");
  expect(await page.textContent("#facts")).toMatch(/global gapnot measured/);
});

test("a report takes the place of a former one of its epoch, and of those of a run that began anew", async () => {
  const { report } = swarm.latest();
  for (const epoch of [report.epoch, 3]) {
    swarm.server.pages.publish({ ...report, epoch, reward: epoch / 4 });
    const now = `${(epoch / 4).toFixed(2)} in epoch ${epoch},`;
    await page.locator("#reward-now", { hasText: now }).waitFor();
  }
});

test("nothing keeps anybody out, light or dark, on a wide screen or a small one", async () => {
  await page.selectOption("#robot", "3");
  await page.evaluate(axe.source);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    for (const [width, height] of [
      [1600, 900],
      [400, 800],
    ]) {
      await page.setViewportSize({ width, height });
      const { violations, passes } = await page.evaluate<axe.AxeResults>("axe.run()");
      const found = violations.map(({ id, impact, nodes }) => [impact, id, nodes[0].html]);
      expect([colorScheme, width, found]).toEqual([colorScheme, width, []]);
      expect(passes.map(({ id }) => id)).toContain("color-contrast");
    }
  }
});
