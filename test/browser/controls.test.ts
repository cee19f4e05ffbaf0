/** What a person asks of the page, against a swarm that is only played. */
import type { Page } from "playwright-core";
import { FAULT_CHOICES, type PageCommand } from "../../sim/protocol";
import { shownBy, shownWhen } from "./open_page";
import { endAll, feed, open, openCommanding } from "./page_fixtures";
import { fill, press } from "./press";
import { REFUSED_SEED } from "./played_swarm";

afterEach(endAll);

/** The status line once it says this. */
const said = (page: Page, text: string): Promise<void> =>
  page.locator("#said", { hasText: text }).waitFor({ timeout: 5000 });

test("each control gives its command and its answer is read", async () => {
  const swarm = await feed({ epochMs: 60_000 });
  const { page, errors } = await openCommanding(swarm);
  expect(await page.locator("#step").isDisabled()).toBe(true);
  const steps: PageCommand[] = [
    { do: "pause" },
    { do: "step" },
    { do: "resume" },
    { do: "speed", factor: 4 },
    { do: "population", robots: 40 },
    { do: "sampleSize", size: 7 },
    { do: "observation", mode: "filter" },
    { do: "reset", seed: 42 },
    { do: "fault", robot: 7, fault: "mute" },
    { do: "fault", robot: 7, fault: "none" },
  ];
  for (const command of steps) {
    await press(page, command);
    await said(page, `done: ${command.do}`);
    expect(swarm.obeyed.at(-1)).toEqual(command);
  }
  expect(swarm.obeyed).toHaveLength(steps.length);
  const { page: other } = await open(swarm.server.url);
  await other.locator("#permission", { hasText: "only shows" }).waitFor();
  expect(await other.inputValue("#sample-size")).toBe("7");
  expect(await other.inputValue("#observation")).toBe("filter");

  await fill(page, "#seed", REFUSED_SEED);
  await said(page, "Failed: the world cannot be reset now");
  await fill(page, "#sample-size", 31);
  await fill(page, "#population", 0);
  expect(swarm.obeyed).toHaveLength(steps.length + 1);
  expect(errors).toEqual([]);
});

test("a mode that a person has chosen stays until another one is heard", async () => {
  const { page } = await openCommanding(await feed({ epochMs: 60_000 }));
  await page.evaluate('document.getElementById("observation").value = "filter"');
  await press(page, { do: "pause" });
  await page.locator("#step:not([disabled])").waitFor();
  expect(await page.inputValue("#observation")).toBe("filter");
});

test("the keyboard alone stops everything, and releases only after a second yes", async () => {
  const swarm = await feed();
  const { page } = await openCommanding(swarm);
  const focused = (): Promise<string> => page.evaluate<string>("document.activeElement.id");
  await page.keyboard.press("Tab");
  expect(await focused()).toBe("stop");
  await page.keyboard.press("Enter");
  await said(page, "done: stop");
  await page.locator("#release").waitFor();
  expect(await page.textContent("#alarm")).toBe("Emergency stop");
  expect(await page.textContent("#sentence")).toMatch(/^Emergency stop: all 30 robots/);
  expect(await focused()).toBe("release");

  await page.keyboard.press("Enter");
  expect(await focused()).toBe("release-no");
  await page.keyboard.press("Escape");
  expect(await focused()).toBe("release");
  expect(swarm.obeyed).toEqual([{ do: "stop" }]);
  await page.keyboard.press("Enter");
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Enter");
  await said(page, "done: release");
  await page.locator("#stop").waitFor();
  expect(swarm.obeyed).toEqual([{ do: "stop" }, { do: "release" }]);
  expect(await page.locator("#alarm").isHidden()).toBe(true);
});

