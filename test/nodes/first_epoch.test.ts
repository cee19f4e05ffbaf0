/** What the global agent waits for before a session's first epoch. */
import { drawSample } from "../../src/nodes/sampling";
import { RosClock } from "../../src/ros/clock";
import { toTime } from "../../src/ros/messages";
import { K, ROBOTS, SEED, setup, TIMEOUT_MS } from "./played_agent";

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

describe("the first epoch waits, and says for what:", () => {
  const waitsFor = (words: RegExp, { epochs, commands }: ReturnType<typeof setup>): void => {
    expect(epochs.waiting).toMatch(words);
    expect(commands).toEqual([]);
  };
  const running = (): RosClock => {
    const clock = new RosClock(true);
    clock.hear({ sec: 1, nanosec: 0 });
    return clock;
  };
  const others = (count: number) => () => [...Array(count).keys()].map((i) => `cart_${i}`);

  test("/clock, before a policy", () => {
    const run = setup();
    run.forgetPolicy();
    run.wait(50);
    waitsFor(/^no time on \/clock; start what publishes it/, run);
  });

  test("a policy, before the lead vehicle", () => {
    const run = setup({ clock: running() });
    run.forgetPolicy();
    run.wait(50);
    waitsFor(/^no policy; start the learner/, run);
  });

  test("the lead vehicle, before any robot is asked", () => {
    const run = setup({ clock: running() });
    run.wait(50);
    waitsFor(/^the lead vehicle's state is not heard; start lead_agent$/, run);
    expect(run.mostSubscriptions()).toBe(0);
  });

  test("robots, of whom names are told where their numbers are known", () => {
    for (const [robots, words] of [
      [others(9), /^waiting for 12 robots: 9 are there$/],
      [
        () => ROBOTS.slice(0, 6),
        /^waiting for 12 robots: 6 are there; not there: 6 robots \(robot_6 to robot_11\); start them, or set start_timeout/,
      ],
    ] as const) {
      const run = setup({ robots });
      for (const seconds of [1, 2, 6, 12]) run.tick(seconds);
      waitsFor(words, run);
    }
  });

  test("their states; after 10 s it goes on with those that answered", () => {
    const silent = new Set(drawSample(SEED, 0, ROBOTS, K).slice(1));
    const run = setup({ silent });
    run.tick(1);
    for (const ms of [0, 9000]) {
      run.wait(ms);
      run.tick(2);
      waitsFor(/^waiting for the states of 4 robots: 1 came$/, run);
    }
    run.wait(1000);
    for (const seconds of [3, 6]) run.tick(seconds);
    run.wait(TIMEOUT_MS);
    expect(run.commands).toHaveLength(1);
  });

  test("others, where after 10 s nobody answered", () => {
    const silent = new Set(drawSample(SEED, 0, ROBOTS, K));
    const run = setup({ silent });
    run.tick(1);
    run.wait(9000);
    run.tick(2);
    waitsFor(/^waiting for the states of 4 robots: 0 came$/, run);
    run.wait(1000);
    for (const seconds of [3, 6]) run.tick(seconds);
    expect(run.commands[0]).toMatchObject({ epoch: 0, missing: 0 });
  });

  test("nobody that is gone, where the swarm has acted before", () => {
    const acted = { acted: true, epoch: 9, decision_time: toTime(60_000_000_000n) };
    const { commands, tick } = setup({ acted, robots: () => ROBOTS.slice(0, 6) });
    for (const seconds of [61, 62, 66]) tick(seconds);
    expect(commands.map(({ epoch }) => epoch)).toEqual([10]);
  });
});
