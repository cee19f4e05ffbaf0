import { COMMAND, command, odometry, running, setup } from "./played_body";

test("while it is stopped it says who stopped it, and what would hold it without the stop", () => {
  const { body, say } = setup(running(), undefined, { start_armed: false, arena_margin: 0 });
  const told = () => body.diagnosis.look().values;
  const unarmed = "its start (start_armed is false)";
  expect(told()).toMatchObject({ stopped: true, stopped_by: unarmed, zone: "unknown" });
  expect(told().if_released).toMatch(/^no command from the global agent/);
  say(COMMAND, command(0));
  expect(told().if_released).toMatch(/^no odometry that is new/);
  say("odom", odometry(10, 5000));
  expect(told()).toMatchObject({ zone: told().if_released });
  expect(told().if_released).toMatch(/^out of the arena/);
  say("odom", odometry(10.1, 0));
  expect(told()).toMatchObject({ stopped: true, if_released: "free to move", zone: body.zone });
  body.hearStop("a person");
  say(COMMAND, command(1, { emergency_stop: true }));
  expect(told().stopped_by).toBe("a person");
  say(COMMAND, command(2, { resets: 1 }));
  expect(told()).toMatchObject({ stopped: false, stopped_by: "" });
  say(COMMAND, command(3, { resets: 1, emergency_stop: true }));
  expect(told()).toMatchObject({ stopped: true, stopped_by: "a command" });
});

test("it says how often and how late its odometry comes, and who is at the other ends", () => {
  jest.useFakeTimers();
  const { body, problems, say, velocityTo } = setup(running());
  const told = () => body.diagnosis.look().values;
  const next = () => {
    body.diagnosis.told!();
    return told();
  };
  expect(told()).toMatchObject({ odometry_gap: Infinity, connections: "ok", base: "ok" });
  say("odom", odometry(9.7, 0));
  jest.advanceTimersByTime(500);
  say("odom", odometry(9.9, 0));
  jest.advanceTimersByTime(100);
  say("odom", odometry(10, 0));
  // The largest since it was told last, whoever looks meanwhile.
  for (const { odometry_gap, odometry_behind } of [told(), told()]) {
    expect(odometry_gap).toBeCloseTo(0.5, 6);
    expect(odometry_behind).toBeCloseTo(0.3, 6);
  }
  expect(next()).toMatchObject({ odometry_gap: 0, odometry_behind: 0, output: "cmd_vel" });
  jest.advanceTimersByTime(700);
  expect(told().odometry_gap).toBeCloseTo(0.7, 6);
  // What is refused tells of a clock, and is no odometry.
  say("odom", odometry(90, 0));
  expect(told()).toMatchObject({ odometry_behind: -80 });
  expect(told().odometry_gap).toBeCloseTo(0.7, 6);
  problems.set(COMMAND, "nobody sends it");
  Object.assign(velocityTo, { problem: "nobody takes it" });
  expect(told()).toMatchObject({ connections: "nobody sends it", base: "nobody takes it" });
  jest.useRealTimers();
});
