import { StandingLog } from "../../src/nodes/standing_log";

/** Bodies whose reasons the test sets, and what was said of them. */
function watched(count: number) {
  const lines: string[] = [];
  const say = (line: string): void => void lines.push(line);
  const reasons: (string | undefined)[] = Array<string | undefined>(count).fill("nothing heard");
  const bodies = reasons.map((_, i) => ({ name: `robot_${i}`, reasonToStand: () => reasons[i] }));
  const log = new StandingLog({ info: say, warn: say });
  return {
    reasons,
    look: () => {
      log.look(bodies);
      return lines.splice(0);
    },
  };
}

test("bodies that stand from the start are not logged; all that begin to stand for one reason, once", () => {
  const { reasons, look } = watched(30);
  expect(look()).toEqual([]);
  reasons.fill(undefined);
  expect(look()).toEqual(["free to move: 30 bodies (robot_0 to robot_29)"]);
  reasons.fill("no command");
  expect(look()).toEqual(["standing: 30 bodies (robot_0 to robot_29): no command"]);
  // A change of reason is told by /diagnostics alone.
  reasons.fill("no odometry");
  expect(look()).toEqual([]);
});

test("a few are named, by their reasons", () => {
  const { reasons, look } = watched(4);
  reasons.fill(undefined);
  look();
  reasons[1] = "no odometry";
  reasons[3] = "out of the arena";
  expect(look()).toEqual(["standing: robot_1: no odometry", "standing: robot_3: out of the arena"]);
  reasons[1] = reasons[3] = undefined;
  expect(look()).toEqual(["free to move: robot_1, robot_3"]);
});
