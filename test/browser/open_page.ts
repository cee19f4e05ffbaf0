/** A real browser without a screen for the tests: Chromium from npm, pictures by software. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { chromium, type Browser, type Page } from "playwright-core";

export interface OpenedPage {
  readonly page: Page;
  /** Errors of the console, uncaught ones and violations of the Content-Security-Policy so far. */
  readonly errors: string[];
  close(): Promise<void>;
}

export interface OpenPageOptions {
  /** px; default 1600 by 900 */
  readonly width?: number;
  readonly height?: number;
  /** Device pixels a pixel; 2 for pictures to show. */
  readonly scale?: number;
  readonly colorScheme?: "light" | "dark";
  /** What the browser calls its language; default en-GB. */
  readonly language?: string;
  /** Pictures a second at most, as on a slow screen; undefined: as many as the browser draws. */
  readonly pictures?: number;
  /** Called with each text that the page's server sends it. */
  readonly onMessage?: (text: string) => void;
}

const BROWSER_VERSION = "143.0.4";

/** Opens `url` in a browser of its own; `close` ends the browser. */
export async function openPage(url: string, options: OpenPageOptions = {}): Promise<OpenedPage> {
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({
      viewport: { width: options.width ?? 1600, height: options.height ?? 900 },
      deviceScaleFactor: options.scale ?? 1,
      colorScheme: options.colorScheme ?? "light",
      locale: "en-GB",
    });
    // As a browser under the locale C has it.
    const { language, pictures } = options;
    if (pictures)
      await page.addInitScript(
        `requestAnimationFrame = (draw) => setTimeout(() => draw(performance.now()), ${1000 / pictures})`,
      );
    if (language)
      await page.addInitScript(
        `Object.defineProperty(navigator, "language", { value: "${language}", configurable: true })`,
      );
    const errors: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error") errors.push(message.text());
    });
    page.on("pageerror", (error) => errors.push(String(error)));
    page.on("websocket", (socket) =>
      socket.on("framereceived", ({ payload }) => {
        if (typeof payload === "string") options.onMessage?.(payload);
      }),
    );
    await page.goto(url);
    return { page, errors, close: () => browser.close() };
  } catch (error) {
    await browser.close();
    throw error;
  }
}

/** What a page shows: in its document, and by its own object (`page`, sim/web/main.ts). */
const SHOWN = {
  connection: 'document.getElementById("connection").dataset.state',
  canCommand: '!document.querySelector("#stop, #release").disabled',
  /** Nothing before the first one. */
  epoch: 'document.querySelector("#facts dd")?.textContent.match(/^\\d+$/)',
  /** Indices. */
  sampled: "page.shown?.scene.robots.sampled",
  chosen: "page.shown?.scene.robots.chosen",
  /** x and y, m, and heading, rad, of each; nothing before they are known. */
  robots: "page.shown?.scene.motion.frame && page.shown.scene.motion.shown",
  poses: "page.posesHeard",
  frames: "page.frames",
  firstPictureMs: "page.firstPictureMs",
} as const;

/** As text; "" while there is nothing. */
export const shownBy = (page: Page, what: keyof typeof SHOWN): Promise<string> =>
  page.evaluate<string>(`String((${SHOWN[what]}) ?? "")`);

/** The same once `wanted` holds for it; fails after `timeoutMs`. */
export async function shownWhen(
  page: Page,
  what: keyof typeof SHOWN,
  wanted: (value: string) => boolean,
  timeoutMs = 15_000,
): Promise<string> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const value = await shownBy(page, what);
    if (wanted(value)) return value;
    if (performance.now() > end) {
      throw new Error(`${what} is still ${JSON.stringify(value)} after ${timeoutMs} ms`);
    }
    await page.waitForTimeout(50);
  }
}

async function launchBrowser(): Promise<Browser> {
  const folder = await unpackedBrowser();
  return chromium.launch({
    executablePath: join(folder, "chromium"),
    env: { ...process.env, FONTCONFIG_FILE: join(folder, "fonts.conf") },
    args: [
      // Pictures by SwiftShader, on any machine.
      "--use-gl=angle",
      "--use-angle=swiftshader",
      "--enable-unsafe-swiftshader",
      "--ignore-gpu-blocklist",
      "--disable-gpu-compositing",
      // In containers the sandbox of Chromium cannot start; the page under test is our own.
      "--no-sandbox",
      "--no-zygote",
      "--font-render-hinting=none",
    ],
  });
}

const run = promisify(execFile);

/** Folder with the browser of the npm package, unpacked at the first call in this checkout. */
async function unpackedBrowser(): Promise<string> {
  const entry = require.resolve("@sparticuz/chromium");
  const root = entry.slice(0, entry.lastIndexOf("node_modules"));
  const folder = join(root, ".cache", `chromium-${BROWSER_VERSION}`);
  if (existsSync(folder)) return folder;
  const parts = `${folder}.${process.pid}`;
  await mkdir(parts, { recursive: true });
  // The package is an ES module, which these tests cannot import; and it unpacks to TMPDIR.
  const script = `import c from "@sparticuz/chromium"; await c.executablePath();`;
  await run(process.execPath, ["--input-type=module", "-e", script], {
    cwd: dirname(entry),
    env: { ...process.env, TMPDIR: parts },
  });
  await writeFile(
    join(parts, "fonts.conf"),
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${folder}/fonts</dir><cachedir>${folder}/fonts-cache</cachedir></fontconfig>\n`,
  );
  await rename(parts, folder).catch(async (error: unknown) => {
    await rm(parts, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  });
  return folder;
}
