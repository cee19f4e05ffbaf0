/** Many robots' agents die at once, and are started again. */
import { monotonic, Peer } from "./peer";
import { PACED, startSwarm } from "./swarm";

const ROBOTS = 600;
const HOSTS = ["local_agents_0", "local_agents_250", "local_agents_500"];
/** The first of the robots that lose their agents. */
const FIRST_KILLED = 250;
/** s */
const WHOLE_AGAIN = 20;
const EPOCH = 6;
/** Robots stand after a silence of this long, s. */
const SILENCE = 0.35;
/** Each host says once a second how its robots are. In so many seconds all do, */
const LISTENED = 3;
/** and two of three hosts say less. */
const REPORTS = HOSTS.length * LISTENED - 1;

test("of 600 robots 350 lose their agents at once: all are well again within 20 s, and the others drive on", async () => {
  const swarm = await startSwarm({ robots: ROBOTS, epoch: EPOCH, programs: PACED });
  const peer = new Peer(swarm.environment, ["--diagnostics"]);
  const areWell = (since: number): boolean => {
    const told = peer
      .of("diagnostic", Math.max(since, monotonic() - LISTENED))
      .filter(({ name }) => /^local_agent: \d+ robots$/.test(name));
    return told.length >= REPORTS && told.every(({ level }) => level === 0);
  };
  try {
    await peer.until("all robots that are well", () => areWell(0), 60);
    const since = monotonic();
    for (const host of HOSTS.slice(1)) swarm.kill(host, "SIGKILL");
    await Promise.all(HOSTS.slice(1).map((host) => swarm.exit(host)));
    for (const host of HOSTS.slice(1)) swarm.restart(host);
    await peer.until("all robots that are well again", () => areWell(since), WHOLE_AGAIN);
    const seconds = monotonic() - since;
    const commands = peer.of("command", since).map(({ time, message }) => ({ time, ...message }));
    const silence = Math.max(...commands.slice(1).map(({ time }, i) => time - commands[i].time));
    const disturbed = peer
      .of("diagnostic", since)
      .filter(({ level, text }) => {
        const robot = /such as robot_(\d+)/.exec(text)?.[1];
        return level > 0 && robot !== undefined && Number(robot) < FIRST_KILLED;
      })
      .map(({ time }) => time);
    const disturbance = disturbed.length === 0 ? 0 : disturbed.at(-1)! - disturbed[0];
    console.log(
      `whole again after ${seconds.toFixed(1)} s; commands at most ${silence.toFixed(3)} s apart, ${Math.max(...commands.map(({ missing }) => missing))} states missing at most; some of the others stood for ${disturbance.toFixed(1)} s`,
    );
    expect(disturbance).toBeLessThanOrEqual(EPOCH);
    expect(silence).toBeLessThan(SILENCE);
    expect(commands.at(-1)!.missing).toBe(0);
    expect(commands.at(-1)!.resets).toBe(commands[0].resets);
    expect(swarm.crashes).toEqual([]);
  } finally {
    await peer.end();
    await swarm.end();
  }
}, 180_000);