test("a page without the token, or with a wrong one, only shows; what the world lacks is disabled", async () => {
  const silentSince = new Date(2026, 0, 2, 3, 4, 5).getTime();
  const swarm = await feed({ speed: 0, world: { world: "gazebo", controls: [], silentSince } });
  const { page, errors } = await open(swarm.server.url);
  await page.selectOption("#robot", "3");
  await page.locator("#permission", { hasText: "Open the link that the start printed" }).waitFor();
  const disabled = page.locator("#commands *:disabled, #stop:disabled, #fault:disabled");
  expect(await disabled.count()).toBe(12);
  await page.click("#follow");
  expect(await page.getAttribute("#follow", "aria-pressed")).toBe("true");

  await page.goto(`${swarm.server.url}#token=wrong`);
  await shownWhen(page, "connection", (value) => value === "lost");
  await shownWhen(page, "connection", (value) => value === "live");
  expect(await shownBy(page, "canCommand")).toBe("false");

  await page.goto(swarm.server.commandUrl);
  await shownWhen(page, "canCommand", (value) => value === "true");
  for (const control of ["pause", "step", "speed", "population", "fault"]) {
    const reason = page.locator(`#${control}:disabled`);
    const shown = { title: await reason.getAttribute("title"), seen: await reason.isVisible() };
    expect(shown).toEqual({ title: `this world (gazebo) has no ${control}`, seen: true });
  }
  expect(await page.locator("#reset-form :disabled").count()).toBe(2);
  expect(await page.locator("#sample-size").isEnabled()).toBe(true);
  expect(await page.textContent("#alarm")).toBe("No poses since 03:04:05");
  expect(await page.textContent("#facts")).toContain("worldGazebo");
  expect(await page.locator("#speed option:checked").textContent()).toBe("its own");
  await press(page, { do: "stop" });
  await said(page, "done: stop");
  expect(errors).toEqual([]);
});

test("a robot is chosen in the arena, followed, and seen to be broken", async () => {
  const swarm = await feed({ epochMs: 60_000 });
  const { page } = await openCommanding(swarm);
  const arena = page.locator("#arena");
  const box = await arena.boundingBox();
  if (box === null) throw new Error("no arena");
  await page.selectOption("#robot", "3");
  await page.locator("#robot-name", { hasText: "robot_3" }).waitFor();
  expect(await page.textContent("#robot-facts")).toMatch(/^in bay_\d, (not )?asked/);
  expect(await page.inputValue("#fault")).toBe("stall");
  const faults = await page
    .locator("#fault option")
    .evaluateAll((all: { value: string }[]) => all.map(({ value }) => value));
  expect(faults).toEqual(FAULT_CHOICES);
  expect(await page.textContent("#facts")).toContain("broken robotsrobot_3");

  await page.click("#robot-close");
  expect(await page.locator("#robot-panel").isHidden()).toBe(true);
  // In the middle of the ring of bays is no robot, until the camera goes with one.
  const middle = { position: { x: box.width / 2, y: box.height / 2 } };
  await arena.click(middle);
  expect(await shownBy(page, "chosen")).toBe("");
  await page.selectOption("#robot", "5");
  await page.click("#follow");
  await page.waitForTimeout(1500);
  await arena.click(middle);
  expect(await shownBy(page, "chosen")).toBe("5");
});

test("the token outlives a reload, and the page is light or dark as the system is", async () => {
  const { page, errors } = await openCommanding(await feed(), { colorScheme: "light" });
  await page.reload();
  await shownWhen(page, "canCommand", (value) => value === "true");
  const colour = "getComputedStyle(document.body).backgroundColor";
  expect(await page.evaluate(colour)).toBe("rgb(243, 241, 234)");
  await page.emulateMedia({ colorScheme: "dark" });
  expect(await page.evaluate(colour)).toBe("rgb(19, 23, 28)");
  // Drawn anew, each name is there once.
  await page.evaluate(
    "new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)))",
  );
  expect(await page.locator(".zone-name").count()).toBe(5);
  expect(errors).toEqual([]);
});
