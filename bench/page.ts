/** The page in a real browser whose pictures are drawn by software, told by a played swarm. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { packageRoot } from "../src/base/package_root";
import { startFakeFeed } from "../test/browser/fake_feed";
import { openPage, shownWhen, type OpenedPage } from "../test/browser/open_page";
import { say, spread, told } from "./measure";

const webRoot = join(packageRoot(), "dist", "sim", "web");
/** Frames are counted for so many times so long, after as long to settle, ms. */
const TIMES = 5;
const COUNTED_MS = 2000;

export async function benchPage(): Promise<void> {
  const files = ["index.html", "style.css", "main.js"].map((name) => join(webRoot, name));
  const bytes = files.reduce((sum, file) => sum + gzipSync(readFileSync(file)).length, 0);
  say(`The page: ${(bytes / 1000).toFixed(0)} kB compressed (gzip); drawn by software:`);
  try {
    // The first start of a browser unpacks it.
    await (await openPage("about:blank")).close();
  } catch (error) {
    say(`no frames are counted, since no browser starts here: ${String(error)}`);
    return;
  }
  for (const robots of [30, 100, 1000]) await benchRobots(robots);
}

async function benchRobots(robots: number): Promise<void> {
  const feed = await startFakeFeed({ webRoot, robots });
  let opened: OpenedPage | undefined;
  try {
    opened = await openPage(feed.server.url);
    const first = await shownWhen(opened.page, "firstPictureMs", (value) => value !== "");
    const rates: number[] = [];
    let before = await drawn(opened);
    for (let time = 0; time <= TIMES; time++) {
      await opened.page.waitForTimeout(COUNTED_MS);
      const now = await drawn(opened);
      if (time > 0) rates.push((1000 * (now.frames - before.frames)) / (now.ms - before.ms));
      before = now;
    }
    say(
      `${robots} robots: ${told(spread(rates), "frames/s")}, first picture after ${Number(first).toFixed(0)} ms`,
    );
  } finally {
    await opened?.close();
    await feed.stop();
  }
}

const drawn = ({ page }: OpenedPage): Promise<{ frames: number; ms: number }> =>
  page.evaluate("({ frames: page.frames, ms: performance.now() })");
