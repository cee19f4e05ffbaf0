/** Shared by all bodies of a process: commands, stops, watchdog timer, diagnostics, markers. */
import type { RosClock } from "../ros/clock";
import { type Check, publishDiagnostics } from "../ros/diagnostics";
import type { Marker, Time } from "../ros/messages";
import type { RosNode } from "../ros/node";
import { type RosProcess, sent } from "../ros/process";
import { TOPICS } from "../ros/topics";
import type { BodyAgent } from "./body_agent";
import { onEmergencyStop } from "./emergency_stop";
import type { MarkedBody } from "./markers";
import { StandingLog } from "./standing_log";

/** Period of the watchdog timer. */
const WATCHDOG_PERIOD_MS = 50;

export interface Drawing {
  /** Hz; 0: no markers. */
  readonly rate: number;
  readonly draw: (stamp: Time, bodies: readonly MarkedBody[]) => Marker[];
}

/** Serves `bodies` through one node until the process ends; bodies may join and leave the set. */
export function serveBodies(
  ros: RosProcess,
  node: RosNode,
  clock: RosClock,
  bodies: ReadonlySet<BodyAgent>,
  { rate, draw }: Drawing,
): void {
  let sampled = new Set<string>();
  node.subscribe(TOPICS.globalCommand, (message) => {
    let refusal: string | undefined;
    for (const body of bodies) node.safely(() => (refusal = body.hearCommand(message) ?? refusal));
    if (rate > 0) sampled = new Set(message.sampled_agents);
    return refusal;
  });
  const standing = new StandingLog(node.log);
  onEmergencyStop(node, (source) => {
    if ([...bodies].some(({ permission }) => !permission.stopped)) {
      node.log.warn(`emergency stop from ${source}`);
    }
    for (const body of bodies) node.safely(() => body.hearStop());
  });
  const look = (): void => {
    for (const body of bodies) node.safely(() => body.check());
    standing.look(bodies);
  };
  const timers = [setInterval(look, WATCHDOG_PERIOD_MS)];
  if (rate > 0) {
    const publish = node.publisher(TOPICS.markers);
    const show = (): void => publish({ markers: draw(clock.stamp(), marked(bodies, sampled)) });
    timers.push(setInterval(() => node.safely(show), 1000 / rate));
  }
  const checks = (): Check[] => Array.from(bodies, ({ diagnosis }) => diagnosis);
  const endDiagnostics = publishDiagnostics(node, clock, checks);
  ros.onEnd(async () => {
    endDiagnostics();
    timers.forEach(clearInterval);
    for (const body of bodies) node.safely(() => body.leave());
    await sent();
  });
}

function marked(
  bodies: ReadonlySet<BodyAgent>,
  sampled: ReadonlySet<string>,
): readonly MarkedBody[] {
  return [...bodies].flatMap(({ pose, zone, name }) =>
    pose === undefined ? [] : [{ pose, zone, isSampled: sampled.has(name) }],
  );
}
