/** A local agent with `output: goal` beside a navigator that takes its goals, over ROS. */
import { sizesOf } from "../../src/game/model";
import { loadScenario } from "../../src/game/scenario_file";
import { claimDomain } from "../../src/ros/domain";
import { TOPICS, topicOf } from "../../src/ros/topics";
import { alwaysDoing, commandOf } from "../support/commands";
import { Child } from "./child";
import { secondsOfProduct } from "./lateness";
import { monotonic, Peer } from "./peer";
import { environmentOf } from "./swarm";
import { GuidedRobot, PERIOD_MS, stamp } from "./told_robot";

/** From the last command until its own pose is its goal, s. */
const BOUND = 0.5;

test("a robot with a navigator is sent goals: where it is when commands end, then on, round a post", async () => {
  const game = loadScenario("dock_dispatch");
  const domain = await claimDomain();
  const environment = environmentOf(domain);
  const goal = topicOf("robot_0", TOPICS.goal);
  const agent = new Child(environment, "src/nodes/local_agent.js", {
    parameters: { start_armed: true, output: "goal", pose_source: "pose" },
    rosArgs: ["-r", "__ns:=/robot_0"],
  });
  const hears = ["--robots", "1", "--velocities", "--hear", goal.name, goal.type];
  const peer = new Peer(environment, [...hears, "--diagnostics"]);
  const robot = new GuidedRobot(peer, 0);
  let isCommanded = true;
  let commandedAt = 0;
  let timer: NodeJS.Timeout | undefined;
  const step = (): void => {
    robot.step();
    if (!isCommanded) return;
    const [header, about] = [
      { stamp: stamp(), frame_id: "map" },
      { session: 1, epoch: 1 },
    ];
    const decided = { decision_time: stamp(-0.5), policy_sha256: "up" };
    peer.publishBytes(
      TOPICS.globalCommand,
      commandOf(sizesOf(game), { header, ...about, ...decided }),
    );
    commandedAt = monotonic();
  };
  try {
    await peer.first("ready", 0, undefined, 60);
    for (const topic of [TOPICS.odometry, TOPICS.pose])
      await peer.advertise(topicOf("robot_0", topic), 1);
    await peer.advertise(TOPICS.globalCommand, 1);
    await peer.advertise(TOPICS.localPolicy, 1);
    peer.publishBytes(TOPICS.localPolicy, alwaysDoing(game, "up", "up"));
    timer = setInterval(step, PERIOD_MS);
    const home = { ...robot.pose };
    const { x, y } = await peer.until("a goal in the next zone", () =>
      robot.goals().find((each) => robot.to(each) > 2),
    );
    await peer.until("its way", () => robot.to(home) > 0.5);
    isCommanded = false;
    const { time: told } = await peer.until("its own pose", () =>
      robot.goals(commandedAt).find((each) => robot.to(each) < 0.6),
    );
    expect(secondsOfProduct("commands end: its own pose", commandedAt, told)).toBeLessThan(BOUND);
    await robot.says(/standing: no command/, told);
    // The navigator is late, and comes back to there.
    await peer.until("standing", () => {
      const newest = robot.goals(told).at(-1)!;
      return monotonic() > Math.max(told + 2, newest.time + 1) && robot.to(newest) < 0.1;
    });
    expect(robot.to({ x, y })).toBeGreaterThan(1);
    isCommanded = true;
    await peer.until("its arrival", () => robot.to({ x, y }) < 0.1);
    expect(robot.told(0)).toEqual([]);
  } finally {
    clearInterval(timer);
    await peer.end();
    await agent.end();
    domain.release();
  }
});
