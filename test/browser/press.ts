/** What a person does on the page to give a command, and what the page then says. */
import type { Page } from "playwright-core";
import type { PageCommand } from "../../sim/protocol";

/** Writes a number into a field, and Enter. */
export async function fill(page: Page, field: string, value: number): Promise<void> {
  await page.fill(field, String(value));
  await page.press(field, "Enter");
}

/** Gives a command by the page's own controls. */
export async function press(page: Page, command: PageCommand): Promise<void> {
  switch (command.do) {
    case "pause":
    case "resume":
      return page.click("#pause");
    case "step":
    case "stop":
      return page.click(`#${command.do}`);
    case "release":
      await page.click("#release");
      return page.click("#release-yes");
    case "speed":
      return void (await page.selectOption("#speed", String(command.factor)));
    case "reset":
      return fill(page, "#seed", command.seed);
    case "sampleSize":
      return fill(page, "#sample-size", command.size);
    case "population":
      return fill(page, "#population", command.robots);
    case "observation":
      return void (await page.selectOption("#observation", command.mode));
    case "fault":
      await page.selectOption("#robot", String(command.robot));
      return void (await page.selectOption("#fault", command.fault));
  }
}

/** What the status line says of the last command, once it was answered. */
export async function answerOf(page: Page): Promise<string> {
  await page.locator("#said:not([data-outcome=waiting])").waitFor({ timeout: 15_000 });
  return (await page.textContent("#said")) ?? "";
}
