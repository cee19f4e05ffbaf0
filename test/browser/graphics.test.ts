/** The browser takes the page's graphics away, and gives them back or not. */
import type { Page } from "playwright-core";
import { endAll, feed, openCommanding } from "./page_fixtures";
import { press } from "./press";

afterEach(endAll);

/** Pixels of the arena that are drawn on, in the frame at hand. */
const drawn = (page: Page): Promise<number> =>
  page.evaluate<number>(`new Promise((resolve) => requestAnimationFrame(() => {
    const arena = document.getElementById("arena");
    const copy = document.createElement("canvas");
    [copy.width, copy.height] = [arena.width, arena.height];
    const pen = copy.getContext("2d");
    pen.drawImage(arena, 0, 0);
    const { data } = pen.getImageData(0, 0, copy.width, copy.height);
    resolve(data.filter((value, i) => i % 4 === 3 && value > 200).length);
  }))`);

/** Whether the browser takes the arena's graphics away, or gives them back. */
const lose = (page: Page): Promise<void> =>
  page.evaluate(`new Promise((resolve) => {
    const arena = document.getElementById("arena");
    window.loss = arena.getContext("webgl2").getExtension("WEBGL_lose_context");
    arena.addEventListener("webglcontextlost", resolve, { once: true });
    window.loss.loseContext();
  })`);
const restore = (page: Page): Promise<void> =>
  page.evaluate(`new Promise((resolve) => {
    document.getElementById("arena")
      .addEventListener("webglcontextrestored", () => setTimeout(resolve), { once: true });
    window.loss.restoreContext();
  })`);

test.each([30, 60])("%i robots are drawn again, and a loss that stays is said", async (robots) => {
  const { page, errors } = await openCommanding(await feed({ robots, epochMs: 60_000 }));
  await press(page, { do: "pause" });
  const before = await drawn(page);
  expect(before).toBeGreaterThan(30 * robots);
  await lose(page);
  await page.locator("#graphics", { hasText: "reload this page" }).waitFor();
  expect(await drawn(page)).toBe(0);
  await restore(page);
  const after = await drawn(page);
  expect(Math.abs(after - before)).toBeLessThan(0.1 * before);
  await page.locator("#graphics").waitFor({ state: "hidden" });
  expect(errors).toEqual([]);
});
