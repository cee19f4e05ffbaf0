/** Many robots' agents die at once, and are started again. */
import { readFileSync } from "node:fs";
import { beside } from "./beside";
import { type EventOf, monotonic, Peer } from "./peer";

const [ROBOTS, ASKED, SECONDS, ROBOTS_PER_PROCESS] = [1000, 50, 600, 150];
const HOSTS = Math.ceil(ROBOTS / ROBOTS_PER_PROCESS);
/** Two processes with all robots below this. */
const KILLED = 300;
/** s */
const WHOLE_AGAIN = 20;
const EPOCH = 1;
/** Robots stand after a silence of this long, s. */
const SILENCE = 0.35;
/** Each host says once a second how its robots are. In so many seconds all do, */
const LISTENED = 3;
/** and without two of them there are fewer reports. */
const REPORTS = (HOSTS - 1) * LISTENED;

/** Processes that host robots to be killed, by their first robot. */
function hostsOf(parent: number): number[] {
  const children = readFileSync(`/proc/${parent}/task/${parent}/children`, "utf8")
    .trim()
    .split(" ");
  return children.map(Number).filter((pid) => {
    const first = /robot_index:=(\d+)/.exec(readFileSync(`/proc/${pid}/cmdline`, "utf8"))?.[1];
    return first !== undefined && Number(first) < KILLED;
  });
}

/** Level of a report that robots stand; that they do not get on, as the benchmark's, is less. */
const STANDS = 2;
/** The first of a host's robots that stand; undefined: none does. */
function standing({ level, text }: EventOf<"diagnostic">): number | undefined {
  const robot = /such as robot_(\d+)/.exec(text)?.[1];
  return level === STANDS ? Number(robot) : undefined;
}

test("of 1,000 robots 300 lose their agents at once: all are well again within 20 s, and the others drive on", async () => {
  await beside([ROBOTS, ASKED, SECONDS, ROBOTS_PER_PROCESS], async (child, environment) => {
    const peer = new Peer(environment, ["--diagnostics"]);
    const reports = (since: number) =>
      peer.of("diagnostic", since).filter(({ name }) => /^local_agent: \d+ robots$/.test(name));
    const areWell = (since: number): boolean => {
      const told = reports(Math.max(since, monotonic() - LISTENED));
      return told.length > REPORTS && told.every((report) => standing(report) === undefined);
    };
    try {
      await peer.until("all robots that are well", () => areWell(0), 120);
      const since = monotonic();
      const killed = hostsOf(child.pid!);
      expect(killed).toHaveLength(2);
      killed.forEach((pid) => process.kill(pid, "SIGKILL"));
      await peer.until("all robots that are well again", () => areWell(since), WHOLE_AGAIN);
      const seconds = monotonic() - since;
      const commands = peer.of("command", since).map(({ time, message }) => ({ time, ...message }));
      const silence = Math.max(...commands.slice(1).map(({ time }, i) => time - commands[i].time));
      const disturbed = reports(since).filter((report) => Number(standing(report)) >= KILLED);
      const stood = disturbed.length > 0 ? disturbed.at(-1)!.time - disturbed[0].time : 0;
      console.log(
        `whole again after ${seconds.toFixed(1)} s; commands at most ${silence.toFixed(3)} s apart, ${Math.max(...commands.map(({ missing }) => missing))} states missing at most; some of the others stood for ${stood.toFixed(1)} s`,
      );
      expect(silence).toBeLessThan(SILENCE);
      expect(stood).toBeLessThanOrEqual(EPOCH);
      expect(commands.at(-1)!.missing).toBe(0);
      expect(commands.at(-1)!.resets).toBe(commands[0].resets);
      // It ends where another process dies.
      expect(child.exitCode).toBeNull();
    } finally {
      await peer.end();
    }
  });
}, 300_000);
