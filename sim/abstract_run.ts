/**
 * Lockstep: an epoch stays open until its command and all actions are in, or a deadline passes.
 * It runs as fast as the nodes answer.
 */
import { steadyMs } from "../src/ros/clock";
import type { Loop, World } from "./loop";
import { Population } from "./population";
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
  let world = new AbstractWorld(game, robots, seed, run.start());
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
    if (population.take()) {
      const { globalState } = world;
      const { localStates } = run.start();
      localStates.set(world.localStates.subarray(0, localStates.length));
      world = new AbstractWorld(game, run.robots, seed, { globalState, localStates });
    }
    open();
  };
  const proceed = (): void => {
    population.follow(now + epochNs);
    if (!over && controls.runs && run.ledger.isComplete) advance();
  };

  const ros = new WorldNode({
    node,
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
  const population = new Population(shared, ros);
  open();
  const timers = [
    setInterval(() => {
      if (over) return;
      node.safely(() => {
        population.follow(now + epochNs);
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
        node.safely(() => {
          const { poses, localStates } = world;
          publishPoses(Number(now) / 1e9, poses, new Uint8Array(localStates.length), localStates);
        }),
      FRAME_MS,
    ),
  ];
  return { stop: () => timers.forEach(clearInterval) };
}
