/** Shared by all bodies of a process: commands, stops, watchdog timer, diagnostics, markers. */
import { every, type RosClock } from "../ros/clock";
import { publishDiagnostics } from "../ros/diagnostics";
import type { GlobalCommand, Marker, Time } from "../ros/messages";
import type { RosNode, SoleSubscription } from "../ros/node";
import { type RosProcess, sent } from "../ros/process";
import { TOPICS } from "../ros/topics";
import type { BodyAgent } from "./body_agent";
import { onEmergencyStop } from "./emergency_stop";
import type { MarkedBody } from "./markers";
import { StandingLog } from "./standing_log";

const WATCHDOG_PERIOD_MS = 50;
const STANDING_PERIOD_MS = 200;

export interface Drawing {
  /** Hz; 0: no markers. */
  readonly rate: number;
  readonly draw: (stamp: Time, bodies: readonly MarkedBody[]) => Marker[];
}

/** The commands that a process hears, once for all its bodies. */
export class Commands {
  readonly heard: SoleSubscription;
  /** Returns why a command is refused; undefined: it was taken. */
  take: (message: GlobalCommand, areTwo: boolean) => string | undefined = () => undefined;

  constructor(node: RosNode) {
    const hear = (message: GlobalCommand, areTwo: boolean) => this.take(message, areTwo);
    this.heard = node.subscribeSole(TOPICS.globalCommand, hear);
  }
}

/** Serves `bodies` through one node until the process ends; bodies may join and leave the set. */
export function serveBodies(
  ros: RosProcess,
  node: RosNode,
  clock: RosClock,
  commands: Commands,
  bodies: ReadonlySet<BodyAgent>,
  drawing: Drawing,
): void {
  /** Robots asked at the newest command. */
  let sampled: readonly string[] = [];
  const each = (work: (body: BodyAgent) => void): void =>
    bodies.forEach((body) => node.safely(() => work(body)));
  commands.take = (message, areTwo) => {
    let refusal: string | undefined;
    each((body) => (refusal = body.hearCommand(message, areTwo) ?? refusal));
    sampled = message.sampled_agents;
    return refusal;
  };
  const standing = new StandingLog(node.log);
  onEmergencyStop(node, (source) => {
    if ([...bodies].some(({ permission }) => !permission.stopped)) {
      node.log.warn(`emergency stop from ${source}`);
    }
    each((body) => body.hearStop());
  });
  const endings = [
    every(WATCHDOG_PERIOD_MS, () => each((body) => body.check())),
    every(STANDING_PERIOD_MS, () => node.safely(() => standing.look(bodies))),
    publishDiagnostics(node, clock, () => Array.from(bodies, ({ diagnosis }) => diagnosis)),
    publishMarkers(node, clock, drawing, () => markedOf(bodies, sampled)),
  ];
  ros.onPause(() => each((body) => body.stand()));
  ros.onEnd(async () => {
    endings.forEach((end) => end());
    each((body) => body.leave());
    await sent();
  });
}

/** Publishes markers where they are wanted. Returns what ends it. */
function publishMarkers(
  node: RosNode,
  clock: RosClock,
  { rate, draw }: Drawing,
  marked: () => readonly MarkedBody[],
): () => void {
  if (rate === 0) return () => undefined;
  const publish = node.publisher(TOPICS.markers);
  const show = (): void => publish({ markers: draw(clock.stamp(), marked()) });
  return every(1000 / rate, () => node.safely(show));
}

function markedOf(bodies: Iterable<BodyAgent>, asked: readonly string[]): readonly MarkedBody[] {
  const sampled = new Set(asked);
  return [...bodies].flatMap(({ pose, zone, name }) =>
    pose === undefined ? [] : [{ pose, zone, isSampled: sampled.has(name) }],
  );
}
