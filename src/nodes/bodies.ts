/** Shared by all bodies of a process: commands, stops, watchdog timer, diagnostics, markers. */
import { every, type RosClock } from "../ros/clock";
import { publishDiagnostics } from "../ros/diagnostics";
import type { Marker, Time } from "../ros/messages";
import { clockOf, type RosNode, type SoleSubscription } from "../ros/node";
import { type RosProcess, sent } from "../ros/process";
import { TOPICS } from "../ros/topics";
import { TroubleLog } from "../ros/trouble_log";
import type { BodyAgent } from "./body_agent";
import { onEmergencyStop } from "./emergency_stop";
import { heardTransforms } from "./localization";
import type { MarkedBody } from "./markers";
import type { TransformTree } from "./transforms";

const WATCHDOG_PERIOD_MS = 50;
const STANDING_PERIOD_MS = 200;

type Draw = (stamp: Time, bodies: readonly MarkedBody[]) => Marker[];

export class Bodies {
  readonly all = new Set<BodyAgent>();
  readonly clock: RosClock;
  private tree: TransformTree | undefined;
  /** What is heard of tf, once for all of them, from the first call on. */
  readonly transforms = (): TransformTree => (this.tree ??= heardTransforms(this.node));
  readonly commands: SoleSubscription;
  /** Robots asked at the newest command. */
  private sampled: readonly string[] = [];

  constructor(private readonly node: RosNode) {
    this.clock = clockOf(node);
    this.commands = node.subscribeSole(TOPICS.globalCommand, (message, areTwo) => {
      let refusal: string | undefined;
      this.each((body) => (refusal = body.hearCommand(message, areTwo) ?? refusal));
      this.sampled = message.sampled_agents;
      return refusal;
    });
  }

  private each(work: (body: BodyAgent) => void): void {
    for (const body of this.all) this.node.safely(work, body);
  }

  /** Serves them until the process ends. @param rate of markers, Hz; 0: none */
  serve(ros: RosProcess, rate: number, draw: Draw): void {
    const { node, clock, all } = this;
    const standing = new TroubleLog(node.log, "bodies", "standing:", "free to move:", true);
    onEmergencyStop(node, (source) => {
      if ([...all].some(({ permission }) => !permission.stopped)) {
        node.log.warn(`emergency stop from ${source}`);
      }
      this.each((body) => body.hearStop(source));
    });
    const endings = [
      every(WATCHDOG_PERIOD_MS, () => this.each((body) => body.check())),
      every(STANDING_PERIOD_MS, () => node.safely(() => standing.look(all))),
      publishDiagnostics(node, clock, () => Array.from(all, ({ diagnosis }) => diagnosis)),
    ];
    if (rate > 0) {
      const publish = node.publisher(TOPICS.markers);
      const show = () => publish({ markers: draw(clock.stamp(), markedOf(all, this.sampled)) });
      endings.push(every(1000 / rate, () => node.safely(show)));
    }
    ros.onPause(() => this.each((body) => body.stand()));
    ros.onEnd(async () => {
      endings.forEach((end) => end());
      this.each((body) => body.leave());
      await sent();
    });
  }
}

function markedOf(bodies: Iterable<BodyAgent>, asked: readonly string[]): readonly MarkedBody[] {
  const sampled = new Set(asked);
  return [...bodies].flatMap(({ pose, zone, name }) =>
    pose === undefined ? [] : [{ pose, zone, isSampled: sampled.has(name) }],
  );
}
