/** A swarm that uses stamped velocities. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { writeCarousel } from "./carousel";
import { monotonic, Peer } from "./peer";
import { startSwarm } from "./swarm";

const STAMPED = { stamped_cmd_vel: true };
const schema = z.object({
  header: z.object({
    stamp: z
      .object({ sec: z.number(), nanosec: z.number() })
      .transform(({ sec, nanosec }) => sec + nanosec / 1e9),
    frame_id: z.string(),
  }),
  twist: z.object({ linear: z.object({ x: z.number() }), angular: z.object({ z: z.number() }) }),
});

test("stamped velocities drive the robots, with their frame and time, and are zero when commands end", async () => {
  const folder = mkdtempSync(join(tmpdir(), "carousel-"));
  const swarm = await startSwarm({
    scenario: writeCarousel(folder),
    world: "motion",
    robots: 3,
    tableSize: 2,
    overrides: { simulator: STAMPED, local_agents_0: STAMPED, lead_agent: STAMPED },
  });
  const velocities = ["--hear", "/robot_0/cmd_vel", "geometry_msgs/msg/TwistStamped"];
  const peer = new Peer(swarm.environment, [
    "--robots",
    "3",
    "--states",
    "--diagnostics",
    ...velocities,
  ]);
  const told = (isMoving: boolean, since: number) =>
    peer.first("heard", since, ({ message }) => {
      const { linear, angular } = schema.parse(message).twist;
      return (linear.x !== 0 || angular.z !== 0) === isMoving;
    });
  try {
    const { message, time: begun } = await told(true, 0);
    const { header } = schema.parse(message);
    expect(header.frame_id).toBe("robot_0/base_link");
    // The world obeys them: the robot comes to another bay.
    const ofRobot = await peer.first("state", 0, (heard) => heard.message.agent_id === "robot_0");
    const { time } = await peer.first(
      "state",
      begun,
      (heard) =>
        heard.message.agent_id === "robot_0" && heard.message.state !== ofRobot.message.state,
    );
    const later = schema.parse((await told(true, time)).message);
    expect(later.header.stamp).toBeGreaterThan(header.stamp);
    const killed = monotonic();
    swarm.kill("global_agent", "SIGKILL");
    const isStanding = (name: string, text: string) =>
      name.includes("robot_0") && text.includes("no command");
    const { time: standing } = await peer.first("diagnostic", killed, ({ name, text }) =>
      isStanding(name, text),
    );
    await told(false, standing);
    const since = peer.of("heard", standing).map((heard) => schema.parse(heard.message).twist);
    expect(since.filter(({ linear, angular }) => linear.x !== 0 || angular.z !== 0)).toEqual([]);
  } finally {
    await peer.end();
    await swarm.end();
    rmSync(folder, { recursive: true, force: true });
  }
});
