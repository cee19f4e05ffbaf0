/** Played swarms and pages that look at them, ended after each test. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { startFakeFeed, type FakeFeed, type FakeFeedOptions } from "./fake_feed";
import { openPage, shownWhen, type OpenedPage, type OpenPageOptions } from "./open_page";

const webRoot = join(__dirname, "../../sim/web");
const feeds: FakeFeed[] = [];
const opened: OpenedPage[] = [];

export async function feed(options: Partial<FakeFeedOptions> = {}): Promise<FakeFeed> {
  if (!existsSync(join(webRoot, "main.js"))) throw new Error('no page here: run "npm run build"');
  const started = await startFakeFeed({ webRoot, epochMs: 1000, ...options });
  feeds.push(started);
  return started;
}

export async function open(url: string, options: OpenPageOptions = {}): Promise<OpenedPage> {
  const page = await openPage(url, options);
  opened.push(page);
  await shownWhen(page.page, "connection", (value) => value === "live");
  await shownWhen(page.page, "epoch", (value) => value !== "");
  return page;
}

/** A page that may command. */
export async function openCommanding(
  from: FakeFeed,
  options: OpenPageOptions = {},
): Promise<OpenedPage> {
  const page = await open(from.server.commandUrl, options);
  await shownWhen(page.page, "canCommand", (value) => value === "true");
  return page;
}

export async function endAll(): Promise<void> {
  await Promise.all(opened.splice(0).map((page) => page.close()));
  await Promise.all(feeds.splice(0).map((started) => started.stop()));
}
