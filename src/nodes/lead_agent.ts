/** The lead vehicle's agent: commands to cmd_vel, its pose and zone to the global state. */
import { leadSpotOf } from "../game/arena";
import { sizesOf } from "../game/model";
import { loadScenario } from "../game/scenario_file";
import { toTime } from "../ros/messages";
import { RosNode } from "../ros/node";
import { runProcess } from "../ros/process";
import { TOPICS } from "../ros/topics";
import { Bodies } from "./bodies";
import { BodyAgent } from "./body_agent";
import { arenaMarkers, bodyMarkers } from "./markers";
import { LEAD_AGENT_PARAMETERS } from "../ros/generated/parameters";

void runProcess((ros) => {
  const node = ros.add(new RosNode("lead_agent", undefined, LEAD_AGENT_PARAMETERS, "robot"));
  const game = loadScenario(node.parameters.scenario);
  const publishState = node.publisher(TOPICS.globalState);
  const bodies = new Bodies(node);
  const body: BodyAgent = new BodyAgent({
    node,
    shared: bodies,
    arena: game.arena,
    zones: game.arena.leadZones,
    limits: game.arena.lead,
    sizes: sizesOf(game),
    onPose: () =>
      publishState({
        header: { stamp: toTime(body.stamp), frame_id: "map" },
        state: body.zone!,
        stopped: body.permission.stopped,
      }),
    onOutside: () => undefined,
    onDecision: (command) => {
      body.target = leadSpotOf(game.arena, command.action);
    },
  });
  const { arena } = game;
  bodies.all.add(body);
  bodies.serve(ros, node.parameters.markers_rate, (stamp, marked) => [
    ...arenaMarkers(stamp, game),
    ...bodyMarkers(stamp, "lead", marked, arena.lead.radius, arena.leadZones.length),
  ]);
});
