/** The lead vehicle's agent: commands to cmd_vel, its pose and zone to the global state. */
import { leadSpotOf } from "../game/arena";
import type { Game } from "../game/model";
import { loadScenario } from "../game/scenario_file";
import { type GlobalCommand, toTime } from "../ros/messages";
import { RosNode } from "../ros/node";
import { runProcess } from "../ros/process";
import { TOPICS } from "../ros/topics";
import { Bodies } from "./bodies";
import { BodyAgent } from "./body_agent";
import { arenaMarkers, bodyMarkers } from "./markers";
import { LEAD_AGENT_PARAMETERS } from "../ros/generated/parameters";

class LeadAgent extends BodyAgent {
  private readonly publishState;

  constructor(
    node: RosNode<typeof LEAD_AGENT_PARAMETERS>,
    shared: Bodies,
    private readonly game: Game,
  ) {
    super({ node, shared, game, zones: game.arena.leadZones, limits: game.arena.lead });
    this.publishState = node.publisher(TOPICS.globalState);
  }

  protected override onPose(): void {
    const header = { stamp: toTime(this.stamp), frame_id: "map" };
    this.publishState({ header, state: this.zone!, stopped: this.permission.stopped });
  }

  protected override onDecision({ action }: GlobalCommand): void {
    this.target = leadSpotOf(this.game.arena, action);
  }
}

void runProcess((ros) => {
  const node = ros.add(new RosNode("lead_agent", undefined, LEAD_AGENT_PARAMETERS, "robot"));
  const game = loadScenario(node.parameters.scenario);
  const bodies = new Bodies(node);
  bodies.all.add(new LeadAgent(node, bodies, game));
  const { lead, leadZones } = game.arena;
  bodies.serve(ros, node.parameters.markers_rate, (stamp, marked) => [
    ...arenaMarkers(stamp, game),
    ...bodyMarkers(stamp, "lead", marked, lead.radius, leadZones.length),
  ]);
});
