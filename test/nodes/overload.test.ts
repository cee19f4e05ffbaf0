import { fewOf, inTime, Overload, type Timing } from "../../src/nodes/overload";
import { drawSample } from "../../src/nodes/sampling";
import { RosClock } from "../../src/ros/clock";
import { fromSeconds } from "../../src/ros/messages";
import { none, ROBOTS, SEED, setup } from "./played_agent";

function told(sampleSize: number | (() => number)) {
  const overload = new Overload(typeof sampleSize === "number" ? () => sampleSize : sampleSize);
  return {
    overload,
    /** How many are asked after each of these. */
    sizes: (...timings: readonly Timing[]): number[] =>
      timings.map((timing) => {
        overload.hear(timing);
        return overload.size;
      }),
  };
}

const times = (count: number, timing: Timing): Timing[] => new Array<Timing>(count).fill(timing);

test("half as many are asked from the second late command on, and never none", () => {
  const { overload, sizes } = told(50);
  expect(sizes(...times(8, "late"))).toEqual([50, 25, 12, 6, 3, 1, 1, 1]);
  expect(overload.isOn).toBe(true);
});

test("late commands with others in time between them change nothing", () => {
  const { overload, sizes } = told(50);
  expect(sizes("late", "in time", "late", "in time", "late")).toEqual(
    times(5, "late").map(() => 50),
  );
  expect(overload.isOn).toBe(false);
});

test("each command in time lets a tenth of k more be asked, up to k", () => {
  const { overload, sizes } = told(50);
  sizes(...times(6, "late"));
  const grown = sizes(...times(11, "in time"));
  expect(grown).toEqual([6, 11, 16, 21, 26, 31, 36, 41, 46, 50, 50]);
  expect(overload.isOn).toBe(false);
});

test("where it is on, one late command is enough, and whoever is excused changes nothing", () => {
  const { sizes } = told(50);
  sizes("late", "late");
  expect(sizes("in time", "excused", "late", "excused", "in time")).toEqual([30, 30, 15, 15, 20]);
});

test("after it has ended, two late commands are needed again", () => {
  const { sizes } = told(4);
  expect(sizes("late", "late", "in time", "late", "late")).toEqual([4, 2, 4, 4, 2]);
});

test("another k holds at once; one that is no more than is asked ends it", () => {
  let k = 50;
  const { overload, sizes } = told(() => k);
  sizes("late", "late");
  k = 100;
  expect(sizes("in time")).toEqual([35]);
  k = 20;
  expect([overload.size, overload.isOn]).toEqual([20, false]);
  expect(sizes("late", "late")).toEqual([20, 10]);
});

test("one robot is asked whatever comes", () => {
  const { overload, sizes } = told(1);
  expect(sizes(...times(3, "late"), "in time")).toEqual([1, 1, 1, 1]);
  expect(overload.isOn).toBe(false);
});

test("a tenth of the robots asked are few, and two in any case; a tenth of an epoch is in time", () => {
  expect([1, 4, 20, 50, 55].map(fewOf)).toEqual([2, 2, 2, 5, 5]);
  expect(inTime(fromSeconds(6))).toBe(fromSeconds(0.6));
});

