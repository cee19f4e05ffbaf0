import { startQuietServer } from "./quiet_server";
import { TestPage } from "./visitors";
import { fuzz } from "./fuzz";

test("2,000 random and mutated frames: nothing is obeyed and others are served on", async () => {
  const { server, obeyed, lines, end } = await startQuietServer();
  try {
    const quiet = new TestPage(server);
    await quiet.next();
    expect(await fuzz(server, 2000, "a page")).toBeGreaterThan(300);
    expect(obeyed).toEqual([]);
    expect(lines.some((line) => line.startsWith("page closed: not the protocol"))).toBe(true);
    expect(lines.filter((line) => line.includes("failed"))).toEqual([]);
    server.pages.publish(Uint8Array.of(1, 2, 3));
    expect(await quiet.next()).toEqual(Buffer.of(1, 2, 3));
    expect(server.pages.clients).toBe(1);
  } finally {
    await end();
  }
});
