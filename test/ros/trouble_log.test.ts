import { TroubleLog } from "../../src/ros/trouble_log";

/** Bodies whose reasons the test sets, and what was said of them. */
function watched(count: number) {
  const lines: string[] = [];
  const say = (line: string): void => void lines.push(line);
  const reasons: (string | undefined)[] = Array<string | undefined>(count).fill("nothing heard");
  const bodies = reasons.map((_, i) => ({ name: `robot_${i}`, trouble: () => reasons[i] }));
  const log = new TroubleLog(
    { info: say, warn: say },
    "bodies",
    "standing:",
    "free to move:",
    true,
  );
  /** A look, and what was said. */
  const look = (): string[] => {
    log.look(bodies);
    return lines.splice(0);
  };
  /** Somewhat more than a second of looks. */
  const looks = (length = 6): string[] => Array.from({ length }, look).flat();
  return { reasons, look, looks };
}

test("all that begin to stand for one reason are logged once", () => {
  const { reasons, looks: look } = watched(30);
  expect(look()).toEqual([]);
  reasons.fill(undefined);
  expect(look()).toEqual(["free to move: 30 bodies (robot_0 to robot_29)"]);
  reasons.fill("no command");
  expect(look()).toEqual(["standing: 30 bodies (robot_0 to robot_29): no command"]);
});

test("reasons that name each body's own topic are one reason", () => {
  const { reasons, looks: look } = watched(30);
  reasons.fill(undefined);
  look();
  reasons.forEach((_, i) => (reasons[i] = `nobody takes /robot_${i}/cmd_vel`));
  expect(look()).toEqual([
    "standing: 30 bodies (robot_0 to robot_29): nobody takes /robot_0/cmd_vel",
  ]);
});

test("bodies that stand from the start, or come to stand for another reason, are logged after 10 s", () => {
  const { reasons, looks } = watched(30);
  expect(looks(50)).toEqual([]);
  expect(looks()).toEqual(["standing: 30 bodies (robot_0 to robot_29): nothing heard"]);
  reasons.fill("no odometry");
  expect(looks(50)).toEqual([]);
  expect(looks()).toEqual(["standing: 30 bodies (robot_0 to robot_29): no odometry"]);
});

test.each([0, 10])(
  "a body that stops and goes on again and again, after %i looks at which it may move, is logged once",
  (free) => {
    const { reasons, looks, look } = watched(1);
    if (free > 0) reasons[0] = undefined;
    looks(free);
    const said = Array.from({ length: 60 }, (_, i) => {
      reasons[0] = i % 3 > 0 ? undefined : `it comes ${(2 + i / 1000).toFixed(3)} times a second`;
      return look();
    });
    expect(said.flat()).toEqual([
      expect.stringMatching(/^standing: robot_0: it comes 2.\d+ times/),
    ]);
  },
);

test("a few are named, by their reasons", () => {
  const { reasons, looks: look } = watched(4);
  reasons.fill(undefined);
  look();
  reasons[1] = "no odometry";
  reasons[3] = "out of the arena";
  expect(look()).toEqual(["standing: robot_1: no odometry", "standing: robot_3: out of the arena"]);
  reasons[1] = reasons[3] = undefined;
  expect(look()).toEqual(["free to move: robot_1, robot_3"]);
});

test("what changes one by one, as after a start, is summed up", () => {
  const { reasons, look, looks } = watched(12);
  look();
  const said = reasons.flatMap((_, i) => {
    reasons[i] = undefined;
    return i % 4 === 0 ? look() : [];
  });
  said.push(...looks(9));
  expect(said).toEqual(["free to move: robot_0", "free to move: 11 bodies (robot_1 to robot_11)"]);
});