describe("a global agent by system time", () => {
  const SIZE = 8;
  /** 0.2 s after what is in time, and before the time is up. */
  const LATE_S = 0.8;

  beforeEach(() => void jest.useFakeTimers({ now: 1_000_000_002_000 }));
  afterEach(() => void jest.useRealTimers());

  function start(clock = new RosClock(false)) {
    const silent = new Set<string>();
    const run = setup({ clock, silent });
    // Longer than states are late here: none is asked in another's place.
    run.set({ sample_size: SIZE, sample_timeout: 3 });
    let boundary = clock.isSimulated ? 0 : Date.now() / 1000;
    for (let i = 1; i < 6; i++) run.tick(boundary + i);
    /** An epoch whose states come so late, s, but for those of some robots. */
    const epoch = (lateS: number, dead: readonly string[] = []): void => {
      boundary += 6;
      const speak = (): void =>
        ROBOTS.forEach((robot) => !dead.includes(robot) && silent.delete(robot));
      ROBOTS.forEach((robot) => silent.add(robot));
      if (lateS === 0) speak();
      run.tick(boundary);
      run.wait(1000 * lateS);
      speak();
      for (let i = 0; i < 7; i++) {
        run.answer();
        run.wait(500);
      }
    };
    const sizes = (): number[] => run.commands.map(({ sample_size }) => sample_size);
    epoch(0);
    expect(sizes()).toEqual([SIZE]);
    return { ...run, epoch, sizes };
  }

  test("asks fewer robots while their states come late, says so once, and asks k again", () => {
    const { epoch, sizes, commands, warnings, health, epochs } = start();
    for (let i = 0; i < 4; i++) epoch(LATE_S);
    health();
    expect(health()).toMatchObject({
      level: "warn",
      message: "commands came late: 2 robots are asked and sample_size is 8",
    });
    for (let i = 0; i < 4; i++) epoch(0);
    expect(sizes()).toEqual([SIZE, SIZE, SIZE, 4, 2, 2, 4, 6, SIZE]);
    expect(commands.map(({ sampled_agents }) => sampled_agents)).toEqual(
      commands.map(({ epoch, sample_size: size }) =>
        drawSample(SEED, epoch, ROBOTS, SIZE).slice(0, size),
      ),
    );
    expect(warnings).toEqual([
      "commands came late: 4 robots are asked and sample_size is 8",
      "commands are in time: 8 robots are asked",
    ]);
    health();
    expect(health().message).toBe("deciding");
    expect(epochs.troubles).toEqual(none);
  });

  test("replaces and quarantines nobody while many are late", () => {
    const { epoch, commands, epochs, mostSubscriptions } = start();
    const [, ...silent] = drawSample(SEED, commands[0].epoch + 1, ROBOTS, 4);
    epoch(LATE_S, silent);
    expect(commands[1].missing).toBe(silent.length);
    expect([epochs.values.quarantined, mostSubscriptions()]).toEqual([0, SIZE]);
  });

  test("goes on to ask k robots where some are dead: these go into quarantine", () => {
    const { epoch, sizes, epochs } = start();
    const dead = ROBOTS.slice(0, 4);
    for (let i = 0; i < 5; i++) epoch(0, dead);
    expect(sizes()).toEqual([...Array(6).keys()].map(() => SIZE));
    expect(epochs.values.quarantined).toBe(dead.length);
  });

  test("waits for no more of the dead than it replaces, where most robots answered", () => {
    const { epoch, commands, epochs, sizes } = start();
    const dead = drawSample(SEED, commands[0].epoch + 1, ROBOTS, 3);
    epoch(0, dead);
    const { header, decision_time, missing } = commands[1];
    expect(header.stamp.sec - decision_time.sec).toBe(1);
    expect([missing, epochs.values.quarantined]).toEqual([dead.length - fewOf(SIZE), dead.length]);
    expect(sizes()).toEqual([SIZE, SIZE]);
  });

  test("asks fewer where it is late itself, though all states came", () => {
    const { tick, sizes } = start();
    for (let i = 0; i < 3; i++) {
      const boundary = 6 * Math.ceil(Date.now() / 6000);
      tick(boundary - 0.1);
      // The timers are behind.
      jest.setSystemTime(1000 * (boundary + LATE_S));
      tick(boundary + 1);
    }
    expect(sizes()).toEqual([SIZE, SIZE, SIZE, 4]);
  });

  test("takes nothing for late while ROS time stands", () => {
    const { epoch, sizes } = start(new RosClock(true));
    for (let i = 0; i < 3; i++) epoch(LATE_S);
    expect(sizes()).toEqual([SIZE, SIZE, SIZE, SIZE]);
  });
});
