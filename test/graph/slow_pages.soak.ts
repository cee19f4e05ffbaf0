/** 100 pages that read slowly or never, for a minute: the world and ROS keep their rates. */
import type { Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { usageOf } from "../../bench/process_usage";
import { sleepingPage } from "../sim/visitors";
import { monotonic, Peer } from "./peer";
import { startSwarm } from "./swarm";

const PAGES = 100;
const SECONDS = 60;
const ROBOTS = 30;
/** Odometry of each robot, Hz of simulated time. */
const RATE = 10;
const TOLERANCE = 0.05;

test("100 pages that read slowly or never leave the world its real-time factor and ROS its rates", async () => {
  const swarm = await startSwarm({ fidelity: "motion", robots: ROBOTS, headless: false });
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
    const before = usageOf(swarm.pid("simulator")).megabytes;
    const start = peer.of("clock").at(-1)!;
    const end = await peer.first("clock", monotonic() + SECONDS, undefined, SECONDS + 30);
    const factor = (end.now - start.now) / (end.time - start.time);
    const heard = peer.of("odometry", start.time).filter(({ time }) => time < end.time);
    const rate = heard.length / (ROBOTS + 1) / (end.time - start.time);
    const grown = usageOf(swarm.pid("simulator")).megabytes - before;
    console.log(
      `real-time factor ${factor.toFixed(3)}, odometry at ${rate.toFixed(2)} Hz, the simulator's memory grew by ${grown.toFixed(0)} MB`,
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
