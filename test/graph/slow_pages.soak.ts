/** Pages that read slowly or never, a page node that dies, and a world that is silent. */
import type { Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { usageOf } from "../../bench/process_usage";
import { parseServerMessage, type WorldState } from "../../sim/protocol";
import { sleepingPage, TestPage } from "../sim/visitors";
import { secondsOfProduct } from "./lateness";
import { monotonic, Peer } from "./peer";
import { startSwarm, type Swarm } from "./swarm";
import { eventually } from "./wait";

const PAGES = 100;
const SECONDS = 60;
const ROBOTS = 30;
/** Odometry of each robot, Hz of simulated time. */
const RATE = 10;
const TOLERANCE = 0.05;

test("100 pages that read slowly or never leave the world its real-time factor and ROS its rates", async () => {
  const swarm = await startSwarm({ world: "motion", robots: ROBOTS, headless: false });
  const options = ["--robots", `${ROBOTS}`, "--odometry", "--clock"];
  const peer = new Peer(swarm.environment, options);
  const pages: Socket[] = [];
  try {
    const port = Number(new URL(await swarm.page).port);
    await peer.first("command");
    for (let i = 0; i < PAGES; i++) {
      const page = await sleepingPage({ port });
      pages.push(page);
      // Every other page reads a little now and then.
      if (i % 2 === 0) setInterval(() => void page.read(1000), 500).unref();
    }
    await wait(5000);
    const before = usageOf(swarm.pid("page")).megabytes;
    const start = peer.of("clock").at(-1)!;
    const end = await peer.first("clock", monotonic() + SECONDS, undefined, SECONDS + 30);
    const factor = (end.now - start.now) / (end.time - start.time);
    const heard = peer.of("odometry", start.time).filter(({ time }) => time < end.time);
    const rate = heard.length / (ROBOTS + 1) / (end.time - start.time);
    const grown = usageOf(swarm.pid("page")).megabytes - before;
    console.log(
      `real-time factor ${factor.toFixed(3)}, odometry at ${rate.toFixed(2)} Hz, the page node's memory grew by ${grown.toFixed(0)} MB`,
    );
    expect(Math.abs(factor - 1)).toBeLessThan(TOLERANCE);
    expect(rate).toBeGreaterThan(RATE * (1 - TOLERANCE));
    expect(grown).toBeLessThan(30);
    expect(swarm.deaths).toEqual([]);
  } finally {
    pages.forEach((page) => page.destroy());
    await peer.end();
    await swarm.end();
  }
}, 300_000);

/** From the start of a page node until a page shows the world, and from the last pose on, s. */
const SHOWN_WITHIN = 2;
const SILENT_WITHIN = 2.5;

/** A page that may command, of the page node that was started last. */
async function commanding(swarm: Swarm): Promise<TestPage> {
  const { port, hash } = new URL(await swarm.page);
  return new TestPage({ port: Number(port) }, { token: hash.slice("#token=".length) });
}

/** The first state of the world that fits; poses, which are no JSON, are counted by `onPoses`. */
async function told(
  page: TestPage,
  fits: (world: WorldState) => boolean,
  onPoses = (): void => undefined,
): Promise<WorldState> {
  for (;;) {
    const data = await page.next();
    if (data[0] !== "{".charCodeAt(0)) {
      onPoses();
      continue;
    }
    const message = parseServerMessage(data.toString());
    if (message.type === "world" && fits(message)) return message;
  }
}

test("a page node that died shows the world within 2 s of its start, and says since when it is silent", async () => {
  const swarm = await startSwarm({ fidelity: "motion", robots: 4, tableSize: 2, headless: false });
  try {
    const before = await swarm.page;
    await swarm.epochs(1);
    swarm.kill("page", "SIGKILL");
    swarm.restart("page");
    await eventually("another page", async () => (await swarm.page) !== before);
    let since = monotonic();
    const page = await commanding(swarm);
    let poses = 0;
    const shown = await told(
      page,
      ({ world, sampleSize }) => poses > 0 && world === "motion" && sampleSize !== null,
      () => poses++,
    );
    expect(secondsOfProduct("the world was shown", since, monotonic())).toBeLessThan(SHOWN_WITHIN);
    expect(shown.silentSince).toBeNull();
    swarm.kill("simulator", "SIGSTOP");
    since = monotonic();
    const silent = await told(page, ({ silentSince }) => silentSince !== null);
    expect(secondsOfProduct("silence was said", since, monotonic())).toBeLessThan(SILENT_WITHIN);
    expect(Math.abs(silent.silentSince! - Date.now())).toBeLessThan(10_000);
    // The stop needs no world.
    page.say({ type: "command", id: 1, command: { do: "stop" } });
    await told(page, ({ emergencyStop }) => emergencyStop);
    swarm.kill("simulator", "SIGCONT");
    await told(page, ({ silentSince }) => silentSince === null);
  } finally {
    await swarm.end();
  }
}, 120_000);
