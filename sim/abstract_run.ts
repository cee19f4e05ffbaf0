/**
 * Lockstep: an epoch stays open until its command and all actions are in, or a deadline passes.
 * It runs as fast as the nodes answer.
 */
import { steadyMs } from "../src/ros/clock";
import type { Loop, World } from "./loop";
import { AbstractWorld } from "./world/abstract";
import { WorldNode } from "./world_node";

/** An instant's /clock and odometry are repeated this often until the actions are in, ms. */
const REPEAT_MS = 50;
/** Page frames, ms. */
const FRAME_MS = 100;

export function runAbstract(shared: World): Loop {
  const { node, run, parameters, controls, factor, publishPoses, onOver } = shared;
  /** Of an epoch's command, and then of its actions: it is missed after. */
  const deadlineMs = parameters.epoch_deadline * 1000;
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
    controls.boundary();
    factor.advanced(Number(epochNs) / 1e9);
    run.closeEpoch(now + epochNs, world.globalState, world.localStates);
    if (run.isOver(now + epochNs)) {
      over = true;
      onOver();
      return;
    }
    const isReset = controls.takeReset();
    if (isReset) {
      run.reseed(parameters.seed);
      run.restart();
    }
    if (run.nextEpisode() || isReset) world.place(run.start());
    now += epochNs;
    open();
  };
  const proceed = (): void => {
    if (!over && controls.runs && run.ledger.isComplete) advance();
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
    faults: controls.faults,
  });
  open();
  const timers = [
    setInterval(() => {
      if (over) return;
      node.safely(() => {
        if (!controls.runs) {
          waitingMs = steadyMs();
          factor.hold();
          return send();
        }
        if (run.ledger.isComplete) return advance();
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
