import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { QUESTIONS } from "../../bench/reproduce/questions";
import { packageRoot } from "../../src/base/package_root";
import { openPage } from "../browser/open_page";

/** On two cores that have nothing else to do. */
const LONGEST_S = 240;

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "reproduce-"))));
afterAll(() => rmSync(folder, { recursive: true }));

test(
  "the reduced version is done in time, and its report is read on a telephone and on a wide screen",
  async () => {
    const program = join(packageRoot(), "dist", "bench", "reproduce", "reproduce.js");
    const startedMs = performance.now();
    const { status, stderr } = spawnSync(process.execPath, [program, "--quick", "--threads", "2"], {
      cwd: folder,
      encoding: "utf8",
    });
    const seconds = (performance.now() - startedMs) / 1000;
    console.log(`${seconds.toFixed(0)} s; ${stderr.trimEnd().split("\n").at(-1)}`);
    expect(status).toBe(0);
    const file = join(folder, "reproduced", "report.html");
    for (const width of [400, 1600]) {
      const { page, errors, close } = await openPage(`file://${file}`, { width });
      expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBe(width);
      for (const name of Object.keys(QUESTIONS)) {
        // That is asked with --libraries alone.
        if (name === "libraries") continue;
        const section = page.locator(`#${name}`);
        expect(await section.locator("svg").count()).toBeGreaterThan(0);
        const said = await section.locator("li").allTextContents();
        expect(said.length).toBeGreaterThan(0);
        // Nothing that a figure or a sentence is made of was missing.
        expect(`${said.join(" ")} ${await section.innerHTML()}`).not.toMatch(
          /NaN|undefined|Infinity/,
        );
        const widest = await section
          .locator("svg")
          .evaluateAll((all) => Math.max(...all.map((one) => one.getBoundingClientRect().width)));
        expect(widest).toBeGreaterThan(330);
      }
      expect(errors).toEqual([]);
      await close();
    }
    expect(readFileSync(file, "utf8")).not.toMatch(/src=|<link/);
    expect(seconds).toBeLessThan(LONGEST_S);
  },
  2 * 1000 * LONGEST_S,
);
