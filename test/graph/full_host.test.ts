/** A hundred robots in one process: however it ends, the last velocity of each robot is zero. */
import { sizesOf } from "../../src/game/model";
import { loadScenario } from "../../src/game/scenario_file";
import { claimDomain } from "../../src/ros/domain";
import { planarOdometry, toTime } from "../../src/ros/messages";
import { TOPICS, topicOf } from "../../src/ros/topics";
import { alwaysDoing, commandOf } from "../support/commands";
import { Child } from "./child";
import { secondsOfProduct } from "./lateness";
import { type EventOf, monotonic, Peer } from "./peer";
import { environmentOf } from "./swarm";

const ROBOTS = 100;
const NAMES = [...Array(ROBOTS).keys()].map((i) => `robot_${i}`);
/** At least so many robots drive when the process is told to end. */
const MOVING = 50;
/** A process ends within this time of being told to, s. */
const ENDED = 2;
/** Odometry and command are published this often, ms. */
const PERIOD_MS = 250;

const game = loadScenario("dock_dispatch");
const sizes = sizesOf(game);

const isMoving = ({ linear, angular }: EventOf<"velocity">): boolean =>
  linear !== 0 || angular !== 0;

/** The newest velocity of each robot since `since`. */
function newest(peer: Peer, since: number): EventOf<"velocity">[] {
  return [...new Map(peer.of("velocity", since).map((heard) => [heard.body, heard])).values()];
}

/** Sends every robot of the host up, from the first zone; returns what ends it. */
async function play(peer: Peer): Promise<() => void> {
  await Promise.all(NAMES.map((name) => peer.advertise(topicOf(name, TOPICS.odometry), 1)));
  await peer.advertise(TOPICS.globalCommand, 1);
  await peer.advertise(TOPICS.localPolicy, 1);
  peer.publishBytes(TOPICS.localPolicy, alwaysDoing(game, "up", "up"));
  const [{ x, y }] = game.arena.zones;
  let steps = 0;
  const step = (): void => {
    const stamp = toTime(BigInt(Date.now()) * 1_000_000n);
    const command = { header: { stamp, frame_id: "map" }, epoch: 1, policy_sha256: "up" };
    peer.publishBytes(TOPICS.globalCommand, commandOf(sizes, command));
    // Odometry that never changes would count as frozen.
    const pose = { x: x + 0.01 * (steps++ % 2), y, yaw: 0 };
    for (const name of NAMES) {
      peer.publishBytes(topicOf(name, TOPICS.odometry), planarOdometry(stamp, name, pose));
    }
  };
  const timer = setInterval(step, PERIOD_MS);
  return () => clearInterval(timer);
}

test.each([
  ["SIGINT", 0],
  ["SIGTERM", 0],
  // SIGWINCH makes the fixture throw an uncaught error.
  ["SIGWINCH", 1],
] as const)(
  "%s ends it with status %i within 2 s, and every robot is told to stand",
  async (...given) => {
    const [signal, status] = given;
    const domain = await claimDomain();
    const environment = environmentOf(domain);
    const parameters = { robots: ROBOTS, population: ROBOTS, start_armed: true };
    const program = "test/graph/fixtures/crashing/local_agent.js";
    const host = new Child(environment, program, { parameters });
    const peer = new Peer(environment, ["--robots", `${ROBOTS}`, "--velocities"]);
    try {
      const end = await play(peer);
      const told = () => newest(peer, monotonic() - 2 * (PERIOD_MS / 1000));
      await peer.until("robots on their way", () => told().filter(isMoving).length >= MOVING);
      end();
      const asked = monotonic();
      const ended = await host.end(signal);
      const seconds = secondsOfProduct(`${signal}: a host of ${ROBOTS} ended`, asked, monotonic());
      expect(ended).toMatchObject({ status, signal: null });
      expect(seconds).toBeLessThan(ENDED);
      if (status === 1) expect(ended.lines.join("\n")).toMatch(/Error: thrown in a timer\n +at /);
      await peer.until("each robot told to stand", () => {
        const last = newest(peer, asked);
        return last.length === ROBOTS && !last.some(isMoving);
      });
    } finally {
      await host.end();
      await peer.end();
      domain.release();
    }
  },
);
