/** Driving robots stand soon after every fault of the processes around them. */
import { endOfBound, secondsOfProduct } from "./lateness";
import { type EventOf, monotonic, Peer } from "./peer";
import { EPOCH, isMoving, MovingSwarm, ROBOTS, WATCHDOG_BOUND } from "./moving_swarm";
import { shared } from "./shared";
import type { Swarm } from "./swarm";

/** Robots hear the second global agent at most this much later than the peer, s. */
const CONFLICT_BOUND = 0.3;
/** From the death of its agent until a base has stopped, s. */
const BASE_BOUND = 0.6;
/** Published as a transition of the lifecycle begins. */
const TRANSITIONS = ["/global_agent/transition_event", "lifecycle_msgs/msg/TransitionEvent"];

let run: MovingSwarm;
let swarm: Swarm;
let peer: Peer;

shared(
  async (own) => {
    run = await MovingSwarm.start(own, ["--hear", ...TRANSITIONS]);
    ({ swarm, peer } = run);
  },
  () => run.mend(),
);

test("the global agent's death makes every robot stand within 0.5 s, and its return goes on above the old epoch", async () => {
  const before = run.newestCommand;
  const killed = monotonic();
  swarm.kill("global_agent", "SIGKILL");
  await run.expectZeroWithin(WATCHDOG_BOUND, killed, "global agent killed");

  const restarted = monotonic();
  swarm.restart("global_agent");
  const { time, message } = await peer.first(
    "command",
    killed,
    (heard) => heard.message.session !== before.session,
  );
  const stood = killed + run.secondsToZero(killed, restarted);
  expect(secondsOfProduct("until it is started again: zero", killed, stood)).toBeLessThan(
    WATCHDOG_BOUND,
  );
  expect(message.epoch).toBeGreaterThan(before.epoch);
  await run.moving(time);
});

test("every robot stands within 0.5 s of its last odometry, and goes on when it is back", async () => {
  const stopped = monotonic();
  swarm.kill("simulator", "SIGSTOP");
  try {
    await run.expectZeroWithin(WATCHDOG_BOUND, stopped, "odometry lost");
  } finally {
    swarm.kill("simulator", "SIGCONT");
  }
  await run.moving();
});

test("a global agent that is stopped and continued: robots stand within 0.5 s, and go on", async () => {
  const stopped = monotonic();
  swarm.kill("global_agent", "SIGSTOP");
  try {
    await run.expectZeroWithin(WATCHDOG_BOUND, stopped, "global agent stopped");
  } finally {
    swarm.kill("global_agent", "SIGCONT");
  }
  const continued = monotonic();
  await run.moving(continued);
  expect(run.newestCommand.emergency_stop).toBe(false);
});

/** A peer that hears the odometry of all, which is much: only where it is looked at. */
async function hearOdometry(): Promise<Peer> {
  const witness = new Peer(swarm.environment, ["--robots", `${ROBOTS}`, "--odometry"]);
  const bodies = new Set<string>();
  await witness.first("odometry", 0, ({ body }) => bodies.add(body).size === ROBOTS + 1);
  return witness;
}

test("the death of the robots' agents: bases stop by themselves, epochs go on, and so do the robots", async () => {
  const witness = await hearOdometry();
  try {
    await run.moving();
    const killed = monotonic();
    const { epoch } = run.newestCommand;
    swarm.kill("local_agents_0", "SIGKILL");
    // Without an agent a simulated base stands by its own timeout and its brakes, and odometry says so.
    // The lead vehicle drives on and may push a robot that stands: each was seen to stand in time.
    await witness.first("odometry", killed + BASE_BOUND);
    const after = endOfBound(killed, BASE_BOUND);
    await witness.first("odometry", after);
    const stood = witness
      .of("odometry", killed + WATCHDOG_BOUND)
      .filter(({ time, body }) => time <= after && body !== "lead")
      .filter(({ linear, angular }) => Math.abs(linear) + Math.abs(angular) < 0.02);
    expect(new Set(stood.map(({ body }) => body)).size).toBe(ROBOTS);
    const missing = await peer.first(
      "command",
      killed,
      ({ message }) => message.epoch > epoch + 1 && message.missing > 0,
    );
    expect(missing.message.histogram.reduce((a, b) => a + b, 0)).toBe(0);
  } finally {
    await witness.end();
  }
  swarm.restart("local_agents_0");
  await run.moving();
});

test("while two global agents are heard every robot stands, until one alone was heard for 1 s", async () => {
  const { session } = run.newestCommand;
  const begun = monotonic();
  swarm.restart("global_agent", "global_agent_too");
  const { time: both } = await peer.first(
    "command",
    begun,
    ({ message }) => message.session !== session,
  );
  // Long enough for an epoch to begin, at which robots would drive without the conflict.
  const conflict = both + EPOCH + CONFLICT_BOUND;
  await run.heardUntil(conflict);
  const known = endOfBound(both, CONFLICT_BOUND);
  const heard = peer.of("velocity", known).filter(({ time }) => time < conflict);
  expect(new Set(heard.map(({ body }) => body)).size).toBe(ROBOTS + 1);
  expect(heard.filter(isMoving)).toEqual([]);
  swarm.kill("global_agent_too", "SIGKILL");
  await run.moving(conflict);
  const last = peer.of("command").findLast(({ message }) => message.session !== session)!.time;
  const again = peer.of("velocity", known).find(isMoving)!.time;
  console.log(`moving ${(again - last).toFixed(3)} s after the second global agent's last command`);
  expect(again - last).toBeGreaterThan(0.95);
});

test("every robot stands within 0.5 s of the simulator's death, and goes on in the past of a new one", async () => {
  const { decision_time: before, epoch } = run.newestCommand;
  const killed = monotonic();
  swarm.kill("simulator", "SIGKILL");
  await run.expectZeroWithin(WATCHDOG_BOUND, killed, "simulator killed");
  // The new one's /clock begins at 0 again.
  swarm.restart("simulator");
  const isBack = ({ message }: EventOf<"command">): boolean =>
    message.epoch > epoch && message.decision_time.sec < before.sec;
  const { time } = await peer.first("command", killed, isBack);
  await run.moving(time);
});

/** Asks for a transition of the global agent; resolves with the time at which it began. */
async function change(label: string): Promise<number> {
  const asked = monotonic();
  const type = "lifecycle_msgs/srv/ChangeState";
  const answer = await peer.request("/global_agent/change_state", type, { transition: { label } });
  expect(answer).toEqual({ success: true });
  const { time } = await peer.first("heard", asked, ({ topic }) => topic === TRANSITIONS[0]);
  return time;
}

test("deactivated, the global agent leaves moving robots to stand within 0.5 s, and activated it goes on", async () => {
  await run.expectZeroWithin(WATCHDOG_BOUND, await change("deactivate"), "deactivated");
  const activated = await change("activate");
  await run.moving(activated);
});

test("shut down while active, the global agent leaves moving robots to stand within 0.5 s", async () => {
  const begun = await change("shutdown");
  await run.expectZeroWithin(WATCHDOG_BOUND, begun, "shut down");
  const state = await peer.request("/global_agent/get_state", "lifecycle_msgs/srv/GetState");
  expect(state.current_state).toMatchObject({ label: "finalized" });
  expect(peer.of("command", begun + WATCHDOG_BOUND)).toEqual([]);
  swarm.kill("global_agent", "SIGKILL");
  swarm.restart("global_agent");
  await run.moving(begun + WATCHDOG_BOUND);
});
