/**
 * Lockstep: an epoch stays open until its command and all actions are in, or a deadline passes.
 * It runs as fast as the nodes answer.
 */
import type { RosNode } from "../src/ros/node";
import { steadyMs } from "../src/ros/clock";
import type { Loop, PublishPoses } from "./loop";
import type { Run } from "./run";
import { AbstractWorld } from "./world/abstract";
import { WorldNode } from "./world_node";

/** An instant's /clock and odometry are repeated this often until the actions are in, ms. */
const REPEAT_MS = 50;
/** Page frames, ms. */
const FRAME_MS = 100;

/** @param deadlineMs wall time for an epoch's command, then for its actions: it is missed after */
export function runAbstract(
  node: RosNode,
  run: Run,
  deadlineMs: number,
  publishPoses: PublishPoses,
  onOver: () => void,
): Loop {
  const { game, robots, seed, epochNs } = run.options;
  const world = new AbstractWorld(game, robots, seed, run.start());
  const locked = new Uint8Array(robots.length);
  let now = epochNs;
  let waitingMs = steadyMs();
  let over = false;

  const send = (): void => {
    ros.sendClock(now);
    ros.sendOdometry(now, world.poses);
  };
  const open = (): void => {
    waitingMs = steadyMs();
    run.ledger.open(now, world.globalState, world.localStates);
    send();
  };
  const advance = (): void => {
    const command = run.ledger.openCommand;
    if (command && run.ledger.isComplete) {
      world.step(command.epoch, command.action, run.ledger.openActions);
    }
    run.closeEpoch(now + epochNs, world.globalState, world.localStates);
    if (run.isOver(now + epochNs)) {
      over = true;
      onOver();
      return;
    }
    if (run.nextEpisode()) world.place(run.start());
    now += epochNs;
    open();
  };
  const proceed = (): void => {
    if (!over && run.ledger.isComplete) advance();
  };

  const ros = new WorldNode({
    node,
    game,
    robots,
    onCommand: (command) => {
      if (run.hearCommand(command)) waitingMs = steadyMs();
      proceed();
    },
    onAction: (action) => {
      run.ledger.hearAction(action);
      proceed();
    },
  });
  open();
  const timers = [
    setInterval(() => {
      if (over) return;
      node.safely(() => {
        const isLate = run.ledger.slots > 0 && steadyMs() - waitingMs > deadlineMs;
        if (isLate) advance();
        else send();
      });
    }, REPEAT_MS),
    setInterval(
      () =>
        node.safely(() => publishPoses(Number(now) / 1e9, world.poses, locked, world.localStates)),
      FRAME_MS,
    ),
  ];
  return { stop: () => timers.forEach(clearInterval) };
}
