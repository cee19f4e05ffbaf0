import { startSwarm } from "../graph/swarm";
import { openPage, shownBy, shownWhen } from "./open_page";

test("the page shows a running swarm: robots move and the sample changes with the epochs", async () => {
  const swarm = await startSwarm({ fidelity: "motion", speed: 6, headless: false, seed: 2 });
  try {
    const { page, errors, close } = await openPage(await swarm.page);
    try {
      await shownWhen(page, "connection", (value) => value === "live");
      const epoch = await shownWhen(page, "epoch", (value) => value !== "", 30_000);
      const sampled = await shownBy(page, "sampled");
      const robots = await shownBy(page, "robots");
      await shownWhen(page, "epoch", (value) => Number(value) >= Number(epoch) + 3, 30_000);
      const later = await shownBy(page, "sampled");
      expect(new Set(later.split(",")).size).toBe(10);
      expect(later).not.toBe(sampled);
      await shownWhen(page, "robots", (value) => value !== robots, 30_000);
      expect(errors).toEqual([]);
      expect(swarm.deaths).toEqual([]);
    } finally {
      await close();
    }
  } finally {
    await swarm.end();
  }
}, 120_000);
