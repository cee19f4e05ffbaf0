/** A Python program with the same topics takes the simulator's place. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { leadSpotOf, spotOf } from "../../src/game/arena";
import { packageRoot } from "../../src/base/package_root";
import { loadScenario } from "../../src/game/scenario_file";
import { writeCarousel } from "./carousel";
import { Peer } from "./peer";
import { startSwarm, type Swarm } from "./swarm";

const ROBOTS = 3;
const EPOCH = 6;
/** All processes run within this time, s. */
const STARTED_S = 60;
/** Agents use the wall clock: there is no /clock. */
const WALL = { use_sim_time: false, epoch_length: EPOCH };

let folder: string;
let swarm: Swarm;
let peer: Peer;
let world: ChildProcess;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "carousel-"));
  const scenario = writeCarousel(folder);
  const { arena } = loadScenario(scenario);
  swarm = await startSwarm({
    scenario,
    fidelity: "motion",
    robots: ROBOTS,
    tableSize: 2,
    without: ["simulator"],
    overrides: {
      global_agent: WALL,
      lead_agent: { use_sim_time: false },
      local_agents_0: { use_sim_time: false },
    },
  });
  const bodies = [
    ...[...Array(ROBOTS).keys()].map((i) => ({
      name: `robot_${i}`,
      ...spotOf(arena, i, i),
      yaw: 0,
    })),
    { name: "lead", ...leadSpotOf(arena, 0), yaw: 0 },
  ];
  // It is there before the world, with which the first epoch begins.
  peer = new Peer(swarm.environment, ["--robots", `${ROBOTS}`, "--states"]);
  await peer.first("ready", 0, undefined, STARTED_S);
  const program = join(packageRoot(), "test", "graph", "world.py");
  world = spawn("python3", [program, JSON.stringify(bodies)], {
    env: swarm.environment,
    stdio: ["ignore", "ignore", "inherit"],
  });
});

afterAll(async () => {
  await peer?.end();
  await swarm?.end();
  if (world?.kill("SIGKILL")) await once(world, "exit");
  rmSync(folder, { recursive: true, force: true });
});

test("robots drive to the next bay each epoch, the lead vehicle where it is sent, and no state is missing", async () => {
  const bays = swarm.game.localStates.length;
  const first = await peer.first("command", 0, undefined, STARTED_S);
  expect(first.message).toMatchObject({
    epoch: 0,
    missing: 0,
    population: ROBOTS,
    global_state: 0,
  });
  for (let i = 0; i < ROBOTS; i++) {
    // It arrives before the next epoch begins.
    const moved = await peer.first(
      "state",
      first.time,
      ({ message }) => message.agent_id === `robot_${i}` && message.state === (i + 1) % bays,
    );
    expect(moved.message.epoch).toBe(0);
  }
  const second = await peer.first("command", first.time, ({ message }) => message.epoch === 1);
  expect(second.message).toMatchObject({ missing: 0, global_state: first.message.action });
  expect(second.message.histogram[0]).toBe(0);
  expect(swarm.deaths).toEqual([]);
});
